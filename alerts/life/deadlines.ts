import type { Severity } from '../../model/alert.js';
import type { DeadlineOf } from '../../model/alert-life.js';
import type { RuleClocks } from '../../model/rule.js';

/**
 * How soon something must be done about an alert whose rule does not say, in seconds. The national texts say "in time" (及时) and
 * give no figure (道路运输车辆动态监督管理办法), so these are ours; provinces' and companies' own go into their rules. Who is in
 * danger cannot wait for a shift to end; of a warning nothing is demanded, because many tell of an event and no breach.
 */
export const SEVERITY_CLOCKS: Record<Severity, RuleClocks> = {
  critical: { deadlines: { acknowledge: 300, handle: 1800 } },
  warning: {},
  info: {},
};

/** How soon an appeal must be decided: ours, no text gives a figure. */
export const APPEAL_S = 72 * 3600;

/** Who is told where a deadline is missed; nobody where there is no entry. */
export const MISSED_TELLS: Partial<Record<DeadlineOf, string>> = {
  handle: 'superior',
  supervision: 'superior',
};
