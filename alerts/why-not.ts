import { msToRfc3339 } from '../model/units.js';
import type { Vehicle } from '../model/vehicle.js';
import { isTimed } from './defined-rules.js';
import type { Check, Rule, RuleInput } from './rule.js';
import { inForceAt } from './rule-scope.js';
import type { TimedMemory } from './timed-rule.js';

/** What a rule has to say of a vehicle at a time. */
export interface WhyNot {
  ruleId: string;
  ruleRevision: number;
  fenceId: string | null;
  /** RFC 3339, of the vehicle's newest fix that counts; null where there was none. */
  fixTime: string | null;
  /** The rule has an alert open for the vehicle: then there is no why-not. */
  raised: boolean;
  /** Everything that an alert needs, in the order in which it is asked. */
  checks: Check[];
}

/** `asked`: the newest fix that counts, and what the rule remembers; null where there was none. */
export function whyNot(rule: Rule, vehicle: Vehicle, asked: { input: RuleInput; memory: unknown } | null): WhyNot {
  const yes = (what: string, value: boolean): Check => ({ what, value, is: '=', threshold: true, result: value });
  const checks = [yes('the vehicle is in the scope of the rule', rule.appliesTo(vehicle))];
  const answer = { ruleId: rule.id, ruleRevision: rule.revision, fenceId: rule.fence?.id ?? null };
  if (asked === null) {
    checks.push(yes('a fix that counts', false));
    return { ...answer, fixTime: null, raised: false, checks };
  }
  const { input, memory } = asked;
  const fixTime = msToRfc3339(input.facts.time);
  if (isTimed(rule)) {
    const timed = memory as TimedMemory | undefined;
    checks.push(yes('the rule is in force at this time', inForceAt(rule.definition, input.facts.time)));
    const { holds, checks: compared } = rule.explain(input, timed);
    checks.push(...compared, yes('the condition holds', holds === true));
    return { ...answer, fixTime, raised: timed?.raised ?? false, checks };
  }
  checks.push(yes('inside the fence', input.inside), yes('within the hours of force', input.inForce));
  return { ...answer, fixTime, raised: memory !== undefined, checks };
}
