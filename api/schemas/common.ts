import { z } from 'zod';
import { REGION_CODE, REGION_WORDS } from '../../model/vehicle.js';

/** What the forms of many things have in common. OpenAPI is written from all of api/schemas, and has names from contract §5. */

export const time = z.iso.datetime({ offset: true });
/** Names that people give; the registry holds to the same (store/registry.ts). */
const ID = /^[A-Za-z0-9._:\-\p{Script=Han}]{1,64}$/u;
const ID_RULE = 'an id has 1 to 64 letters, digits, Chinese characters or any of . _ : -';
export const vehicleId = z
  .string()
  .regex(ID, ID_RULE)
  .meta({ examples: ['13912345678'] });
export const fenceId = z
  .string()
  .regex(ID, ID_RULE)
  .refine((id) => id !== 'consistency', 'there is a route of that name')
  .meta({ examples: ['f1'] });
export const alertId = z
  .string()
  .regex(/^[a-z2-7]{26}$/, 'an alert id has 26 characters a–z, 2–7')
  .meta({ examples: ['mfrggzdfmztwq2lknnwg23tpob'] });

/** Whoever an alert is given to: a person, a post, a company, a platform. */
export const personName = z.string().trim().min(1).max(64);
export const companyName = z.string().min(1).max(128);
export const regionCode = z.string().regex(REGION_CODE, REGION_WORDS);

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  })
  .meta({
    id: 'Error',
    examples: [
      {
        error: {
          code: 'bad-request',
          message: 'query.bbox: four numbers west,south,east,north are needed; got 3',
          details: [{ path: 'query.bbox', message: 'four numbers west,south,east,north are needed; got 3' }],
        },
      },
    ],
  });

/** `{"items": […], "cursor": …}`; the cursor is null on the last page. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), cursor: z.string().nullable() });
}
