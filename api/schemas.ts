import { z } from 'zod';
import { DATUMS } from '../model/datum.js';
import { OCCUPANCIES } from '../model/occupancy.js';
import type { PositionJson } from '../model/position.js';
import { QUALITY_NAMES } from '../model/quality.js';
import { SOURCE_NAMES } from '../model/source.js';
import type { LiveStats } from '../model/stats.js';
import { VEHICLE_CATEGORIES } from '../model/vehicle.js';
import { SHIP_TYPE_NAMES } from '../model/vessel.js';

/** The forms of everything that goes in and out, as contract §5 has them. OpenAPI is written from these. */

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

/** A misspelt one would be kept, and its terminal appear as another vehicle. */
const TERMINAL_PROTOCOLS = SOURCE_NAMES.filter((name) => name !== 'unknown');
const terminalRef = z.object({
  protocol: z.string().min(1).max(32),
  number: z.string().min(1).max(64).describe('without leading zeros'),
});

/** Whoever an alert is given to: a person, a post, a company, a platform. */
export const personName = z.string().trim().min(1).max(64);
export const companyName = z.string().min(1).max(128);
export const regionCode = z.string().regex(/^\d{2,6}$/, '2 to 6 digits of GB/T 2260');

/** Of a vehicle. */
export const vehicleDatum = z
  .enum(DATUMS)
  .nullable()
  .describe('what coordinates refer to that come without a word on it; null: what the way says that they come by');

const vehicleFacts = {
  plate: z.string().min(1).max(32).nullable(),
  plateColor: z
    .int()
    .min(0)
    .max(99)
    .nullable()
    .describe('1 blue, 2 yellow, 3 black, 4 white, 5 green, 9 other (JT/T 415)'),
  category: z.enum(VEHICLE_CATEGORIES),
  company: companyName.nullable(),
  region: regionCode.nullable(),
};

export const vehicleSchema = z
  .object({
    id: z.string(),
    ...vehicleFacts,
    terminals: z.array(terminalRef),
    online: z.boolean().describe('something of it came within the last minutes'),
    lastSeen: time.nullable().describe('when anything last came from it'),
    driver: z
      .object({
        name: z.string().nullable().describe('masked'),
        certificate: z.string().nullable().describe('number of the professional certificate, masked'),
        agency: z.string().nullable(),
        validUntil: z.string().nullable(),
        since: time,
      })
      .nullable()
      .describe('who drives, by the terminal’s newest word; null where nobody is known to'),
    occupancy: z.enum(OCCUPANCIES).nullable().describe('what a taxi is doing; null where its terminal does not say'),
    vessel: z
      .object({
        mmsi: z.string(),
        name: z.string().nullable(),
        callsign: z.string().nullable(),
        imo: z.int().nullable(),
        shipType: z.int().nullable().describe('ITU-R M.1371 table 53'),
        shipTypeName: z.enum(SHIP_TYPE_NAMES).nullable(),
        length: z.number().nullable().describe('metres'),
        beam: z.number().nullable().describe('metres'),
        draught: z.number().nullable().describe('metres'),
        destination: z.string().nullable(),
        at: time,
      })
      .optional()
      .describe('what a ship says of herself; only of ships that did'),
    position: positionSchema.nullable().describe('its newest fix'),
  })
  .meta({ id: 'Vehicle' });

/** What a PUT may say; what it leaves out stays as it is, and is not known of a new vehicle. */
export const vehicleInputSchema = z
  .strictObject({
    id: vehicleId.optional().describe('where given, that of the path'),
    plate: vehicleFacts.plate.optional(),
    plateColor: vehicleFacts.plateColor.optional(),
    category: vehicleFacts.category.optional(),
    company: vehicleFacts.company.optional(),
    region: vehicleFacts.region.optional(),
    terminals: z
      .array(z.strictObject({ ...terminalRef.shape, protocol: z.enum(TERMINAL_PROTOCOLS) }))
      .max(16)
      .optional(),
    drivers: z
      .array(
        z.strictObject({
          certificate: z.string().trim().min(1).max(40).describe('as the driver’s card gives it'),
          from: z.iso.date().nullable().default(null).describe('first day, Beijing time'),
          to: z.iso.date().nullable().default(null).describe('last day, Beijing time'),
        }),
      )
      .max(500)
      .nullable()
      .optional()
      .describe('who may drive it, for rules of the type `driver-card`; null: anybody'),
    datum: vehicleDatum.optional(),
  })
  .meta({
    id: 'VehicleInput',
    examples: [
      {
        plate: '苏B12345',
        plateColor: 1,
        category: 'taxi',
        company: 'Wuxi Taxi',
        region: '320200',
        terminals: [{ protocol: 'jt808', number: '13912345678' }],
      },
    ],
  });

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

const tally = z.record(z.string(), z.int()).describe('count by label');

