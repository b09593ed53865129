import type { PositionJson } from './position.js';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `raised` and `cleared` follow the condition; the others are what a person said of it, and stay. */
export const ALERT_STATES = ['raised', 'acknowledged', 'cleared', 'resolved', 'dismissed'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

export const ALERT_ACTIONS = ['acknowledge', 'resolve', 'dismiss'] as const;
export type AlertAction = (typeof ALERT_ACTIONS)[number];

/** What our rules decide (contract §5); an alarm is what a terminal reports. */
export interface Alert {
  /** Deterministic, alerts/alert-id.ts. */
  id: string;
  /**
   * fence-enter, fence-exit, overspeed …; the name of a terminal's alarm (model/alarm.ts) with the prefix `terminal-`; or that of
   * a driver assistance system (model/safety-alarm.ts).
   */
  type: string;
  severity: Severity;
  state: AlertState;
  vehicleId: string;
  plate: string | null;
  fenceId: string | null;
  ruleId: string;
  ruleRevision: number;
  /** RFC 3339: the fix time at which the condition began. */
  occurredAt: string;
  /** RFC 3339: when the fix that decided it was received. */
  detectedAt: string;
  clearedAt: string | null;
  /** Why it was cleared where that was not the condition's own end, such as `fence-removed`. */
  clearReason: string | null;
  position: PositionJson;
  /** The fixes used, every threshold compared, and the result. */
  evidence: Record<string, unknown>;
  /** What a person said: the last of acknowledge, resolve, dismiss. */
  handling: { action: AlertAction; by: string; note: string; at: string } | null;
  /** 1 when raised, one more with each transition. */
  revision: number;
}

export type Transition = 'raised' | 'updated' | 'cleared' | AlertAction;

/** One step in the life of an alert, with the whole alert as it is after the step. */
export interface AlertTransition {
  /** Number in the alert log; 0 until it is committed there. With the log's epoch it makes the cursor `<epoch>-<number>`. */
  number: number;
  /** Sequence number of the input record that caused it. */
  inputSeq: number;
  transition: Transition;
  alert: Alert;
}

/** Body of a KIND_ALERTS block: all transitions that the input up to `inputSeq` caused since the block before. */
export interface AlertCommit {
  inputSeq: number;
  /** Transitions of input behind `inputSeq` that are in the log up to here: one record may cause more than a block holds. */
  beyond: number;
  transitions: AlertTransition[];
}

/** Which alerts are asked for: those that have one of the values in every list that is given. */
export interface AlertFilter {
  state?: readonly AlertState[];
  type?: readonly string[];
  severity?: readonly Severity[];
  /** Vehicle ids. */
  vehicle?: readonly string[];
  /** Fence ids. */
  fence?: readonly string[];
  /** Bounds of occurredAt, epoch ms: from ≤ occurredAt < to. */
  from?: number;
  to?: number;
}

/** Place of an alert in a list that runs from the newest: by occurredAt, then by id. */
export interface AlertPlace {
  /** Epoch ms. */
  occurredAt: number;
  id: string;
}
