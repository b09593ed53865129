import { z } from 'zod';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { refusal } from '../http/refusal.js';
import { json, type Route, route } from '../route.js';
import { vehicleId } from '../schemas/common.js';
import { quirksInputSchema, quirksSchema, vehicleQuirks } from '../vehicles/vehicle-quirks.js';
import { knownVehicle } from './vehicles.js';

/** What a person says of how a vehicle's terminals speak. */
export function quirkRoutes(app: App): Route[] {
  const { registry, quirkBooks } = app.deps;

  return [
    route({
      method: 'put',
      path: '/v1/vehicles/{id}/quirks',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Say how its terminals differ from the standard',
      description: 'Holds for what they send from the next second on, and for what is run again from the quarantine.',
      params: z.strictObject({ id: vehicleId }),
      body: { schema: quirksInputSchema, types: ['application/json'], limit: 16 * 1024 },
      responses: { 200: { description: 'what holds now', schema: quirksSchema } },
      errors: ['not-found', 'unprocessable', 'busy'],
      async handle({ params, body: { names } }) {
        const vehicle = knownVehicle(app, params.id);
        const terminals = vehicle.terminals.filter(({ protocol }) => quirkBooks.has(protocol));
        if (terminals.length === 0) {
          const message = `no terminal of "${params.id}" speaks a protocol whose quirks are known`;
          throw new ApiError('unprocessable', message, [{ path: 'path.id', message }]);
        }
        for (const { protocol } of terminals) checkNames(protocol, names ?? []);
        const outcome = await registry.putQuirks(terminals, names);
        if ('refused' in outcome) throw refusal(outcome);
        return json({ quirks: vehicleQuirks(app.deps, vehicle) });
      },
    }),
  ];

  function checkNames(protocol: string, names: readonly string[]): void {
    const known = quirkBooks.get(protocol)?.list.map(({ name }) => name) ?? [];
    const details = names.flatMap((name, i) =>
      known.includes(name)
        ? []
        : [{ path: `body.names[${i}]`, message: `"${name}" is none of ${protocol}: ${known.join(', ')}` }],
    );
    if (details.length > 0) throw new ApiError('bad-request', `${details[0].path}: ${details[0].message}`, details);
  }
}
