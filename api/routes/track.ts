import { z } from 'zod';
import type { Fixes } from '../../model/fixes.js';
import type { Position } from '../../model/position.js';
import type { App } from '../app.js';
import { datumParam, fixesIn } from '../datum.js';
import { Slots } from '../http/slots.js';
import { streamed } from '../http/streamed.js';
import { savedAs } from '../output/table.js';
import { booleanParam, numberParam } from '../parameters.js';
import { period, periodQuery } from '../period.js';
import { type Route, route } from '../route.js';
import { listOf, vehicleId } from '../schemas/common.js';
import { trackPositionSchema } from '../schemas/positions.js';
import { csvTrack } from '../track/csv.js';
import type { TrackContext, TrackFormat } from '../track/format.js';
import { geojsonSeqTrack, geojsonTrack } from '../track/geojson.js';
import { gpxTrack } from '../track/gpx.js';
import { jsonTrack } from '../track/json.js';
import { parquetTrack } from '../track/parquet.js';
import { limited, MAX_ROWS, simplified } from '../track/read.js';
import { knownVehicle } from './vehicles.js';

const MAX_DAYS = 31;
/** Tracks written at the same time (reliability §6, 11: the database's connections), and how many may wait how long. */
const MAX_AT_ONCE = 20;
const MAX_WAITING = 200;
const WAIT_MS = 5000;

const FORMATS = {
  json: jsonTrack,
  csv: csvTrack,
  geojson: geojsonTrack,
  geojsonseq: geojsonSeqTrack,
  gpx: gpxTrack,
  parquet: parquetTrack,
} as const satisfies Record<string, TrackFormat>;

const trackQuery = z.strictObject({
  ...periodQuery,
  simplify: numberParam(0, 10_000, 'metres').optional().meta({
    description:
      'leave out fixes that lie within this many metres of the line; edges of alarms, stops and gaps, and peaks of speed stay',
  }),
  format: z.enum(Object.keys(FORMATS) as [keyof typeof FORMATS, ...(keyof typeof FORMATS)[]]).default('json'),
  extra: booleanParam.optional().meta({ description: 'with the additional items of each fix (json)' }),
  datum: datumParam,
  excel: z.enum(['0', '1']).optional().meta({ description: '1: a byte order mark in front (csv)' }),
});

export function trackRoutes(app: App): Route[] {
  const { deps } = app;
  const slots = new Slots(MAX_AT_ONCE, MAX_WAITING, WAIT_MS);

  return [
    route({
      method: 'get',
      path: '/v1/vehicles/{id}/track',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Fixes in time order',
      description:
        `At most 31 days and ${MAX_ROWS.toLocaleString('en')} fixes. A longer track ends with a \`cursor\` that is the next \`from\` (json), ` +
        'or is broken off in the middle (the other formats), so that it cannot be taken for the whole.',
      params: z.strictObject({ id: vehicleId }),
      query: trackQuery,
      responses: {
        200: {
          description: 'the track',
          schema: listOf(trackPositionSchema),
          types: {
            'text/csv': 'a row per fix',
            'application/geo+json': 'a Feature, LineString or MultiLineString, with `properties.times`',
            'application/geo+json-seq': 'the same as a sequence of one (RFC 8142)',
            'application/gpx+xml': 'GPX 1.1',
            'application/vnd.apache.parquet': 'a row per fix',
          },
        },
      },
      errors: ['not-found', 'database-away', 'busy'],
      async handle({ params, query }) {
        const vehicle = knownVehicle(app, params.id);
        const { from, to } = period(query, app.now(), MAX_DAYS);
        const format: TrackFormat = FORMATS[query.format];
        let cutAt: number | null = null;
        const context: TrackContext = {
          vehicle,
          from,
          to,
          cut: () => cutAt,
          extra: query.extra ? (p: Position) => (p.items ? deps.describeItems(p.source, p.items) : undefined) : null,
          excel: query.excel === '1',
          datum: query.datum,
        };
        const headers: [string, string][] = [['Content-Type', format.contentType]];
        if (format.extension) headers.push(savedAs(`track-${vehicle.id}.${format.extension}`));
        const fixes = limited(deps.history.track(vehicle.no, from, to), MAX_ROWS, (fixTime) => (cutAt = fixTime));
        const shown = query.simplify === undefined ? fixes : simplified(fixes, query.simplify);
        return streamed(slots, headers, fixesIn(query.datum, shown), (batches) => written(format, batches, context));
      },
    }),
  ];
}

async function* written(
  format: TrackFormat,
  batches: AsyncIterable<Fixes>,
  context: TrackContext,
): AsyncIterable<string | Uint8Array> {
  yield* format.write(batches, context);
  if (context.cut() !== null && !format.tellsCut) throw new Error(`track of more than ${MAX_ROWS} fixes`);
}
