import { z } from 'zod';
import { SUM_GROUPS, SUM_PERIODS, type SumPeriod, type SumQuery } from '../../model/travel-sum.js';
import type { App } from '../app.js';
import { Slots } from '../http/slots.js';
import {
  mileageJson,
  mileageSchema,
  REPORT_COLUMNS,
  reportRowJson,
  reportRowSchema,
} from '../journeys/travel-sum-json.js';
import { csvAnswer, tableFormat } from '../output/table.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { period, periodQuery } from '../period.js';
import { json, type Route, route } from '../route.js';
import { listOf, vehicleId } from '../schemas/common.js';
import { knownVehicle } from './vehicles.js';

const MAX_MILEAGE_DAYS = 366;
const MAX_REPORT_DAYS = 31;
const MAX_PAGE = 10_000;

const mileageQuery = z.strictObject({
  ...periodQuery,
  by: z.enum(SUM_PERIODS).default('day').meta({ description: 'days and months are those of China' }),
});

const reportQuery = z.strictObject({
  ...periodQuery,
  by: z.enum(SUM_GROUPS).default('vehicle'),
  company: z.string().max(128).optional().meta({ description: 'only its vehicles' }),
  region: z.string().max(6).optional().meta({ description: 'only its vehicles' }),
  limit: limitParam(MAX_PAGE, 1000),
  cursor: cursorParam.optional(),
  format: tableFormat,
});

export function reportRoutes(app: App): Route[] {
  const slots = Slots.few();
  return [
    route({
      method: 'get',
      path: '/v1/vehicles/{id}/mileage',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Mileage by period: along the fixes and by the odometer',
      description:
        'At most 366 days, in whole hours. The way between two fixes counts for the hour of the later one. Follows new ' +
        'fixes within a minute or so, and is corrected when late ones arrive.',
      params: z.strictObject({ id: vehicleId }),
      query: mileageQuery,
      responses: { 200: { description: 'periods with fixes, in order', schema: listOf(mileageSchema) } },
      errors: ['not-found', 'database-away'],
      async handle({ params, query }) {
        const { no } = knownVehicle(app, params.id);
        const within = period(query, app.now(), MAX_MILEAGE_DAYS);
        const sums = await app.deps.travel.sums({
          ...within,
          period: query.by,
          group: 'vehicle',
          vehicleNo: no,
          limit: MAX_PAGE,
        });
        return json({ items: sums.map(mileageJson), cursor: null });
      },
    }),
    report('hour', '/v1/reports/hourly'),
    report('day', '/v1/reports/daily'),
  ];

  function report(each: SumPeriod, path: string): Route {
    return route({
      method: 'get',
      path,
      auth: 'key',
      tag: 'Reports',
      summary: `What vehicles, companies or regions did, by ${each}`,
      description:
        `At most ${MAX_REPORT_DAYS} days. Mileage, completeness, time online and speeds; vehicles belong to the company ` +
        'and region that they had then.',
      query: reportQuery,
      responses: {
        200: {
          description: 'by period, then by key',
          schema: listOf(reportRowSchema),
          types: { 'text/csv': 'a row per period and key' },
        },
      },
      errors: ['database-away', 'busy'],
      async handle({ query }) {
        const { from, to } = period(query, app.now(), MAX_REPORT_DAYS);
        const { by, company, region, limit } = query;
        const asked: SumQuery = { period: each, group: by, from, to, company, region, limit: MAX_PAGE };
        if (query.format === 'csv')
          return csvAnswer(slots, path.slice('/v1/reports/'.length), REPORT_COLUMNS, rows(asked));
        const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
        const sums = await app.deps.travel.sums({ ...asked, after, limit: limit + 1 });
        const page = sums.slice(0, limit);
        const last = sums.length > limit ? page[page.length - 1] : null;
        return json({ items: page.map(reportRowJson), cursor: last && writeCursor('report', [last.start, last.key]) });
      },
    });
  }

  async function* rows(asked: SumQuery) {
    let after: SumQuery['after'];
    for (;;) {
      const sums = await app.deps.travel.sums({ ...asked, after });
      yield sums.map(reportRowJson);
      if (sums.length < asked.limit) return;
      after = sums[sums.length - 1];
    }
  }
}

function placeOf(cursor: string): { start: number; key: string } {
  const [start, key] = readCursor('report', cursor, ['time', 'text']);
  return { start, key };
}
