import { z } from 'zod';
import { LIMIT_TAGS } from '../../model/road.js';
import { fenceId } from './common.js';

/** Roads, as they go in and out. */

export const roadSetName = fenceId
  .describe('roads that are imported, replaced and removed together')
  .meta({ examples: ['wuxi'] });
export const roadId = z
  .string()
  .min(1)
  .max(64)
  .meta({ examples: ['way/4080123'] });
export const revisionParam = z
  .string()
  .regex(/^\d{1,15}$/, 'a revision, a whole number')
  .transform(Number);
const limitSchema = z.union([z.number(), z.literal('none'), z.string()]);

const lineSchema = z.looseObject({ type: z.enum(['LineString', 'MultiLineString']) }).describe('GeoJSON, WGS-84');
const tagsSchema = z
  .looseObject({
    name: z.string().optional(),
    highway: z.string().optional().describe('class of road, a value of OpenStreetMap'),
    oneway: z.unknown().optional().describe('yes, no, -1, reversible …; motorways are where it is absent'),
    maxspeed: limitSchema.optional().describe('60, "40 mph", CN:urban, none, walk, signals …'),
  })
  .describe(
    `tags of OpenStreetMap; limits are ${LIMIT_TAGS.join(', ')}, and each of them with :conditional, such as "60 @ (22:00-06:00); 80 @ wet"`,
  );
export const roadInputSchema = z
  .looseObject({
    type: z.literal('Feature'),
    id: z.union([roadId, z.number()]).optional(),
    geometry: lineSchema,
    properties: tagsSchema.nullable(),
  })
  .meta({ id: 'RoadInput' });
export const roadCollectionSchema = z
  .looseObject({ type: z.literal('FeatureCollection'), features: z.array(roadInputSchema) })
  .meta({ id: 'RoadCollection' });
export const roadSchema = z
  .object({
    type: z.literal('Feature'),
    id: roadId,
    geometry: lineSchema,
    properties: tagsSchema,
    set: z.string(),
    revision: z.int(),
    notUnderstood: z
      .array(z.string())
      .optional()
      .describe('clauses of its conditional tags that lower no limit, for nobody here can say when they hold'),
  })
  .meta({ id: 'Road' });
export const roadSetSchema = z
  .object({ set: z.string(), roads: z.int(), vertices: z.int(), revision: z.int().describe('of its newest road') })
  .meta({ id: 'RoadSet' });
export const roadsPutSchema = z.object({
  set: z.string(),
  revision: z.int().describe('at which these roads came into force'),
  made: z.int(),
  replaced: z.int(),
  notUnderstood: z.object({
    clauses: z.int().describe('of conditional tags, of which nobody here can say when they hold, or what they allow'),
    examples: z.array(z.string()),
  }),
});
