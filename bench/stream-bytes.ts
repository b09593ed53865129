import { parseArgs } from 'node:util';
import { constants, deflateRawSync } from 'node:zlib';
import type { App } from '../api/app.js';
import { PositionsHub } from '../api/stream/positions.js';
import type { View } from '../api/stream/view.js';
import { VehicleFilter } from '../api/vehicles/vehicle-filter.js';
import { VehicleJson } from '../api/vehicles/vehicle-json.js';
import type { Bbox } from '../client/index.js';
import { DATUMS, type Datum } from '../model/datum.js';
import { drawnAs } from '../model/datum-shift.js';
import { Fleet } from '../model/fleet.js';
import { cityCatalog } from './support/city-catalog.js';
import { cityFleet, FLEET_START } from './support/city-fleet.js';
import { viewsOf } from './support/views.js';

export const name = 'stream-bytes';
export const describe =
  'what a map costs by format: bytes and processor time per message, JSON and protobuf, plain and deflated';

const CITY: Bbox = [120.1, 31.4, 120.5, 31.8];
const VIEW_DEG = 0.05;
/** As permessage-deflate would be set up for many clients: fast, and without memory from one message to the next. */
const DEFLATE = { level: 1, memLevel: 8, finishFlush: constants.Z_SYNC_FLUSH };

interface Plan {
  vehicles: number;
  rounds: number;
  clients: number;
  /** What they look at, by turns. */
  boxes: readonly Bbox[];
  /** What their maps are drawn in, by turns. */
  datums: readonly Datum[];
}

interface Figure {
  format: string;
  /** Of the last message of a tick. */
  bytes: number;
  deflatedBytes: number;
  /** Processor time of a tick, which writes anew, once for all clients, what they are told, ms. */
  encodeMs: number;
  /** Processor time to deflate it, for each client again, ms. */
  deflateMs: number;
}

/**
 * `--vehicles N` in the city, `--rounds N`; in place of one client that sees them all, `--clients N` at `--sights N` different
 * views of a twentieth of a degree. `--datums gcj02,bd09`: what their maps are drawn in, by turns.
 */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      vehicles: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '20' },
      clients: { type: 'string', default: '1' },
      sights: { type: 'string', default: '0' },
      datums: { type: 'string', default: 'wgs84' },
    },
  });
  const [vehicles, rounds, clients, sights] = [values.vehicles, values.rounds, values.clients, values.sights].map(
    Number,
  );
  const datums = values.datums.split(',').map((name) => DATUMS[DATUMS.indexOf(name as Datum)]);
  if (datums.includes(undefined as never)) throw new Error(`--datums: of ${DATUMS.join(', ')}`);
  const boxes = sights > 0 ? viewsOf(CITY, sights, VIEW_DEG) : [CITY];
  const figures = (['json', 'protobuf'] as const).map((format) =>
    measure(format, { vehicles, rounds, clients, boxes, datums }),
  );
  for (const f of figures) {
    console.log(
      `${f.format.padEnd(9)} ${vehicles} vehicles: ${f.bytes} bytes, encoded in ${f.encodeMs.toFixed(2)} ms for all ${clients}; ` +
        `deflated ${f.deflatedBytes} bytes, ${f.deflateMs.toFixed(2)} ms for each client`,
    );
  }
  return { vehicles, clients, sights, datums, figures };
}

function measure(format: 'json' | 'protobuf', { vehicles, rounds, clients, boxes, datums }: Plan): Figure {
  const catalog = cityCatalog(vehicles);
  const fleet = new Fleet();
  let now = FLEET_START;
  const json = new VehicleJson(catalog, fleet, Infinity);
  const app = { deps: { catalog, fleet }, options: { maxVehiclesInView: vehicles }, vehicles: json, now: () => now };
  // Of everything that the API shares, the hub asks for this.
  const hub = new PositionsHub(app as unknown as App);
  const fixes = cityFleet(vehicles, vehicles * (rounds + 1));
  const drive = () => {
    for (let i = 0; i < vehicles; i++) {
      const p = fixes.next().value!;
      now = p.receivedTime;
      fleet.apply(p);
      hub.changed(p.vehicleNo);
    }
  };
  drive();
  let message: Buffer = Buffer.alloc(0);
  const port = {
    ready: () => true,
    send: (bytes: Buffer) => {
      message = bytes;
      return true;
    },
  };
  for (let i = 0; i < clients; i++) {
    const view: View = { id: 1, port, audience: null, stale: true };
    const datum = drawnAs(datums[i % datums.length]);
    hub.add(view, { bbox: boxes[i % boxes.length], filter: new VehicleFilter({}, catalog), format, datum });
  }
  const sum = { bytes: 0, deflatedBytes: 0, encodeMs: 0, deflateMs: 0 };
  for (let i = 0; i < rounds; i++) {
    drive();
    sum.encodeMs += cpuOf(() => hub.tick());
    sum.bytes += message.length;
    sum.deflateMs += cpuOf(() => {
      sum.deflatedBytes += deflateRawSync(message, DEFLATE).length;
    });
  }
  const mean = (total: number) => total / rounds;
  return {
    format,
    bytes: Math.round(mean(sum.bytes)),
    deflatedBytes: Math.round(mean(sum.deflatedBytes)),
    encodeMs: mean(sum.encodeMs),
    deflateMs: mean(sum.deflateMs),
  };
}

/** Processor time, ms. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
