import { z } from 'zod';
import { type PreparedFence, prepareFence } from '../../geo/fence.js';
import { parseFence } from '../../geo/fence-input.js';
import { jsonNumber } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import { type Passages, searchPassages } from '../../tracks/passage-search.js';
import type { Passage } from '../../tracks/passages.js';
import type { App } from '../app.js';
import { ApiError } from '../errors.js';
import { cursorParam, readCursor, timeParam, writeCursor } from '../parameters.js';
import { period } from '../period.js';
import { type Route, route } from '../route.js';
import { listOf } from '../schemas.js';
import { Slots } from '../slots.js';
import { primed } from '../track/read.js';

const MAX_DAYS = 7;
const MAX_PAGE = 10_000;
/** Searches that are under way at the same time, and how many may wait how long. */
const MAX_AT_ONCE = 4;
const MAX_WAITING = 50;
const WAIT_MS = 5000;
/** An area of 10,000 vertices fits. */
const BODY_BYTES = 1024 * 1024;

const time = z.iso.datetime({ offset: true });
const place = z.object({ lon: z.number(), lat: z.number() });

const passageSchema = z
  .object({
    vehicleId: z.string(),
    plate: z.string().nullable(),
    enteredAt: time,
    exitedAt: time,
    entry: place,
    exit: place,
    entrySeen: z.boolean().describe('false: it was first seen when it was inside already'),
    exitSeen: z.boolean().describe('false: it was last seen inside'),
    fixes: z.int().describe('fixes inside; 0 where it went through between two fixes'),
  })
  .meta({ id: 'Passage' });

const passagesInput = z
  .strictObject({
    area: z.looseObject({ type: z.enum(['Polygon', 'MultiPolygon']) }).describe('GeoJSON, WGS-84'),
    from: timeParam,
    to: timeParam,
    limit: z.int().min(1).max(MAX_PAGE).default(1000),
    cursor: cursorParam.optional(),
  })
  .meta({
    id: 'PassagesInput',
    examples: [
      {
        area: {
          type: 'Polygon',
          coordinates: [
            [
              [120.29, 31.58],
              [120.31, 31.58],
              [120.31, 31.6],
              [120.29, 31.6],
              [120.29, 31.58],
            ],
          ],
        },
        from: '2024-05-01T08:00:00+08:00',
        to: '2024-05-01T09:00:00+08:00',
      },
    ],
  });

export function searchRoutes(app: App): Route[] {
  const slots = new Slots(MAX_AT_ONCE, MAX_WAITING, WAIT_MS);
  return [
    route({
      method: 'post',
      path: '/v1/search/passages',
      auth: 'key',
      tag: 'Search',
      summary: 'Who was in an area, when in and when out',
      description:
        `At most ${MAX_DAYS} days. Between two fixes a vehicle is taken to go straight and evenly, where they are at most ` +
        '2 km and 10 min apart (or it hardly moved), so who crossed the area between two fixes is found too. In the order ' +
        'in which vehicles were registered, a page of whole vehicles at a time.',
      body: { schema: passagesInput, types: ['application/json'], limit: BODY_BYTES },
      responses: {
        200: { description: 'passages by vehicle, each vehicle’s oldest first', schema: listOf(passageSchema) },
      },
      errors: ['database-away', 'busy'],
      async handle({ body }) {
        const area = areaOf(body.area);
        const { from, to } = period(body, app.now(), MAX_DAYS, 'body');
        const after = body.cursor === undefined ? 0 : Number(readCursor('passages', body.cursor)[0]);
        const giveBack = await slots.take();
        try {
          const found = await primed(searchPassages(app.deps.travel, area, from, to, after));
          const headers: [string, string][] = [['Content-Type', 'application/json; charset=utf-8']];
          return { status: 200, headers, body: written(found, body.limit, giveBack) };
        } catch (error) {
          giveBack();
          throw error;
        }
      },
    }),
  ];

  async function* written(found: AsyncIterable<Passages[]>, limit: number, done: () => void): AsyncIterable<string> {
    let items = 0;
    try {
      for await (const vehicles of found) {
        let text = '';
        for (const { vehicleNo, passages } of vehicles) {
          for (const passage of passages)
            text += `${items++ === 0 ? '{"items":[' : ','}${passageText(vehicleNo, passage)}`;
          if (items < limit) continue;
          yield `${text}],"cursor":${JSON.stringify(writeCursor('passages', [vehicleNo]))}}`;
          return;
        }
        if (text) yield text;
      }
      yield `${items === 0 ? '{"items":[' : ''}],"cursor":null}`;
    } finally {
      done();
    }
  }

  function passageText(vehicleNo: number, passage: Passage): string {
    const vehicle = app.deps.catalog.vehicles.get(vehicleNo);
    const place = ({ lon, lat }: Passage['entry']) => ({ lon: jsonNumber(lon, 7), lat: jsonNumber(lat, 7) });
    return JSON.stringify({
      vehicleId: vehicle?.id ?? `#${vehicleNo}`, // it was taken out of the registry; its tracks stay
      plate: vehicle?.plate ?? null,
      enteredAt: msToRfc3339(passage.entered),
      exitedAt: msToRfc3339(passage.left),
      entry: place(passage.entry),
      exit: place(passage.exit),
      entrySeen: passage.sawEntry,
      exitSeen: passage.sawExit,
      fixes: passage.fixes,
    });
  }
}

/** Throws 'bad-request' with every place that is wrong. */
function areaOf(geometry: object): PreparedFence {
  const parsed = parseFence({ type: 'Feature', geometry, properties: {} });
  if ('geometry' in parsed) return prepareFence({ no: 0, geometry: parsed.geometry, properties: parsed.properties });
  const details = parsed.problems.map(({ path, message }) => ({
    path: path.replace(/^geometry/, 'body.area'),
    message,
  }));
  throw new ApiError('bad-request', `${details[0].path}: ${details[0].message}`, details);
}
