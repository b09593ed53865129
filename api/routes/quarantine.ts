import { z } from 'zod';
import type { QuarantineEntry } from '../../model/quarantine.js';
import { REJECT_REASONS } from '../../model/reject.js';
import { msToRfc3339 } from '../../model/units.js';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { json, type Route, route } from '../route.js';
import { listOf } from '../schemas/common.js';
import { explanationSchema } from '../schemas/protocols.js';
import {
  quarantineEntrySchema,
  quarantineGroupSchema,
  rerunInputSchema,
  rerunResultsSchema,
} from '../schemas/quarantine.js';

const listQuery = z.strictObject({ limit: limitParam(1000, 100), cursor: cursorParam.optional() });
const numberParam = z.strictObject({
  number: z
    .string()
    .regex(/^\d{1,15}$/, 'a number of an entry')
    .transform(Number)
    .pipe(z.int()),
});
const BODY_LIMIT = 64 * 1024;

/** What was refused: looked at, explained, and tried again after a fix. */
export function quarantineRoutes(app: App): Route[] {
  const { quarantine, protocols } = app.deps;

  return [
    route({
      method: 'get',
      path: '/v1/quarantine',
      auth: 'key',
      tag: 'Quarantine',
      summary: 'Refused frames and fixes, newest first',
      description: `A bounded sample with the raw bytes. Reasons: ${Object.entries(REJECT_REASONS)
        .map(([reason, meaning]) => `\`${reason}\` (${meaning})`)
        .join(', ')}.`,
      query: listQuery,
      responses: { 200: { description: 'a page of them', schema: listOf(quarantineEntrySchema) } },
      handle({ query }) {
        const before = query.cursor === undefined ? undefined : readCursor('quarantine', query.cursor, ['number'])[0];
        const entries = quarantine.list(query.limit + 1, before);
        const page = entries.slice(0, query.limit);
        const more = entries.length > page.length;
        const cursor = more ? writeCursor('quarantine', [page[page.length - 1].number]) : null;
        return json({ items: page.map(entryJson), cursor });
      },
    }),
    route({
      method: 'get',
      path: '/v1/quarantine/groups',
      auth: 'key',
      tag: 'Quarantine',
      summary: 'The same by cause, the largest group first',
      description: 'Entries are alike in protocol, reason, message, edition, length and model of the terminal.',
      responses: { 200: { description: 'all groups', schema: listOf(quarantineGroupSchema) } },
      handle() {
        const items = quarantine
          .groups()
          .map((group) => ({ ...group, first: msToRfc3339(group.first), last: msToRfc3339(group.last) }));
        return json({ items, cursor: null });
      },
    }),
    route({
      method: 'get',
      path: '/v1/quarantine/{number}/explain',
      auth: 'key',
      tag: 'Quarantine',
      summary: 'One entry byte by byte',
      description: 'In spite of a wrong check code or length; as far as it can be read.',
      params: numberParam,
      responses: { 200: { description: 'frame by frame', schema: explanationSchema } },
      errors: ['not-found', 'unprocessable'],
      handle({ params }) {
        const entry = known(params.number);
        const tools = protocols.find(({ name }) => name === entry.source);
        if (!tools) {
          const message = `entry ${entry.number} came by ${entry.source}, which has no frames to explain`;
          throw new ApiError('unprocessable', message, [{ path: 'path.number', message: 'not a frame' }]);
        }
        const bytes = Buffer.from(entry.bytes);
        return json({ bytes: bytes.toString('hex'), frames: tools.explain(bytes, { lenient: true }) });
      },
    }),
    route({
      method: 'post',
      path: '/v1/quarantine/rerun',
      auth: 'key',
      tag: 'Quarantine',
      summary: 'Try entries again, after a fix',
      description:
        'Tells what the kept bytes give today. With `apply` the fixes that now decode enter as backfilled data of the ' +
        'terminal that the frame names, once; the log of the server says who asked for it.',
      body: { schema: rerunInputSchema, types: ['application/json'], limit: BODY_LIMIT },
      responses: { 200: { description: 'one result for each entry that is still kept', schema: rerunResultsSchema } },
      async handle({ body: { numbers, group, apply } }) {
        const wanted = group === undefined ? { numbers: numbers ?? [] } : { group };
        const items = await quarantine.run(wanted, apply, 'admin');
        const applied = items.filter(({ outcome }) => outcome === 'applied');
        return json({
          decodes: items.filter(({ outcome }) => outcome === 'decodes').length,
          applied: applied.length,
          fixes: applied.reduce((sum, { fixes }) => sum + fixes, 0),
          items,
        });
      },
    }),
  ];

  function known(number: number): QuarantineEntry {
    const entry = quarantine.get(number);
    if (entry) return entry;
    throw new ApiError('not-found', `no entry ${number} in quarantine`, [
      { path: 'path.number', message: 'it is not kept any more, or never was' },
    ]);
  }
}

function entryJson({ at, bytes, ...entry }: QuarantineEntry): Record<string, unknown> {
  return { ...entry, at: msToRfc3339(at), bytes: Buffer.from(bytes).toString('hex') };
}
