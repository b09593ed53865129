import type { Fence, FenceRule } from '../../model/fence.js';
import type { Rule, RuleFence } from '../rule.js';
import type { RuleKind } from '../rule-kind.js';
import { entering } from '../rules/entering.js';
import { leaving } from '../rules/leaving.js';
import { speedLimit } from '../rules/speed-limit.js';
import { TimedRule } from './timed-rule.js';

/** What a rule in the properties of a fence is short for. */
const KINDS: Record<FenceRule['type'], RuleKind> = { enter: entering, exit: leaving, overspeed: speedLimit };

/** Whether the rule says when, beyond the hours of its fence and the duration of an excess: such rules are run as those of their own are. */
export function isTimed({ timing, schedule }: FenceRule): boolean {
  return timing !== undefined || schedule !== undefined;
}

/** The rule as one of the kind that it is short for, on its fence alone; its alerts are of the same `type` as without timing. */
export function timedFenceRule(
  rule: FenceRule,
  { id, type, severity }: Pick<Rule, 'id' | 'type' | 'severity'>,
  { revision, properties, createdAt, updatedAt }: Fence,
  fence: RuleFence,
): TimedRule {
  const kind = KINDS[rule.type];
  const isSpeed = rule.type === 'overspeed';
  const params = isSpeed ? { limit: rule.limit, motorway: false } : {};
  const definition = {
    id,
    type,
    severity,
    revision,
    createdAt,
    updatedAt,
    params,
    name: properties.name,
    scope: {},
    schedule: rule.schedule ?? {},
    // Without a duration it is told at once: what the law gives excesses is for rules that name it.
    timing: { ...(isSpeed ? { minDuration: rule.duration ?? 0 } : {}), ...rule.timing },
    clause: null,
    effectiveFrom: null,
    effectiveTo: null,
    enabled: true,
  };
  return new TimedRule(id, definition, fence, kind.build(params, [fence], ''), kind);
}
