import { z } from 'zod';
import type { AuditPlace, AuditRecord } from '../../model/audit.js';
import { msToRfc3339 } from '../../model/units.js';
import type { App } from '../app.js';
import { maskDeep } from '../output/mask.js';
import { cursorParam, limitParam, listParam, readCursor, timeParam, writeCursor } from '../parameters.js';
import { json, type Route, route } from '../route.js';
import { listOf } from '../schemas/common.js';

const content = z.record(z.string(), z.unknown()).nullable();
const auditSchema = z
  .object({
    time: z.iso.datetime({ offset: true }),
    actor: z.string(),
    action: z.string().describe('such as `fence-put`, `alert-action`, `command-put`'),
    objects: z.array(z.string()).describe('`kind/id`: first what it is about, then what else it concerns'),
    note: z.string().nullable(),
    before: content.describe('as the act before it left the same object; null where none is known'),
    after: content.describe('as it is from then on, or what was ordered; null where it is gone'),
  })
  .meta({ id: 'AuditEntry' });

const listQuery = z.strictObject({
  from: timeParam.optional(),
  to: timeParam.optional(),
  actor: listParam(z.string().min(1).max(100)).optional(),
  object: listParam(z.string().min(1).max(200))
    .optional()
    .describe('`kind/id`, such as `vehicle/320213001` or `alert/…`; `settings` has no id'),
  limit: limitParam(1000, 100),
  cursor: cursorParam.optional(),
});

export function auditRoutes(app: App): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/audit',
      auth: 'key',
      tag: 'System',
      summary: 'Who did what, newest first',
      description:
        'Vehicles, fences, rules, roads and settings that were changed, what was done with alerts, and commands that were given. ' +
        'What terminals report is not in it. Names and numbers of people are masked.',
      query: listQuery,
      responses: { 200: { description: 'a page of acts', schema: listOf(auditSchema) } },
      errors: ['database-away'],
      async handle({ query: { cursor, limit, ...filter } }) {
        const after = cursor === undefined ? undefined : placeOf(cursor);
        const found = await app.deps.audit.list({ ...filter, after, limit: limit + 1 });
        const items = found.slice(0, limit);
        const last = items[items.length - 1];
        return json({
          items: items.map(auditJson),
          cursor: found.length > limit ? writeCursor('audit', [last.at, last.seq]) : null,
        });
      },
    }),
  ];
}

function placeOf(cursor: string): AuditPlace {
  const [at, seq] = readCursor('audit', cursor, ['time', 'number']);
  return { at, seq };
}

function auditJson({ at, actor, action, objects, note, before, content: after }: AuditRecord): object {
  const shown = (form: AuditRecord['content']) => form && maskDeep(withTimes(form));
  return { time: msToRfc3339(at), actor, action, objects, note, before: shown(before), after: shown(after) };
}

/** Members of acts that are times: `createdAt`, `effectiveFrom`, `deadline` … */
const TIMES = /(?:At|From|To)$|^(?:from|to|due|deadline|until)$/;
/** No time of an act is before it; less is a number of something else, such as the first and the last of many. */
const LONG_AGO = Date.UTC(2000, 0, 1);

/** The log has times in epoch ms; whoever reads the API gets RFC 3339, at any depth. */
function withTimes(form: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => [
      name,
      typeof value === 'number' && value >= LONG_AGO && TIMES.test(name) ? msToRfc3339(value) : timesWithin(value),
    ]),
  );
}

function timesWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timesWithin);
  return typeof value === 'object' && value !== null ? withTimes(value as Record<string, unknown>) : value;
}
