import { z } from 'zod';
import { wgs84Of } from '../../model/datum-shift.js';
import { maskNumber } from '../../model/mask.js';
import { VEHICLE_CATEGORIES, type Vehicle } from '../../model/vehicle.js';
import type { App } from '../app.js';
import { answerIn, bboxFrom, datumParam, datumQuery } from '../datum.js';
import { ApiError } from '../http/errors.js';
import { refusal } from '../http/refusal.js';
import {
  bboxParam,
  booleanParam,
  cursorParam,
  limitParam,
  listParam,
  numberParam,
  readCursor,
  writeCursor,
} from '../parameters.js';
import { json, NO_CONTENT, type Route, route } from '../route.js';
import { listOf, vehicleId } from '../schemas/common.js';
import { vehicleInputSchema, vehicleSchema } from '../schemas/vehicles.js';
import { nearestVehicles as findNearest } from '../vehicles/nearest.js';
import { VehicleFilter } from '../vehicles/vehicle-filter.js';
import { singleVehicleSchema, vehicleQuirks } from '../vehicles/vehicle-quirks.js';

const MAX_PAGE = 5000;
const MAX_NEAREST = 1000;

const filterParams = {
  online: booleanParam.optional(),
  category: listParam(z.enum(VEHICLE_CATEGORIES)).optional(),
  plate: z.string().min(1).max(32).optional().meta({ description: 'any part of it' }),
  ids: listParam(vehicleId, 500).optional(),
};

const listQuery = z.strictObject({
  bbox: bboxParam.optional(),
  ...filterParams,
  datum: datumParam,
  limit: limitParam(MAX_PAGE, 1000),
  cursor: cursorParam.optional(),
});

const nearestQuery = z.strictObject({
  lon: numberParam(-180, 180, 'degrees'),
  lat: numberParam(-90, 90, 'degrees'),
  k: limitParam(MAX_NEAREST, 10),
  maxDistance: numberParam(0, 20_100_000, 'metres').optional(),
  datum: datumParam,
  ...filterParams,
});

const idParam = z.strictObject({ id: vehicleId });
const nearbySchema = vehicleSchema.extend({ distance: z.number().describe('metres') }).meta({ id: 'NearbyVehicle' });

