import { setTimeout as pause } from 'node:timers/promises';
import { AlertFeed } from '../../alerts/log/feed.js';
import type { App } from '../../api/app.js';
import { KeyCheck } from '../../api/http/auth.js';
import { StreamHub } from '../../api/stream/hub.js';
import { startHttpServer } from '../../api/uws/http-server.js';
import { VehicleJson } from '../../api/vehicles/vehicle-json.js';
import { Fleet } from '../../model/fleet.js';
import { answerOrders } from './child.js';
import { cityCatalog } from './city-catalog.js';
import { cityFleet } from './city-fleet.js';
import type { MapsAnswer, MapsOrder } from './stream-orders.js';

/**
 * The product's stream and a city whose vehicles move when they are told to, and nothing else: `node maps-host.js KEY
 * VEHICLES` serves /v1/stream.
 */
const [key, count] = process.argv.slice(2);
const vehicles = Number(count);
const EVERY_MS = 500;

const fleet = new Fleet();
const catalog = cityCatalog(vehicles);
let now = 0;
const deps = { alerts: new AlertFeed(), catalog, fleet, commands: { subscribe: () => () => {} }, log: console };
const options = { allowedOrigins: [], maxVehiclesInView: vehicles };
// Of everything that the API shares, positions ask for this.
const app = { deps, options, vehicles: new VehicleJson(catalog, fleet, Infinity), now: () => now } as unknown as App;
const hub = new StreamHub(app, new KeyCheck(key));
const { port } = await startHttpServer({
  host: '127.0.0.1',
  port: 0,
  endpoints: [],
  stream: hub.endpoint(() => ({ status: 403, headers: [], body: null })),
});

const fixes = cityFleet(vehicles, Infinity);
move();
answerOrders<MapsOrder, MapsAnswer>(async ({ moves = 0 }) => {
  const before = process.cpuUsage();
  for (let i = 0; i < moves; i++) {
    move();
    await pause(EVERY_MS);
  }
  const { user, system } = process.cpuUsage(before);
  return { port, cpuMs: (user + system) / 1000 };
});

/** Each vehicle reports once. */
function move(): void {
  for (let i = 0; i < vehicles; i++) {
    const p = fixes.next().value!;
    now = p.receivedTime;
    fleet.apply(p);
    hub.positions.changed(p.vehicleNo);
  }
}
