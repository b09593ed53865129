import { z } from 'zod';
import { DATUMS } from '../../model/datum.js';
import { OCCUPANCIES } from '../../model/occupancy.js';
import { SOURCE_NAMES } from '../../model/source.js';
import { VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import { SHIP_TYPE_NAMES } from '../../model/vessel.js';
import { companyName, regionCode, time, vehicleId } from './common.js';
import { positionSchema } from './positions.js';

/** Vehicles and ships: as they are registered, and as they are now. */

/** A misspelt one would be kept, and its terminal appear as another vehicle. */
const TERMINAL_PROTOCOLS = SOURCE_NAMES.filter((name) => name !== 'unknown');
const terminalRef = z.object({
  protocol: z.string().min(1).max(32),
  number: z.string().min(1).max(64).describe('without leading zeros'),
});

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
