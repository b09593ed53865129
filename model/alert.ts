import { ALERT_ACTIONS, type AlertLife, type AlertWord, UNTOUCHED } from './alert-life.js';
import type { AlertState, Severity } from './alert-state.js';
import type { PositionJson } from './position.js';

export { ALERT_STATES, type AlertState, SEVERITIES, type Severity } from './alert-state.js';

/** What our rules decide (contract §5); an alarm is what a terminal reports. */
export interface Alert extends AlertLife {
  /** Deterministic, alerts/life/alert-id.ts. */
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
  /** Of the vehicle when the alert was raised: its company, and its administrative division (GB/T 2260 digits). */
  company: string | null;
  region: string | null;
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
  /** 1 when raised, one more with each transition. */
  revision: number;
}

/** What older versions of the system wrote of an alert lacks some of it: as it is today. */
export function completeAlert(alert: Alert): Alert {
  return 'group' in alert ? alert : Object.assign({ company: null, region: null }, UNTOUCHED, alert);
}

/**
 * What the condition did, what a person did, or what time did: `overdue` where a deadline was missed, `escalated` where somebody
 * else is told, `unmuted` where a mute has ended before the condition.
 */
export const TRANSITIONS = [
  'raised',
  'updated',
  'cleared',
  ...ALERT_ACTIONS,
  'overdue',
  'escalated',
  'unmuted',
] as const;
export type Transition = (typeof TRANSITIONS)[number];

/** One step in the life of an alert, with the whole alert as it is after the step. */
export interface AlertTransition {
  /** Number in the alert log; 0 until it is committed there. With the log's epoch it makes the cursor `<epoch>-<number>`. */
  number: number;
  /** Sequence number of the input record that caused it. */
  inputSeq: number;
  transition: Transition;
  /** RFC 3339: when the condition changed, the person spoke, or time was up. Absent in what older versions wrote. */
  at?: string;
  /** Who, and what was said; absent where it was no person. */
  by?: string;
  word?: AlertWord;
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
  /** Names of companies. */
  company?: readonly string[];
  /** Administrative divisions, GB/T 2260 digits: `32` holds `3202` and `320211`. */
  region?: readonly string[];
  /** Ids of groups: of their first alerts. */
  group?: readonly string[];
  /** To whom it is assigned. */
  assignee?: readonly string[];
  overdue?: readonly boolean[];
  muted?: readonly boolean[];
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
