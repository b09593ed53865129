import { z } from 'zod';
import { RULE_PACKS } from '../../alerts/packs/rule-packs.js';
import { clashOf } from '../../alerts/rule-book/made-ids.js';
import { parseRule, ruleInputSchema } from '../../alerts/rule-book/rule-input.js';
import { RULE_KINDS } from '../../alerts/rules/rule-kinds.js';
import { scopeTest } from '../../alerts/scope/rule-scope.js';
import type { RehearsedAlert } from '../../model/rehearsal.js';
import type { RuleDefinition, RuleInput } from '../../model/rule.js';
import { msToRfc3339 } from '../../model/units.js';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { refusal } from '../http/refusal.js';
import { cursorParam, limitParam, readCursor, timeParam, writeCursor } from '../parameters.js';
import { check, json, NO_CONTENT, type Route, route } from '../route.js';
import { fenceId, listOf, vehicleId } from '../schemas/common.js';

const BODY_BYTES = 1024 * 1024;
const JSON_TYPE = ['application/json'];
const MAX_DAYS = 31;
const MAX_VEHICLES = 2000;
const DAY_MS = 86_400_000;
/** Alerts in one answer; the counts are of all. */
const MAX_SHOWN = 1000;

const time = z.iso.datetime({ offset: true });
const ruleId = fenceId.meta({ examples: ['coach-night'] });
const ruleSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    params: z.record(z.string(), z.unknown()),
    scope: z.record(z.string(), z.unknown()),
    schedule: z.record(z.string(), z.unknown()),
    timing: z.record(z.string(), z.unknown()),
    severity: z.string(),
    deadlines: z.record(z.string(), z.number()).optional(),
    escalation: z.array(z.record(z.string(), z.unknown())).optional(),
    clause: z.string().nullable(),
    effectiveFrom: time.nullable(),
    effectiveTo: time.nullable(),
    enabled: z.boolean(),
    revision: z.int(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Rule' });
const kindSchema = z.object({
  type: z.string(),
  describe: z.string(),
  fences: z.enum(['each', 'all', 'none']),
  severity: z.string(),
  timing: z.record(z.string(), z.number()),
  params: z.record(z.string(), z.unknown()).describe('JSON Schema'),
});
const packSchema = z.object({
  id: z.string(),
  name: z.string(),
  revision: z.string().describe('which text, or which form of it'),
  rules: z.array(z.record(z.string(), z.unknown())).describe('as PUT takes them'),
  unconfirmed: z.array(z.object({ rule: z.string(), what: z.string() })).describe('what no text that was seen says'),
});
const foundSchema = z.object({
  vehicleId: z.string(),
  fenceId: z.string().nullable(),
  occurredAt: time,
  clearedAt: time.nullable(),
  evidence: z.record(z.string(), z.unknown()),
});
const rehearsalSchema = z.object({
  vehicles: z.int(),
  fixes: z.int().describe('fixes that were judged'),
  cut: z
    .boolean()
    .describe('true where the window holds more fixes than are judged at once: the last vehicles are missing'),
  count: z.int(),
  alerts: z.array(foundSchema).describe(`at most ${MAX_SHOWN}`),
  inForce: z
    .object({
      count: z.int(),
      both: z.int(),
      added: z.array(foundSchema).describe('only by the rule that was asked for'),
      missing: z.array(foundSchema).describe('only by the rule in force'),
    })
    .nullable(),
});
const whyNotSchema = z.object({
  vehicleId: z.string(),
  time,
  rules: z.array(
    z.object({
      ruleId: z.string(),
      ruleRevision: z.int(),
      fenceId: z.string().nullable(),
      fixTime: time.nullable(),
      raised: z.boolean(),
      checks: z.array(z.record(z.string(), z.unknown())),
    }),
  ),
  read: z
    .object({
      from: time.nullable().describe('time of the oldest fix that was read; null where there was none'),
      fixes: z.int(),
      complete: z
        .boolean()
        .describe('false where older ones might have had a say: more than are read for one question'),
    })
    .describe("the vehicle's fixes that the answer was made of"),
  forms: z
    .array(
      z.object({
        object: z.string().describe('`rule/<id>`, `fence/<id>` or `settings`'),
        revision: z.int().nullable(),
        form: z
          .enum(['then', 'today', 'absent'])
          .describe(
            '`then`: as it was in force at the time; `today`: that form is not known, and the one of today was asked; `absent`: there was none at the time, and the one of today was asked',
          ),
      }),
    )
    .describe('the rule and what it speaks of, in the form that was asked'),
});
const rehearseInput = z.strictObject({
  rule: ruleInputSchema.describe('as for PUT; its id, where given, names the rule in force to compare with'),
  from: time,
  to: time,
  vehicles: z
    .array(vehicleId)
    .min(1)
    .max(MAX_VEHICLES)
    .optional()
    .describe('all in the scope of the rule where absent'),
});

export function ruleRoutes(app: App): Route[] {
  const { catalog, registry, rehearsals } = app.deps;
  const body = { schema: ruleInputSchema as z.ZodType<unknown>, types: JSON_TYPE, limit: BODY_BYTES };

  return [
    route({
      method: 'get',
      path: '/v1/rules',
      auth: 'key',
      tag: 'Rules',
      summary: 'Rules that were defined',
      description: 'Rules of fences are in the properties of their fences.',
      query: z.strictObject({ limit: limitParam(1000, 1000), cursor: cursorParam.optional() }),
      responses: { 200: { description: 'a page of rules', schema: listOf(ruleSchema) } },
      handle({ query }) {
        const after = query.cursor === undefined ? '' : readCursor('rules', query.cursor, ['text'])[0];
        const ids = [...catalog.rules.keys()].filter((id) => id > after).sort();
        const page = ids.slice(0, query.limit);
        return json({
          items: page.map((id) => ruleJson(catalog.rules.get(id) as RuleDefinition)),
          cursor: ids.length > page.length ? writeCursor('rules', [page[page.length - 1]]) : null,
        });
      },
    }),
    route({
      method: 'get',
      path: '/v1/rule-kinds',
      auth: 'key',
      tag: 'Rules',
      summary: 'Kinds of rules, and what each of them asks for',
      responses: { 200: { description: 'all kinds', schema: listOf(kindSchema) } },
      handle: () => json({ items: KINDS, cursor: null }),
    }),
    route({
      method: 'get',
      path: '/v1/rule-packs',
      auth: 'key',
      tag: 'Rules',
      summary: 'Rules of the law, ready to be put in force',
      responses: { 200: { description: 'all packs', schema: listOf(packSchema) } },
      handle: () => json({ items: RULE_PACKS, cursor: null }),
    }),
    route({
      method: 'post',
      path: '/v1/rule-packs/{id}/install',
      auth: 'key',
      tag: 'Rules',
      summary: 'Put the rules of a pack in force',
      description: 'Rules with these ids are replaced; each can be changed or removed like any other.',
      params: z.strictObject({ id: ruleId }),
      responses: { 200: { description: 'its rules as they are in force', schema: listOf(ruleSchema) } },
      errors: ['not-found', 'conflict', 'busy'],
      async handle({ params }) {
        const pack = RULE_PACKS.find(({ id }) => id === params.id);
        if (!pack) throw missing('pack', params.id, 'path.id');
        const items = [];
        for (const rule of pack.rules) {
          const outcome = await registry.putRule(rule.id, ready(rule.id, rule, 'pack'));
          if ('refused' in outcome) throw refusal(outcome);
          items.push(ruleJson(outcome.rule));
        }
        return json({ items, cursor: null });
      },
    }),
    route({
      method: 'post',
      path: '/v1/rules',
      auth: 'key',
      tag: 'Rules',
      summary: 'Define a rule',
      body,
      responses: { 201: { description: 'the rule', schema: ruleSchema, headers: { Location: 'of the rule' } } },
      errors: ['conflict', 'busy'],
      async handle({ body: given }) {
        const id = idOf(given) ?? freeId();
        if (catalog.rules.has(id)) {
          throw new ApiError('conflict', `body.id: a rule "${id}" exists; PUT replaces it`, [
            { path: 'body.id', message: 'exists' },
          ]);
        }
        const outcome = await registry.putRule(id, ready(id, given, 'body'));
        if ('refused' in outcome) throw refusal(outcome);
        return json(ruleJson(outcome.rule), 201, [['Location', `/v1/rules/${encodeURIComponent(id)}`]]);
      },
    }),
    route({
      method: 'get',
      path: '/v1/rules/{id}',
      auth: 'key',
      tag: 'Rules',
      summary: 'One rule',
      params: z.strictObject({ id: ruleId }),
      responses: { 200: { description: 'the rule', schema: ruleSchema } },
      errors: ['not-found'],
      handle: ({ params }) => json(ruleJson(knownRule(params.id))),
    }),
    route({
      method: 'put',
      path: '/v1/rules/{id}',
      auth: 'key',
      tag: 'Rules',
      summary: 'Define or replace a rule',
      description:
        'What it has open is cleared with the reason `rule-changed`, and it begins anew under its new revision.',
      params: z.strictObject({ id: ruleId }),
      body,
      responses: {
        200: { description: 'replaced', schema: ruleSchema },
        201: { description: 'defined', schema: ruleSchema },
      },
      errors: ['conflict', 'busy'],
      async handle({ params, body: given }) {
        const outcome = await registry.putRule(params.id, ready(params.id, given, 'body'));
        if ('refused' in outcome) throw refusal(outcome);
        return json(ruleJson(outcome.rule), outcome.created ? 201 : 200);
      },
    }),
    route({
      method: 'delete',
      path: '/v1/rules/{id}',
      auth: 'key',
      tag: 'Rules',
      summary: 'Remove a rule',
      description: 'Alerts that it holds open are cleared, with the reason `rule-removed`.',
      params: z.strictObject({ id: ruleId }),
      responses: { 204: { description: 'gone' } },
      errors: ['not-found', 'busy'],
      async handle({ params }) {
        const outcome = await registry.deleteRule(knownRule(params.id).id);
        if ('refused' in outcome) throw refusal(outcome);
        return NO_CONTENT;
      },
    }),
    route({
      method: 'post',
      path: '/v1/rules/rehearse',
      auth: 'key',
      tag: 'Rules',
      summary: 'Run a rule over a past window',
      description: `Over at most ${MAX_DAYS} days and ${MAX_VEHICLES} vehicles, with the code that judges live fixes; nothing is raised. Fixes that came late are in their places. Who drove is not known.`,
      body: { schema: rehearseInput as z.ZodType<z.output<typeof rehearseInput>>, types: JSON_TYPE, limit: BODY_BYTES },
      responses: {
        200: { description: 'how many, which, and the difference to the rule in force', schema: rehearsalSchema },
      },
      errors: ['busy', 'database-away'],
      async handle({ body: asked }) {
        const from = Date.parse(asked.from);
        const to = Date.parse(asked.to);
        if (!(to > from && to - from <= MAX_DAYS * DAY_MS)) {
          const message = `a window of more than nothing and at most ${MAX_DAYS} days is needed`;
          throw new ApiError('bad-request', `body.to: ${message}`, [{ path: 'body.to', message }]);
        }
        const inForce = catalog.rules.get(asked.rule.id ?? '') ?? null;
        const input = parsed(asked.rule, 'body.rule');
        // Who rehearses a rule that is not enabled wants to know what it would find.
        const unborn = { enabled: true, revision: 0, createdAt: 0, updatedAt: 0 };
        const rule = { ...input, id: inForce?.id ?? 'rehearsal', ...unborn };
        const vehicles = vehiclesFor(rule, inForce, asked.vehicles);
        const {
          alerts,
          inForce: before,
          ...counts
        } = await rehearsals.rehearse({ rule, inForce }, { from, to, vehicles });
        return json({
          ...counts,
          count: alerts.length,
          alerts: alerts.slice(0, MAX_SHOWN),
          inForce: before && difference(alerts, before),
        });
      },
    }),
    route({
      method: 'get',
      path: '/v1/why-not',
      auth: 'key',
      tag: 'Rules',
      summary: 'Why a rule raised nothing',
      description:
        'Every condition that an alert of the rule for the vehicle would have needed at the time, as it was compared: with the rule and the fences that were in force then, as far as the audit knows them, over the stored fixes since the rule was put in force, or since there are any; at most the newest 100,000. `rule` is the id of a rule, or a `ruleId` as alerts have it; it may be gone today.',
      query: z.strictObject({ vehicle: vehicleId, rule: z.string().min(1).max(200), time: timeParam }),
      responses: { 200: { description: 'the conditions', schema: whyNotSchema } },
      errors: ['not-found', 'busy', 'database-away'],
      async handle({ query }) {
        const vehicle = catalog.vehicleById(query.vehicle);
        if (!vehicle) throw missing('vehicle', query.vehicle, 'query.vehicle');
        const found = await rehearsals.whyNot(vehicle.no, query.rule, query.time);
        if (!found) throw missing('rule', query.rule, 'query.rule');
        const { rules, read, forms } = found;
        return json({
          vehicleId: vehicle.id,
          time: msToRfc3339(query.time),
          rules,
          read: { ...read, from: read.from === null ? null : msToRfc3339(read.from) },
          forms,
        });
      },
    }),
  ];

  function knownRule(id: string): RuleDefinition {
    const rule = catalog.rules.get(id);
    if (!rule) throw missing('rule', id, 'path.id');
    return rule;
  }

  function parsed(input: unknown, path: string): RuleInput {
    const outcome = parseRule(input, (id) => catalog.fenceById(id) !== undefined);
    if ('rule' in outcome) return outcome.rule;
    const details = outcome.problems.map((problem) => ({
      path: problem.path ? `${path}.${problem.path}` : path,
      message: problem.message,
    }));
    throw new ApiError('bad-request', `${details[0].path}: ${details[0].message}`, details);
  }

  /** A rule that may be put in force under this id: what is made of it is not called what is made of another one. */
  function ready(id: string, input: unknown, path: string): RuleInput {
    const rule = parsed(input, path);
    const clash = clashOf({ ...rule, id }, catalog.rules.values());
    if (!clash) return rule;
    const message = `rules that are made of it would have ids of the rule "${clash.id}"; choose another id`;
    throw new ApiError('conflict', `${path}.id: ${message}`, [{ path: `${path}.id`, message }]);
  }

  /** Numbered by the revision that makes the rule: alerts and the audit of one that was removed are never taken for those of another. */
  function freeId(): string {
    for (let n = catalog.revision + 1; ; n++) if (!catalog.rules.has(`rule-${n}`)) return `rule-${n}`;
  }

  /** Numbers of the vehicles that either rule concerns. */
  function vehiclesFor(rule: RuleDefinition, inForce: RuleDefinition | null, asked?: readonly string[]): number[] {
    const named = asked?.map((id, i) => {
      const vehicle = catalog.vehicleById(id);
      if (!vehicle) throw missing('vehicle', id, `body.vehicles[${i}]`);
      return vehicle;
    });
    const isMeant = scopeTest(rule.scope);
    const wasMeant = inForce ? scopeTest(inForce.scope) : () => false;
    const found = (named ?? [...catalog.vehicles.values()]).filter((vehicle) => isMeant(vehicle) || wasMeant(vehicle));
    if (found.length <= MAX_VEHICLES) return found.map(({ no }) => no);
    const message = `${found.length} vehicles are in the scope; name at most ${MAX_VEHICLES}`;
    throw new ApiError('bad-request', `body.vehicles: ${message}`, [{ path: 'body.vehicles', message }]);
  }
}

const KINDS = RULE_KINDS.map(({ type, describe, fences, severity, timing, params }) => ({
  type,
  describe,
  fences,
  severity,
  timing,
  params: z.toJSONSchema(params, { io: 'input' }),
}));

function ruleJson({ effectiveFrom, effectiveTo, createdAt, updatedAt, ...rule }: RuleDefinition) {
  const text = (at: number | null) => (at === null ? null : msToRfc3339(at));
  return {
    ...rule,
    effectiveFrom: text(effectiveFrom),
    effectiveTo: text(effectiveTo),
    createdAt: text(createdAt),
    updatedAt: text(updatedAt),
  };
}

/** Two rules found the same where they did so for the same vehicle and fence, from the same moment on. */
function difference(alerts: readonly RehearsedAlert[], before: readonly RehearsedAlert[]) {
  const key = ({ vehicleId: id, fenceId: fence, occurredAt }: RehearsedAlert) => [id, fence, occurredAt].join(' ');
  const now = new Set(alerts.map(key));
  const then = new Set(before.map(key));
  const added = alerts.filter((alert) => !then.has(key(alert)));
  const missed = before.filter((alert) => !now.has(key(alert)));
  return {
    count: before.length,
    both: before.length - missed.length,
    added: added.slice(0, MAX_SHOWN),
    missing: missed.slice(0, MAX_SHOWN),
  };
}

function idOf(body: unknown): string | undefined {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  return id === undefined ? undefined : check(ruleId, id, 'body.id');
}

function missing(what: string, id: string, path: string): ApiError {
  return new ApiError('not-found', `no ${what} with id "${id}"`, [{ path, message: 'there is none' }]);
}
