import { z } from 'zod';
import { parseWeather } from '../../geo/weather-input.js';
import { msToRfc3339 } from '../../model/units.js';
import { WEATHER_KINDS, type Weather } from '../../model/weather.js';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { refusal } from '../http/refusal.js';
import { json, NO_CONTENT, type Route, route } from '../route.js';
import { fenceId, listOf } from '../schemas/common.js';

const BODY_BYTES = 1024 * 1024;
const time = z.iso.datetime({ offset: true });
const idParam = z.strictObject({ id: fenceId.meta({ examples: ['fog-g42'] }) });

const areaSchema = z.looseObject({ type: z.enum(['Polygon', 'MultiPolygon']) }).describe('GeoJSON, WGS-84');
const inputSchema = z
  .strictObject({
    kind: z.enum(WEATHER_KINDS).describe('ice: ice, snow or mud lies on the roads; the others are in the air'),
    visibility: z.number().nullable().optional().describe('metres'),
    limit: z.number().nullable().optional().describe('km/h, where one is ordered'),
    area: areaSchema,
    from: time.optional().describe('now where absent'),
    to: time.nullable().optional().describe('until it is removed where absent'),
    note: z.string().nullable().optional(),
  })
  .meta({ id: 'WeatherInput' });
const weatherSchema = z
  .object({
    id: z.string(),
    kind: z.enum(WEATHER_KINDS),
    visibility: z.number().nullable(),
    limit: z.number().nullable(),
    area: areaSchema,
    from: time,
    to: time.nullable(),
    note: z.string().nullable(),
    revision: z.int(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Weather' });

export function weatherRoutes(app: App): Route[] {
  const { catalog, registry } = app.deps;

  return [
    route({
      method: 'get',
      path: '/v1/weather',
      auth: 'key',
      tag: 'Weather',
      summary: 'Weather that was declared, also what is over',
      responses: { 200: { description: 'all of it', schema: listOf(weatherSchema) } },
      handle: () => json({ items: [...catalog.weather.values()].map(weatherJson), cursor: null }),
    }),
    route({
      method: 'get',
      path: '/v1/weather/{id}',
      auth: 'key',
      tag: 'Weather',
      summary: 'One declaration',
      params: idParam,
      responses: { 200: { description: 'the declaration', schema: weatherSchema } },
      errors: ['not-found'],
      handle({ params: { id } }) {
        const weather = catalog.weather.get(id);
        if (weather) return json(weatherJson(weather));
        throw new ApiError('not-found', `no weather with id "${id}"`, [{ path: 'path.id', message: 'there is none' }]);
      },
    }),
    route({
      method: 'put',
      path: '/v1/weather/{id}',
      auth: 'key',
      tag: 'Weather',
      summary: 'Declare weather in an area',
      description:
        'Rules about speed take the lower limit: on motorways with visibility under 200 m 60 km/h, under 100 m 40, under 50 m 20 ' +
        '(道路交通安全法实施条例 art. 81); on all roads 30 with visibility of 50 m or less and where ice, snow or mud lies (art. 46); ' +
        'or `limit` itself. It counts by the time of fixes, from the moment that it is declared.',
      params: idParam,
      body: { schema: inputSchema, types: ['application/json'], limit: BODY_BYTES },
      responses: {
        200: { description: 'changed', schema: weatherSchema },
        201: { description: 'declared', schema: weatherSchema },
      },
      errors: ['busy'],
      async handle({ params: { id }, body }) {
        const parsed = parseWeather(body, app.now());
        if ('problems' in parsed) {
          const details = parsed.problems.map(({ path, message }) => ({ path: `body.${path}`, message }));
          throw new ApiError('bad-request', `${details[0].path}: ${details[0].message}`, details);
        }
        const outcome = await registry.putWeather(id, parsed.weather);
        if ('refused' in outcome) throw refusal(outcome);
        return json(weatherJson(outcome.weather), outcome.created ? 201 : 200);
      },
    }),
    route({
      method: 'delete',
      path: '/v1/weather/{id}',
      auth: 'key',
      tag: 'Weather',
      summary: 'Remove a declaration',
      params: idParam,
      responses: { 204: { description: 'gone' } },
      errors: ['not-found', 'busy'],
      async handle({ params: { id } }) {
        const outcome = await registry.deleteWeather(id);
        if ('refused' in outcome) throw refusal(outcome);
        return NO_CONTENT;
      },
    }),
  ];
}

function weatherJson({ from, to, createdAt, updatedAt, ...facts }: Weather) {
  return {
    ...facts,
    from: msToRfc3339(from),
    to: to === null ? null : msToRfc3339(to),
    createdAt: msToRfc3339(createdAt),
    updatedAt: msToRfc3339(updatedAt),
  };
}
