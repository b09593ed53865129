import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { FixFacts } from '../fix-facts.js';
import type { Check, Explained, Rule, RuleInput } from '../rule.js';

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

/** `asked`: a fix that counts, and what the rule remembered before it; null where there was none. */
export function whyNot(rule: Rule, vehicle: Vehicle, asked: { input: RuleInput; memory: unknown } | null): WhyNot {
  if (asked === null) {
    return answerOf(rule, null, [inScope(rule, vehicle), yes('a fix that counts', false)]);
  }
  const { input, memory } = asked;
  const checks = checksOf(rule, vehicle, input.facts.time, rule.explain(input, memory));
  return answerOf(rule, input.facts.time, checks);
}

/** The same of the silence since `last` until `time`, epoch ms; null where silence says nothing. */
export function whyNotInSilence(
  rule: Rule,
  vehicle: Vehicle,
  { last, memory }: { last: FixFacts; memory: unknown },
  time: number,
): WhyNot | null {
  const explained = rule.explainSilence?.(time, last, memory) ?? null;
  return explained && answerOf(rule, last.time, checksOf(rule, vehicle, time, explained));
}

function checksOf(rule: Rule, vehicle: Vehicle, time: number, { holds, checks }: Explained): Check[] {
  return [
    inScope(rule, vehicle),
    yes('the rule is in force at this time', rule.inForceAt(time)),
    ...checks,
    yes('the condition holds', holds === true),
  ];
}

function inScope(rule: Rule, vehicle: Vehicle): Check {
  return yes('the vehicle is in the scope of the rule', rule.appliesTo(vehicle));
}

/** `fixTime`: epoch ms. */
function answerOf(rule: Rule, fixTime: number | null, checks: Check[]): WhyNot {
  const { id, revision, fence } = rule;
  const time = fixTime === null ? null : msToRfc3339(fixTime);
  return { ruleId: id, ruleRevision: revision, fenceId: fence?.id ?? null, fixTime: time, raised: false, checks };
}

function yes(what: string, value: boolean): Check {
  return { what, value, is: '=', threshold: true, result: value };
}
