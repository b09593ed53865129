import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Engine } from '../engine.js';
import type { Change } from '../model/change.js';
import { LOCATED, Position } from '../model/position.js';
import { sourceNumber } from '../model/source.js';
import type { LiveStats } from '../model/stats.js';
import { usedBytes } from './support/checks.js';
import { EngineLog } from './support/engine-log.js';
import { withServer } from './support/own-server.js';
import { memoryMiB, processTree } from './support/proc.js';
import type { ServerProcess } from './support/server-process.js';

export const name = 'vehicles';
export const describe =
  'a million vehicles in one process: bytes that the engine remembers of each at rest, the memory of the whole server, its longest pause, and a restart';

const FIRST_FIX = Date.UTC(2026, 0, 1);
const ROUNDS = 3;
const ROUND_MS = 30_000;
const ITEMS_PER_REQUEST = 5000;
/** Longer than the time between two checkpoints: the pauses that they cause are in it. */
const WATCH_MS = 70_000;

/** `--vehicles N` (default 1,000,000); `--engine-only` leaves the server out. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: { vehicles: { type: 'string', default: '1000000' }, 'engine-only': { type: 'boolean', default: false } },
  });
  const vehicles = Number(values.vehicles);
  console.log(`${vehicles} vehicles, ${ROUNDS} fixes of each`);
  const engine = measureEngine(vehicles);
  return { vehicles, engine, ...(values['engine-only'] ? {} : { server: await measureServer(vehicles) }) };
}

/** What an engine holds in this process: the registry's entry of each vehicle, and what its steps and rules remember of it. */
function measureEngine(vehicles: number): object {
  const log = new EngineLog();
  const engine = new Engine();
  const empty = usedBytes({ buffers: true });
  for (let no = 1; no <= vehicles; no++) engine.apply(log.change(vehiclePut(no)));
  const registered = usedBytes({ buffers: true });
  const begun = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) {
    for (const block of log.fixes(standing(vehicles, round))) engine.apply(block);
  }
  const { user, system } = process.cpuUsage(begun);
  const alerts = engine.take().length;
  const heard = usedBytes({ buffers: true });
  const before = performance.now();
  const snapshot = engine.snapshot();
  const snapshotMs = Math.round(performance.now() - before);
  const each = (bytes: number) => Math.round(bytes / vehicles);
  const figures = {
    registryBytesEach: each(registered - empty),
    stateBytesEach: each(heard - registered),
    snapshotBytesEach: each(snapshot.length),
    snapshotMs,
    evaluated: engine.counters.evaluated,
    alerts,
    microsecondsPerFix: (user + system) / (vehicles * ROUNDS),
  };
  console.log(
    `engine  ${figures.stateBytesEach} bytes of state a vehicle at rest (400 allowed), ${figures.registryBytesEach} of registry; ` +
      `${figures.microsecondsPerFix.toFixed(1)} µs a fix; snapshot ${snapshotMs} ms, ${figures.snapshotBytesEach} bytes a vehicle`,
  );
  if (figures.evaluated !== vehicles * ROUNDS) throw new Error(`${figures.evaluated} fixes evaluated`);
  return figures;
}

function vehiclePut(no: number): Change {
  return {
    type: 'vehicle-put',
    revision: no,
    at: FIRST_FIX,
    vehicle: {
      no,
      id: vehicleId(no),
      plate: `苏B${String(no).padStart(7, '0')}`,
      plateColor: 2,
      category: 'truck',
      company: null,
      region: null,
      terminals: [],
      createdAt: FIRST_FIX,
    },
  };
}

/** Every vehicle stands where it stands. */
function* standing(vehicles: number, round: number): Generator<Position> {
  const p = new Position(); // one for all
  for (let no = 1; no <= vehicles; no++) {
    p.vehicleNo = no;
    p.fixTime = FIRST_FIX + round * ROUND_MS;
    p.receivedTime = p.fixTime + 500;
    p.lon = 119 + (no % 1000) * 0.002;
    p.lat = 31 + Math.floor(no / 1000) * 0.002;
    p.speedKmh = 0;
    p.headingDeg = no % 360;
    p.flags = LOCATED;
    p.source = sourceNumber('http');
    yield p;
  }
}

async function measureServer(vehicles: number): Promise<object> {
  return withServer({ CHEJI_TIME_POLICY: 'replay' }, async (server) => {
    for (let round = 0; round < ROUNDS; round++) await push(server, vehicles, round);
    const stats = await evaluated(server);
    if (stats.vehicles.known !== vehicles || stats.fixes.accepted !== vehicles * ROUNDS) {
      throw new Error(`${stats.vehicles.known} vehicles, ${stats.fixes.accepted} fixes`);
    }
    const memory = Math.round(memoryMiB([server.pid]));
    const pauseMs = Math.round(await longestWait(server));
    console.log(`server  ${memory} MiB (PSS, without the database); longest wait for an answer ${pauseMs} ms`);
    const later = await server.restart();
    try {
      const restart = Math.round(later.readyMs);
      const again = (await later.api<LiveStats>('/v1/stats/live')).body.vehicles.known;
      if (again !== vehicles) throw new Error(`${again} vehicles after a restart`);
      console.log(`        ready ${restart} ms after a restart; ${processTree(later.pid).length} processes`);
      return { memoryMiB: memory, longestWaitMs: pauseMs, restartMs: restart };
    } finally {
      await later.stop();
    }
  });
}

async function push(server: ServerProcess, vehicles: number, round: number): Promise<void> {
  const time = new Date(FIRST_FIX + round * ROUND_MS).toISOString();
  for (let from = 1; from <= vehicles; from += ITEMS_PER_REQUEST) {
    const items = Array.from({ length: Math.min(ITEMS_PER_REQUEST, vehicles + 1 - from) }, (_, i) => {
      const no = from + i;
      const [lon, lat] = [119 + (no % 1000) * 0.002, 31 + Math.floor(no / 1000) * 0.002];
      return { vehicleId: vehicleId(no), time, lon, lat, speed: 0, heading: no % 360 };
    });
    for (;;) {
      const answer = await server.api<{ accepted: number }>('/v1/positions', { body: items });
      if (answer.status === 200 && answer.body.accepted === items.length) break;
      // Full just now: what was taken is known again, and the rest finds room.
      if (answer.status !== 503 && answer.status !== 200) throw new Error(`positions: ${answer.status}`);
      await pause(500);
    }
  }
}

async function evaluated(server: ServerProcess): Promise<LiveStats> {
  for (let i = 0; i < 3000; i++) {
    const { body } = await server.api<LiveStats>('/v1/stats/live');
    if (body.engine.inSpool === 0 && body.store.inSpool === 0) return body;
    await pause(200);
  }
  throw new Error('the engine did not come to the end of the log within 10 minutes');
}

/** The longest that somebody who asks again and again waits for `/livez`, ms: a pause of the sockets' thread. */
async function longestWait(server: ServerProcess): Promise<number> {
  const until = performance.now() + WATCH_MS;
  let longest = 0;
  while (performance.now() < until) {
    const asked = performance.now();
    await server.api('/livez');
    longest = Math.max(longest, performance.now() - asked);
    await pause(5);
  }
  return longest;
}

function vehicleId(no: number): string {
  return `bench-${no}`;
}
