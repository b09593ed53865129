import type { RuleDefinition } from './rule.js';

/** Which stored fixes are judged again. */
export interface RehearsalWindow {
  /** Epoch ms, by the time of fixes: from ≤ time < to. */
  from: number;
  to: number;
  /** Vehicle numbers. */
  vehicles: readonly number[];
}

/** One alert that a rule would have raised, or did. */
export interface RehearsedAlert {
  vehicleId: string;
  fenceId: string | null;
  /** RFC 3339. */
  occurredAt: string;
  clearedAt: string | null;
  evidence: Record<string, unknown>;
}

export interface RehearsalResult {
  vehicles: number;
  /** Fixes that were judged. */
  fixes: number;
  /** True where there were more than are judged at once: the last vehicles are missing, and of one of them the newest. */
  cut: boolean;
  /** By the rule that was asked for. */
  alerts: RehearsedAlert[];
  /** By the rule in force, where one is compared. */
  inForce: RehearsedAlert[] | null;
}

/** What is judged: a rule, beside the one in force where there is one. */
export interface RehearsalRules {
  rule: RuleDefinition;
  inForce: RuleDefinition | null;
}

/** Which form of a rule, a fence or the settings a question about the past was asked of. */
export interface PastForm {
  /** As the audit names it: `rule/night`, `fence/depot`, `settings`. */
  object: string;
  revision: number | null;
  /**
   * `then`: the one in force at the time. `today`: nobody knows the one of then, because the audit is not that old. `absent`: there was none then,
   * and that of today is asked, or, where there is none today, no form at all.
   */
  form: 'then' | 'today' | 'absent';
}

/** What was read to answer a question about the past. */
export interface PastRead {
  /** Epoch ms of the oldest fix; null where there was none. */
  from: number | null;
  fixes: number;
  /** False where there are older fixes that might have had a say: more than are read for one question. */
  complete: boolean;
}
