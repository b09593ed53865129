import { z } from 'zod';
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
  properties: { name: 'Station square', rules: [{ type: 'enter' }, { type: 'overspeed', limit: 40, duration: 10 }] },
};

export const fenceSchema = z
  .object({
    type: z.literal('Feature'),
    id: z.string(),
    geometry,
    properties: z.looseObject({ name: z.string(), rules: z.array(z.looseObject({ type: z.string() })) }),
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
        rules: z.unknown().optional(),
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
