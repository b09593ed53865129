import { z } from 'zod';
import { companyName, fenceId, regionCode, time, vehicleId } from './common.js';

export const muteScopeSchema = z
  .strictObject({
    types: z.array(z.string().min(1).max(64)).min(1).max(100).optional(),
    vehicles: z.array(vehicleId).min(1).max(1000).optional(),
    fences: z.array(fenceId).min(1).max(1000).optional(),
    companies: z.array(companyName).min(1).max(1000).optional(),
    regions: z.array(regionCode).min(1).max(1000).optional(),
  })
  .refine((scope) => Object.values(scope).some((list) => list !== undefined), 'names nothing: give at least one list');

export const muteInputSchema = z
  .strictObject({
    scope: muteScopeSchema,
    from: time.optional().describe('now, where absent'),
    to: time,
    reason: z.string().trim().min(1).max(500),
  })
  .meta({
    id: 'MuteInput',
    examples: [{ scope: { fences: ['f1'] }, to: '2024-05-01T20:00:00+08:00', reason: 'Roadworks at the gate.' }],
  });

export const muteSchema = z
  .object({
    id: z.string(),
    scope: muteScopeSchema,
    from: time,
    to: time,
    reason: z.string(),
    by: z.string(),
    createdAt: time,
  })
  .meta({ id: 'Mute' });
