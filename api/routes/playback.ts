import { z } from 'zod';
import type { Datum } from '../../model/datum.js';
import { placeIn } from '../../model/datum-shift.js';
import { jsonNumber } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Report } from '../../store/places.js';
import { type Frame, playback } from '../../tracks/playback.js';
import type { App } from '../app.js';
import { bboxFrom, datumParam } from '../datum.js';
import { ApiError } from '../http/errors.js';
import { Slots } from '../http/slots.js';
import { streamed } from '../http/streamed.js';
import { bboxParam, numberParam, timeParam } from '../parameters.js';
import { period } from '../period.js';
import { type Route, route } from '../route.js';

const MAX_DAYS = 1;
const MAX_FRAMES = 10_000;
/** More than a map can show; the others are counted. */
const MAX_VEHICLES = 20_000;

export function playbackRoutes(app: App): Route[] {
  const slots = Slots.few();
  return [
    route({
      method: 'get',
      path: '/v1/playback',
      auth: 'key',
      tag: 'Search',
      summary: 'A whole area as it was, moment after moment',
      description:
        `At most 24 hours and ${MAX_FRAMES.toLocaleString('en')} moments. Each line is one moment: ` +
        '`{"time", "positions": [{"vehicleId", "lon", "lat", "speed", "heading", "age"}], "more"}` with the newest fix of ' +
        'every vehicle in the box that is not older than 10 min (`age` in seconds), and how many vehicles more than ' +
        `${MAX_VEHICLES.toLocaleString('en')} there were. A stream that is broken off before its last moment was not finished.`,
      query: z.strictObject({
        bbox: bboxParam,
        from: timeParam,
        to: timeParam,
        step: numberParam(1, 3600, 'seconds').default(10),
        datum: datumParam,
      }),
      responses: {
        200: { description: 'the moments in order', types: { 'application/x-ndjson': 'a moment per line' } },
      },
      errors: ['database-away', 'busy'],
      async handle({ query }) {
        const { from, to } = period(query, app.now(), MAX_DAYS);
        const stepMs = query.step * 1000;
        if ((to - from) / stepMs > MAX_FRAMES) {
          const message = `more than ${MAX_FRAMES} moments; make it longer, or the period shorter`;
          throw new ApiError('bad-request', `query.step: ${message}`, [{ path: 'query.step', message }]);
        }
        const [minX, minY, maxX, maxY] = bboxFrom(query.datum, query.bbox);
        const frames = playback(app.deps.travel, { minX, minY, maxX, maxY }, from, to, stepMs);
        return streamed(slots, [['Content-Type', 'application/x-ndjson']], frames, (all) => written(all, query.datum));
      },
    }),
  ];

  async function* written(frames: AsyncIterable<Frame>, datum: Datum): AsyncIterable<string> {
    for await (const frame of frames) yield lineOf(frame, datum);
  }

  function lineOf({ time, reports }: Frame, datum: Datum): string {
    const positions: string[] = [];
    let more = 0;
    for (const report of reports) {
      if (positions.length < MAX_VEHICLES) positions.push(reportText(report, time, datum));
      else more++;
    }
    return `{"time":"${msToRfc3339(time)}","positions":[${positions.join(',')}],"more":${more}}\n`;
  }

  function reportText(report: Report, time: number, datum: Datum): string {
    const { vehicleNo, fixTime, speedKmh, headingDeg } = report;
    const [lon, lat] = placeIn(datum, [report.lon, report.lat]);
    // Who was taken out of the registry has no name any more; its tracks stay.
    const id = JSON.stringify(app.deps.catalog.vehicles.get(vehicleNo)?.id ?? `#${vehicleNo}`);
    const place = `"lon":${jsonNumber(lon, 7)},"lat":${jsonNumber(lat, 7)}`;
    const motion = `"speed":${jsonNumber(speedKmh, 1)},"heading":${jsonNumber(headingDeg, 0)}`;
    return `{"vehicleId":${id},${place},${motion},"age":${jsonNumber((time - fixTime) / 1000, 1)}}`;
  }
}