export function vehicleRoutes(app: App): Route[] {
  const { catalog, registry } = app.deps;

  return [
    route({
      method: 'get',
      path: '/v1/vehicles',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Current state of vehicles',
      description: 'In the order of their registration. With `bbox`, only vehicles whose newest fix lies in it.',
      query: listQuery,
      responses: { 200: { description: 'a page of vehicles', schema: listOf(vehicleSchema) } },
      handle: ({ query }) => answerIn(query.datum, json(listVehicles(query))),
    }),
    route({
      method: 'get',
      path: '/v1/vehicles:nearest',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'The k nearest vehicles',
      description:
        'By distance from the place; only vehicles that are online, unless `online=false` asks for the others.',
      query: nearestQuery,
      responses: { 200: { description: 'nearest first', schema: listOf(nearbySchema) } },
      handle: ({ query }) => answerIn(query.datum, json(nearestVehicles(query))),
    }),
    route({
      method: 'get',
      path: '/v1/vehicles/{id}',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'One vehicle',
      params: idParam,
      query: datumQuery,
      responses: { 200: { description: 'its current state', schema: singleVehicleSchema } },
      errors: ['not-found'],
      handle({ params, query }) {
        return answerIn(query.datum, json(wholeOf(knownVehicle(app, params.id))));
      },
    }),
    route({
      method: 'put',
      path: '/v1/vehicles/{id}',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Register a vehicle, or change what is known of it',
      description:
        'What the body leaves out stays as it is; null says that it is not known. A terminal that sat in another ' +
        'vehicle moves to this one.',
      params: idParam,
      body: { schema: vehicleInputSchema, types: ['application/json'], limit: 1024 * 1024 },
      responses: {
        200: { description: 'changed', schema: singleVehicleSchema },
        201: { description: 'registered', schema: singleVehicleSchema },
      },
      errors: ['busy'],
      async handle({ params, body }) {
        if (body.id !== undefined && body.id !== params.id) {
          const message = `"${body.id}" is not the id of the path, "${params.id}"`;
          throw new ApiError('bad-request', `body.id: ${message}`, [{ path: 'body.id', message }]);
        }
        const outcome = await registry.putVehicle({ ...body, id: params.id });
        if ('refused' in outcome) throw refusal(outcome);
        app.registryChanged(outcome.vehicle.no);
        return json(wholeOf(outcome.vehicle), outcome.created ? 201 : 200);
      },
    }),
    route({
      method: 'delete',
      path: '/v1/vehicles/{id}',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Take a vehicle out of the registry',
      description: 'Its tracks and alerts stay. A terminal that goes on reporting appears as a new vehicle.',
      params: idParam,
      responses: { 204: { description: 'gone' } },
      errors: ['not-found', 'busy'],
      async handle({ params }) {
        const { no } = knownVehicle(app, params.id);
        const outcome = await registry.deleteVehicle(params.id);
        if ('refused' in outcome) throw refusal(outcome);
        app.registryChanged(no, params.id);
        return NO_CONTENT;
      },
    }),
  ];

  /** One vehicle with all that is known of it, as JSON: lists leave out who may drive it, its datum and its quirks. */
  function wholeOf(vehicle: Vehicle): string {
    const state = app.vehicles.state(vehicle, app.now()).toString();
    const drivers = vehicle.drivers?.map((one) => ({ ...one, certificate: maskNumber(one.certificate) })) ?? null;
    const more = { drivers, datum: vehicle.datum ?? null, quirks: vehicleQuirks(app.deps, vehicle) };
    return `${state.slice(0, -1)},${JSON.stringify(more).slice(1)}`;
  }

  function listVehicles(query: z.output<typeof listQuery>): Buffer {
    const now = app.now();
    const from = query.cursor === undefined ? 1 : readCursor('vehicles', query.cursor, ['number'])[0];
    const filter = new VehicleFilter(query, catalog);
    const pieces: Buffer[] = [ITEMS];
    let found = 0;
    let cursor: string | null = null;
    for (const no of query.bbox ? app.places.inside(bboxFrom(query.datum, query.bbox), from) : everyNumber(from)) {
      if (!filter.matches(no, app.vehicles.online(no, now))) continue;
      const vehicle = catalog.vehicles.get(no);
      if (!vehicle) continue;
      if (found === query.limit) {
        cursor = writeCursor('vehicles', [no]);
        break;
      }
      if (found++ > 0) pieces.push(COMMA);
      pieces.push(app.vehicles.state(vehicle, now));
    }
    pieces.push(Buffer.from(`],"cursor":${JSON.stringify(cursor)}}`));
    return Buffer.concat(pieces);
  }

  function* everyNumber(from: number): Iterable<number> {
    for (let no = from; no < catalog.nextVehicleNo; no++) yield no;
  }

  function nearestVehicles(query: z.output<typeof nearestQuery>): string {
    const { fleet } = app.deps;
    const now = app.now();
    const filter = new VehicleFilter({ ...query, online: query.online ?? true }, catalog);
    const found = findNearest(fleet, wgs84Of([query.lon, query.lat], query.datum), {
      k: query.k,
      end: Math.min(fleet.capacity, catalog.nextVehicleNo),
      wanted: (no) => filter.matches(no, app.vehicles.online(no, now)) && catalog.vehicles.has(no),
      within: query.maxDistance,
      places: app.places,
    });
    const items = found.map(({ no, metres }) => {
      const state = app.vehicles.state(catalog.vehicles.get(no)!, now).toString();
      return `${state.slice(0, -1)},"distance":${Math.round(metres * 10) / 10}}`;
    });
    return `{"items":[${items.join(',')}],"cursor":null}`;
  }
}

export function knownVehicle(app: App, id: string): Vehicle {
  const vehicle = app.deps.catalog.vehicleById(id);
  if (vehicle) return vehicle;
  throw new ApiError('not-found', `no vehicle with id "${id}"`, [{ path: 'path.id', message: 'not in the registry' }]);
}

const ITEMS = Buffer.from('{"items":[');
const COMMA = Buffer.from(',');
