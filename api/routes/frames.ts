import { z } from 'zod';
import { SOURCE_NAMES } from '../../model/source.js';
import { msToRfc3339 } from '../../model/units.js';
import type { FramePlace } from '../../store/raw-frames.js';
import type { App } from '../app.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { period, periodQuery } from '../period.js';
import { json, type Route, route } from '../route.js';
import { listOf, vehicleId } from '../schemas/common.js';
import { knownVehicle } from './vehicles.js';

const MAX_DAYS = 31;

const frameSchema = z
  .object({
    time: z.iso.datetime({ offset: true }).describe('of the fix'),
    receivedAt: z.iso.datetime({ offset: true }),
    source: z.enum(SOURCE_NAMES),
    hex: z
      .string()
      .describe('as it came, escapes and all, between its delimiters; of a split message, the part that completed it'),
  })
  .meta({ id: 'RawFrame' });

const listQuery = z.strictObject({ ...periodQuery, limit: limitParam(5000, 1000), cursor: cursorParam.optional() });

export function frameRoutes(app: App): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/vehicles/{id}/frames',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'The frames that its fixes came in, in time order',
      description:
        'Only where the installation keeps them (`CHEJI_KEEP_RAW=true`), and from then on; several fixes may have come in one ' +
        'frame. `POST /v1/protocols/{protocol}/explain` takes one apart.',
      params: z.strictObject({ id: vehicleId }),
      query: listQuery,
      responses: { 200: { description: 'a page of frames', schema: listOf(frameSchema) } },
      errors: ['not-found', 'database-away'],
      async handle({ params, query }) {
        const { no } = knownVehicle(app, params.id);
        const { from, to } = period(query, app.now(), MAX_DAYS);
        const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
        const found = await app.deps.frames.list({ vehicleNo: no, from, to, after, limit: query.limit + 1 });
        const items = found.slice(0, query.limit);
        const last = items[items.length - 1];
        return json({
          items: items.map((frame) => ({
            time: msToRfc3339(frame.fixTime),
            receivedAt: msToRfc3339(frame.receivedTime),
            source: SOURCE_NAMES[frame.source],
            hex: Buffer.from(frame.bytes).toString('hex'),
          })),
          cursor: found.length > query.limit ? writeCursor('frames', [last.fixTime, last.source, last.subSeq]) : null,
        });
      },
    }),
  ];
}

function placeOf(cursor: string): FramePlace {
  const [fixTime, source, subSeq] = readCursor('frames', cursor, ['time', 'number', 'number']);
  return { fixTime, source, subSeq };
}
