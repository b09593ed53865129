import { z } from 'zod';
import { SEVERITIES } from '../../model/alert.js';
import { scheduleSchema, timingSchema } from '../../model/rule-when.js';
import { fenceId, time } from './common.js';

/** Fences, as they go in and out. */

const geometry = z
  .looseObject({ type: z.enum(['Polygon', 'MultiPolygon', 'Point', 'LineString']) })
  .describe(
    'GeoJSON, WGS-84. Polygon and MultiPolygon are areas; a Point with `radius` a circle; a LineString with `width` a corridor',
  );

const fenceExample = {
  type: 'Feature',
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [120.29, 31.56],
        [120.32, 31.56],
        [120.32, 31.58],
        [120.29, 31.58],
        [120.29, 31.56],
      ],
    ],
  },
  properties: {
    name: 'Station square',
    rules: [
      { type: 'enter', timing: { minDuration: 300, coolDown: 3600 } },
      { type: 'overspeed', limit: 40, duration: 10 },
    ],
  },
};

const anyRule = {
  severity: z.enum(SEVERITIES).optional(),
  timing: timingSchema.optional().describe('seconds, as of rules of their own; of overspeed without `minDuration`'),
  schedule: scheduleSchema.optional().describe('within the `hours` of the fence'),
};

const kmh = z.number().describe('km/h');

/** As geo/fence-properties.ts reads them. */
const fenceRuleSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.enum(['enter', 'exit']), ...anyRule }),
    z.object({
      type: z.literal('overspeed'),
      limit: z.union([kmh, z.array(kmh.nullable())]).describe('for all, or for each segment of a corridor'),
      duration: z.number().optional().describe('seconds for which it must be exceeded for more than'),
      ...anyRule,
    }),
  ])
  .meta({ id: 'FenceRule' });

export const fenceSchema = z
  .object({
    type: z.literal('Feature'),
    id: z.string(),
    geometry,
    properties: z.looseObject({ name: z.string(), rules: z.array(fenceRuleSchema) }),
    revision: z.int().describe('also its ETag'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Fence' });

/** A fence as it is sent: what it must look like in detail is judged by geo/fence-input.ts. */
export const fenceInputSchema = z
  .looseObject({
    type: z.literal('Feature'),
    id: fenceId.optional(),
    geometry,
    properties: z
      .looseObject({
        name: z.string().optional(),
        rules: z
          .unknown()
          .optional()
          .describe('a list of FenceRule, or of their types alone; enter and exit where it is absent (docs/rules.md)'),
        onTerminal: z
          .unknown()
          .optional()
          .describe('true, or {vehicles: ids, categories: kinds}: terminals hold it too (docs/terminal-fences.md)'),
      })
      .nullish(),
  })
  .meta({ id: 'FenceInput', examples: [fenceExample] });

export const fenceCollectionSchema = z
  .looseObject({ type: z.literal('FeatureCollection'), features: z.array(fenceInputSchema) })
  .meta({ id: 'FenceCollection' });