export const liveStatsSchema = z
  .object({
    since: time,
    frames: z.object({ received: z.int(), handled: z.int(), rejected: tally }),
    fixes: z.object({ received: z.int(), accepted: z.int(), pending: z.int(), rejected: tally, bySource: tally }),
    log: z.object({
      accepted: z.int(),
      lastSeq: z.int(),
      bytes: z.int(),
      quotaBytes: z.int(),
      state: z.enum(['ok', 'filling', 'full', 'failed']),
    }),
    store: z.object({
      state: z.enum(['ready', 'away', 'starting']),
      storedNew: z.int(),
      duplicate: z.int(),
      conflict: z.int().describe('those among the duplicates whose payload was another one'),
      quarantined: z.int(),
      missed: z.int().describe('gone from the log before this database had them'),
      watermark: z.int().describe('number of the last record that is in the database'),
      inSpool: z.int(),
      lagSeconds: z.number(),
    }),
    engine: z.object({
      evaluated: z.int(),
      notEvaluable: tally,
      watermark: z.int().describe('number of the last record that the engine has taken in'),
      inSpool: z.int(),
      stepFailures: tally,
      alerts: tally,
      clocksGivenUp: z.int().describe('alerts whose clocks stopped because too many ran'),
    }),
    connections: z.object({
      open: z.int(),
      authenticated: z.int(),
      accepted: z.int(),
      closed: tally,
      authFailures: z.int(),
      pauses: z.object({ spool: z.int(), rate: z.int() }).describe('how often reading stopped, by what for'),
      waiting: z
        .object({ frames: z.int(), bytes: z.int() })
        .describe('what terminals sent, registrations among it, that waits until the log has room'),
    }),
    ackLatency: z
      .object({ boundsSeconds: z.array(z.number()), counts: z.array(z.int()), sumSeconds: z.number() })
      .describe(
        'from the arrival of a fix to the departure of its acknowledgement: counts per bucket, the last over all bounds',
      ),
    uploads: tally.describe('what terminals reported besides fixes, by kind'),
    media: z.object({
      open: z.int().describe('pictures and the like of which not every part has come'),
      memoryBytes: z.int(),
      memoryLimitBytes: z.int(),
      complete: z.int(),
      incomplete: z.int().describe('given up, and kept as they were'),
      parts: tally,
      asked: z.int().describe('how often missing parts were asked for'),
      diskFailures: z.int(),
      attachments: tally.describe('files of alarms by what became of them, and what was refused'),
      files: z.object({ count: z.int(), bytes: z.int(), deleted: z.int(), deletedBytes: z.int() }),
    }),
    mqtt: z.object({
      broker: z.enum(['off', 'own', 'outside']),
      state: z.enum(['off', 'listening', 'connected', 'away', 'refused']),
      detail: z.string().describe('why it is away or refused'),
      clients: z.int().describe('of our own broker'),
      messages: z.object({
        received: z.int(),
        handled: z.int(),
        rejected: tally,
        byCodec: tally,
        repeated: z.int().describe('the broker says that they were sent before'),
        retained: z.int().describe('kept by the broker from before we subscribed'),
      }),
      events: tally.describe('what publishers told besides fixes'),
      unacknowledged: z.int().describe('messages whose acknowledgement waits for the log'),
      pauses: z.int().describe('how often reading stopped for want of room in the log'),
      connects: z.int().describe('connections to an outside broker that were made'),
      refused: tally.describe('what our own broker refused, by why'),
    }),
    positionsOut: z
      .object({
        published: z.int(),
        failed: z.int().describe('tries'),
        waiting: z.int().describe('vehicles whose newest position is not published yet'),
      })
      .describe('positions published over MQTT'),
    files: z
      .object({
        done: z.int().describe('files'),
        failed: z.int().describe('files'),
        received: z.int().describe('positions and sentences: taken + refused + pending'),
        taken: z.int(),
        refused: z.int(),
        pending: z.int(),
        waits: z.int().describe('how often it waited for room in the log'),
      })
      .describe('the watched directory'),
    dialOut: z
      .object({
        sources: z.int(),
        dialled: z.int().describe('connecting + connected + Σ ended'),
        connecting: z.int(),
        connected: z.int(),
        ended: tally,
        pauses: z.int().describe('how often one was not read for want of room in the log'),
      })
      .describe('servers of AIS that we connect to'),
    datagrams: z
      .object({ received: z.int(), taken: z.int(), lost: z.int().describe('came while the log was full') })
      .describe('of AIS over UDP'),
    vehicles: z.object({ known: z.int(), online: z.int() }),
    stream: z.object({ clients: z.int(), subscriptions: z.int() }),
  })
  .meta({ id: 'LiveStats' }) satisfies z.ZodType<LiveStats>;

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

const partState = z.object({ state: z.string(), detail: z.string().optional() });

export const readinessSchema = z
  .object({
    ready: z
      .boolean()
      .describe(
        'input is taken and kept, or on a node of the API: there is something to show; the database has no say in it',
      ),
    parts: z
      .object({ spool: partState, database: partState, engine: partState, writer: partState })
      .partial()
      .describe('those that this node has'),
    node: z
      .object({
        role: z.enum(['all', 'api']),
        state: z.enum(['alone', 'publishing', 'away', 'second', 'level', 'stale']),
        lagSeconds: z
          .number()
          .describe('since when this node, or of the main node Redis, has lacked something of the log'),
        detail: z.string().optional(),
      })
      .describe('what this process is among several'),
  })
  .meta({ id: 'Readiness' });

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
