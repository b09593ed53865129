import { z } from 'zod';
import { SEVERITIES } from '../../model/alert.js';
import type { RuleInput } from '../../model/rule.js';
import { scheduleSchema, timingSchema } from '../../model/rule-when.js';
import { type Problem, shaped } from '../../model/shape-problems.js';
import { REGION_CODE, REGION_WORDS, VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import { isEverywhere, type RuleKind } from '../rule-kind.js';
import { RULE_KINDS, ruleKindOf } from '../rules/rule-kinds.js';

/** Names in one list of a scope. */
const MAX_NAMES = 10_000;
const MAX_FENCES = 1000;
/** Whoever is to be told of an alert, one after the other. */
const MAX_LEVELS = 10;

const names = (most = MAX_NAMES) => z.array(z.string().min(1).max(64)).min(1).max(most);
const vehicleLists = {
  categories: z.array(z.enum(VEHICLE_CATEGORIES)).min(1).optional(),
  companies: names().optional(),
  regions: z.array(z.string().regex(REGION_CODE, REGION_WORDS)).min(1).max(MAX_NAMES).optional(),
  vehicles: names().optional(),
};
/** Seconds, up to a month. */
const within = z.number().min(1).max(2_678_400);
const date = z.iso.datetime({ offset: true });

/** A rule as its owner gives it; `params` as its kind wants them. */
export const ruleInputSchema = z
  .strictObject({
    id: z.string().optional(),
    name: z.string().trim().min(1).max(200).optional(),
    type: z.enum(RULE_KINDS.map(({ type }) => type) as [string, ...string[]]),
    params: z.record(z.string(), z.unknown()).default({}),
    scope: z
      .strictObject({
        ...vehicleLists,
        fences: names(MAX_FENCES).optional(),
        except: z.strictObject(vehicleLists).optional().describe('whoever is named in any of these lists is exempt'),
      })
      .default({}),
    schedule: scheduleSchema.default({}),
    timing: timingSchema.default({}),
    severity: z.enum(SEVERITIES).optional(),
    deadlines: z
      .strictObject({ acknowledge: within.optional(), handle: within.optional() })
      .optional()
      .describe('seconds from when an alert is news; without it, what goes with the severity (docs/alerts.md)'),
    escalation: z
      .array(
        z.strictObject({
          afterS: within.describe('seconds from when an alert is news'),
          to: z.string().trim().min(1).max(64).describe('who is told then: `superior`, a post, a company'),
          severity: z.enum(SEVERITIES).optional().describe('of the alert from then on, where that is graver'),
          unless: z.enum(['acknowledged', 'handled']).optional().describe('acknowledged, where it does not say'),
        }),
      )
      .max(MAX_LEVELS)
      .optional(),
    clause: z.string().max(2000).nullable().default(null),
    effectiveFrom: date.nullable().default(null),
    effectiveTo: date.nullable().default(null),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'RuleInput' });

/** What is asked for as a rule, with every default filled in, or everything that is wrong with it. */
export function parseRule(
  input: unknown,
  fenceExists: (id: string) => boolean,
): { rule: RuleInput } | { problems: Problem[] } {
  const whole = shaped(ruleInputSchema, input, '');
  if ('problems' in whole) return whole;
  const { id: _, name, severity, ...given } = whole.value;
  const kind = ruleKindOf(given.type) as RuleKind;
  const read = shaped(kind.params, given.params, 'params');
  const params = 'value' in read ? read.value : undefined;
  const problems = 'problems' in read ? [...read.problems] : [];
  problems.push(...fenceProblems(kind, params, given.scope.fences, fenceExists));
  const [effectiveFrom, effectiveTo] = [given.effectiveFrom, given.effectiveTo].map((text) =>
    text === null ? null : Date.parse(text),
  );
  if (effectiveFrom !== null && effectiveTo !== null && effectiveTo <= effectiveFrom) {
    problems.push({ path: 'effectiveTo', message: 'is not after effectiveFrom' });
  }
  if (problems.length > 0) return { problems };
  return {
    rule: {
      ...given,
      params: params as Record<string, unknown>,
      name: name ?? given.type,
      severity: severity ?? kind.severity,
      effectiveFrom,
      effectiveTo,
    },
  };
}

function fenceProblems(
  kind: RuleKind,
  params: unknown,
  fences: readonly string[] | undefined,
  exists: (id: string) => boolean,
): Problem[] {
  if (kind.fences === 'none') {
    return fences
      ? [{ path: 'scope.fences', message: `a rule of type ${kind.type} has nothing to do with fences` }]
      : [];
  }
  if (!fences) {
    if (isEverywhere(kind, params)) return [];
    const orElse = typeof kind.everywhere === 'function' ? ', or parameters that need none' : '';
    return [{ path: 'scope.fences', message: `a rule of type ${kind.type} needs at least one fence${orElse}` }];
  }
  return fences.flatMap((id, i) =>
    exists(id) ? [] : [{ path: `scope.fences[${i}]`, message: `there is no fence "${id}"` }],
  );
}
