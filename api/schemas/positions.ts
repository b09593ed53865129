import { z } from 'zod';
import { DATUMS } from '../../model/datum.js';
import type { PositionJson } from '../../model/position.js';
import { QUALITY_NAMES } from '../../model/quality.js';
import { SOURCE_NAMES } from '../../model/source.js';
import { time, vehicleId } from './common.js';

/** Fixes of vehicles, as they go in and out. */

export const positionSchema = z
  .object({
    vehicleId: z.string(),
    time: time.nullable().describe('by the terminal’s clock'),
    receivedAt: time.nullable(),
    lon: z.number().nullable().describe('degrees east, WGS-84'),
    lat: z.number().nullable().describe('degrees north, WGS-84'),
    speed: z.number().nullable().describe('km/h'),
    heading: z.number().nullable().describe('degrees clockwise from true north'),
    altitude: z.number().nullable().describe('metres'),
    alarm: z.int().describe('what the terminal reports, as bits: JT/T 808-2019 table 24'),
    status: z.int().describe('status word as the source sent it'),
    mileage: z.number().nullable().describe('km'),
    source: z.enum(SOURCE_NAMES),
    quality: z.array(z.enum(QUALITY_NAMES)).describe('what is doubtful about the fix; empty where nothing is'),
    sourceDatum: z
      .enum(DATUMS)
      .exclude(['wgs84'])
      .optional()
      .describe('what the coordinates of the source referred to, where that was not WGS-84'),
  })
  .meta({
    id: 'Position',
    examples: [
      {
        vehicleId: '13912345678',
        time: '2024-05-01T08:00:00.000Z',
        receivedAt: '2024-05-01T08:00:01.250Z',
        lon: 120.3012345,
        lat: 31.5712345,
        speed: 46.3,
        heading: 87,
        altitude: 12,
        alarm: 0,
        status: 3,
        mileage: 10342.5,
        source: 'jt808',
        quality: [],
      },
    ],
  }) satisfies z.ZodType<PositionJson>;

/** A fix in a track: with its additional items where they were asked for. */
export const trackPositionSchema = positionSchema
  .extend({ extra: z.record(z.string(), z.unknown()).optional().describe('additional items, with extra=true') })
  .meta({ id: 'TrackPosition' });

/** One position of POST /v1/positions. Each is judged by itself in ingest; this is what a good one looks like. */
export const positionInputSchema = z
  .looseObject({
    vehicleId: vehicleId,
    time,
    lon: z.number().min(-180).max(180).nullable().describe('null, and `lat` too, where there was no fix'),
    lat: z.number().min(-90).max(90).nullable(),
    datum: z.enum(DATUMS).optional().describe('what lon and lat refer to; the parameter `datum` where absent'),
    speed: z.number().min(0).nullable().optional().describe('km/h'),
    heading: z.number().min(0).max(360).nullable().optional(),
    altitude: z.number().nullable().optional(),
    mileage: z.number().min(0).nullable().optional().describe('km'),
    alarm: z.int().min(0).nullable().optional(),
    status: z.int().min(0).nullable().optional(),
  })
  .meta({
    id: 'PositionInput',
    examples: [{ vehicleId: 'taxi-17', time: '2024-05-01T16:00:00+08:00', lon: 120.30123, lat: 31.57123, speed: 46.3 }],
  });

export const positionResultsSchema = z
  .object({
    accepted: z.int(),
    rejected: z.int(),
    items: z.array(
      z.union([
        z.object({ ok: z.literal(true) }),
        z.object({
          ok: z.literal(false),
          error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }),
        }),
      ]),
    ),
  })
  .meta({ id: 'PositionResults' });
