import { z } from 'zod';
import { quirksInForce } from '../../model/quirks.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { ApiDeps } from '../deps.js';
import { vehicleDatum, vehicleSchema } from '../schemas/vehicles.js';

/** How the terminals of a vehicle speak, where that differs from the standard. */

export const terminalQuirksSchema = z
  .object({
    protocol: z.string(),
    number: z.string(),
    names: z.array(z.string()).describe('the quirks that hold; what they are, `GET /v1/protocols` says'),
    set: z.boolean().describe('true where a person chose them, false where the registration shows them'),
  })
  .meta({ id: 'TerminalQuirks' });

const quirks = z.array(terminalQuirksSchema).describe('one entry for each terminal');

const permitted = z.object({
  certificate: z.string().describe('masked'),
  from: z.string().nullable(),
  to: z.string().nullable(),
});

/** One vehicle has more to tell than a list of them. */
export const singleVehicleSchema = vehicleSchema
  .extend({
    drivers: z.array(permitted).nullable().describe('who may drive it; null: anybody'),
    datum: vehicleDatum,
    quirks,
  })
  .meta({ id: 'SingleVehicle' });

export const quirksSchema = z.object({ quirks }).meta({ id: 'VehicleQuirks' });

export const quirksInputSchema = z
  .strictObject({
    names: z
      .array(z.string().min(1).max(64))
      .max(64)
      .nullable()
      .describe('exactly these, for all terminals of the vehicle; null: as each is recognised'),
  })
  .meta({ id: 'QuirksInput', examples: [{ names: ['wrong-checksum'] }] });

/** In the order of the vehicle's terminals. */
export function vehicleQuirks(
  { catalog, quirkBooks }: Pick<ApiDeps, 'catalog' | 'quirkBooks'>,
  { terminals }: Vehicle,
): z.output<typeof terminalQuirksSchema>[] {
  return terminals.map(({ protocol, number }) => {
    const { names, set } = quirksInForce(catalog, quirkBooks.get(protocol), { protocol, number });
    return { protocol, number, names: [...names], set };
  });
}
