import { z } from 'zod';
import { type PreparedFence, prepareFence } from '../../geo/fence.js';
import { parseFence } from '../../geo/fence-input.js';
import type { Datum } from '../../model/datum.js';
import { type Passages, searchPassages } from '../../tracks/passage-search.js';
import type { App } from '../app.js';
import { datumParam, fromDatum, inDatum } from '../datum.js';
import { ApiError } from '../http/errors.js';
import { Slots } from '../http/slots.js';
import { streamed } from '../http/streamed.js';
import { PASSAGE_COLUMNS, passageJson, passageSchema } from '../journeys/passage-json.js';
import { csvAnswer, tableFormat } from '../output/table.js';
import { cursorParam, readCursor, timeParam, writeCursor } from '../parameters.js';
import { period } from '../period.js';
import { type Route, route } from '../route.js';
import { listOf } from '../schemas/common.js';

const MAX_DAYS = 7;
const MAX_PAGE = 10_000;
/** An area of 10,000 vertices fits. */
const BODY_BYTES = 1024 * 1024;

const passagesInput = z
  .strictObject({
    area: z.looseObject({ type: z.enum(['Polygon', 'MultiPolygon']) }).describe('GeoJSON, WGS-84'),
    from: timeParam,
    to: timeParam,
    limit: z.int().min(1).max(MAX_PAGE).default(1000),
    cursor: cursorParam.optional(),
    datum: datumParam,
    format: tableFormat,
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
  const slots = Slots.few();
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
        200: {
          description: 'passages by vehicle, each vehicle’s oldest first',
          schema: listOf(passageSchema),
          types: { 'text/csv': 'a row per passage' },
        },
      },
      errors: ['database-away', 'busy'],
      async handle({ body }) {
        const { datum } = body;
        const area = areaOf(fromDatum(datum, body.area));
        const { from, to } = period(body, app.now(), MAX_DAYS, 'body');
        const after = body.cursor === undefined ? 0 : readCursor('passages', body.cursor, ['number'])[0];
        const found = searchPassages(app.deps.travel, area, from, to, after);
        if (body.format === 'csv') return csvAnswer(slots, 'passages', PASSAGE_COLUMNS, rows(found, datum));
        const headers: [string, string][] = [['Content-Type', 'application/json; charset=utf-8']];
        return streamed(slots, headers, found, (vehicles) => written(vehicles, body.limit, datum));
      },
    }),
  ];

  async function* written(found: AsyncIterable<Passages[]>, limit: number, datum: Datum): AsyncIterable<string> {
    let items = 0;
    for await (const vehicles of found) {
      let text = '';
      for (const { vehicleNo, passages } of vehicles) {
        for (const passage of passages) {
          const item = JSON.stringify(inDatum(datum, passageJson(app.deps.catalog, vehicleNo, passage)));
          text += `${items++ === 0 ? '{"items":[' : ','}${item}`;
        }
        if (items < limit) continue;
        yield `${text}],"cursor":${JSON.stringify(writeCursor('passages', [vehicleNo]))}}`;
        return;
      }
      if (text) yield text;
    }
    yield `${items === 0 ? '{"items":[' : ''}],"cursor":null}`;
  }

  async function* rows(found: AsyncIterable<Passages[]>, datum: Datum) {
    for await (const vehicles of found) {
      yield vehicles.flatMap(({ vehicleNo, passages }) =>
        passages.map((passage) => inDatum(datum, passageJson(app.deps.catalog, vehicleNo, passage))),
      );
    }
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
