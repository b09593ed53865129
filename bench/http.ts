import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Result } from 'autocannon';
import { randomFrom } from '../cli/support/random.js';
import { freePort } from './support/free-ports.js';
import { withServer } from './support/own-server.js';
import { cpuSeconds } from './support/proc.js';
import { ADMIN_KEY, type ServerProcess } from './support/server-process.js';

export const name = 'http';
export const describe =
  'the real API with 100,000 vehicles, beside a bare uWebSockets.js answer of the same size; autocannon in its own process';

const VEHICLES = 100_000;
/** Vehicles whose tracks and alerts are asked for have this many fixes. */
const TRACK_FIXES = 1000;
const POSITIONS_PER_REQUEST = 2000;
/** Below the number of tracks that the server writes at once. */
const CONNECTIONS = 16;
/** The answers that people wait for: a view of a town, a day's track, the newest alerts. */
const WEST = 120.0;
const SOUTH = 31.2;

interface Figure {
  what: string;
  bytes: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  errors: number;
  serverCpuPercent: number;
  loadCpuPercent: number;
}

/** `--seconds N` for each measurement (default 10), `--vehicles N`. */
export async function run(options: string[]): Promise<object> {
  const seconds = Number(option(options, '--seconds') ?? 10);
  const vehicles = Number(option(options, '--vehicles') ?? VEHICLES);
  return withServer({ CHEJI_TIME_POLICY: 'replay', CHEJI_JT808_PORT: '0' }, async (server) => {
    const vehicle = await load(server, vehicles);
    const day = 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z';
    const routes = [
      ['vehicles by bbox', `/v1/vehicles?bbox=${WEST},${SOUTH},${WEST + 0.05},${SOUTH + 0.05}&limit=500`],
      ['one track', `/v1/vehicles/${vehicle}/track?${day}`],
      ['alerts', '/v1/alerts?limit=100'],
    ];
    const comparisons: { what: string; ours: Figure; bare: Figure; ratio: number }[] = [];
    for (const [what, path] of routes) {
      const sample = await fetch(server.url + path, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
      if (sample.status !== 200) throw new Error(`${path}: ${sample.status} ${await sample.text()}`);
      const bytes = (await sample.arrayBuffer()).byteLength;
      const ours = await measure(what, bytes, server.url + path, server.pid, seconds);
      const bare = await measureBare(bytes, seconds);
      const ratio = ours.requestsPerSecond / bare.requestsPerSecond;
      comparisons.push({ what, ours, bare, ratio });
      print(what, ours, bare, ratio);
    }
    return { vehicles, secondsEach: seconds, connections: CONNECTIONS, comparisons };
  });
}

/** Fills the server through its own front door; answers the vehicle that has a track. */
async function load(server: ServerProcess, vehicles: number): Promise<string> {
  const random = randomFrom(808);
  const fence = {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [WEST + 0.5, SOUTH + 0.5] },
    properties: { name: 'bench', radius: 5000, rules: [{ type: 'enter' }, { type: 'exit' }] },
  };
  const made = await server.api('/v1/fences', { body: fence });
  if (made.status >= 300) throw new Error(`fence: ${made.status} ${JSON.stringify(made.body)}`);
  const start = Date.UTC(2026, 0, 1);
  const fix = (vehicleId: string, time: number, lon: number, lat: number) => ({
    vehicleId,
    time: new Date(time).toISOString(),
    lon,
    lat,
    speed: Math.round(random() * 80),
    heading: Math.floor(random() * 360),
  });
  const positions: object[] = [];
  for (let i = 0; i < vehicles; i++) {
    positions.push(fix(`V${i}`, start, WEST + random(), SOUTH + random()));
  }
  // A circle through the fence's edge: one vehicle's day with some alerts in it.
  for (let i = 0; i < TRACK_FIXES; i++) {
    const angle = (i / TRACK_FIXES) * 40 * Math.PI;
    positions.push(
      fix('V0', start + 60_000 + i * 30_000, WEST + 0.5 + 0.06 * Math.cos(angle), SOUTH + 0.5 + 0.02 * Math.sin(angle)),
    );
  }
  const started = performance.now();
  for (let i = 0; i < positions.length; i += POSITIONS_PER_REQUEST) {
    const { status, body } = await server.api('/v1/positions', { body: positions.slice(i, i + POSITIONS_PER_REQUEST) });
    if (status >= 300) throw new Error(`positions: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }
  const loadSeconds = (performance.now() - started) / 1000;
  console.log(`${positions.length} positions through POST /v1/positions in ${loadSeconds.toFixed(1)} s`);
  await settled(server);
  return 'V0';
}

/** Waits until engine and writer have nothing left: the measurements should meet a server at rest. */
async function settled(server: ServerProcess): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const { body } = await server.api<{ store: { inSpool: number }; engine: { inSpool: number } }>('/v1/stats/live');
    if (body.store.inSpool === 0 && body.engine.inSpool === 0) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('the server did not store everything within 2 minutes');
}

async function measureBare(bytes: number, seconds: number): Promise<Figure> {
  const port = await freePort();
  const bare = spawn(process.execPath, [sibling('bare-http.js'), String(port), String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(bare.stdout, 'data');
    return await measure('bare', bytes, `http://127.0.0.1:${port}/`, bare.pid as number, seconds);
  } finally {
    await end(bare);
  }
}

/** One run of autocannon in a process of its own against `url`. */
async function measure(what: string, bytes: number, url: string, pid: number, seconds: number): Promise<Figure> {
  const child = spawn(process.execPath, [sibling('http-load.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const before = cpuSeconds(pid);
  const job = { url, connections: CONNECTIONS, duration: seconds, headers: { authorization: `Bearer ${ADMIN_KEY}` } };
  child.stdin.end(JSON.stringify(job));
  await once(child, 'close');
  const used = cpuSeconds(pid) - before;
  const { result, cpu } = JSON.parse(text) as { result: Result; cpu: number };
  return {
    what,
    bytes,
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    errors: result.errors + result.timeouts + result.non2xx,
    serverCpuPercent: Math.round((used / seconds) * 100),
    loadCpuPercent: Math.round((cpu / seconds) * 100),
  };
}

function print(what: string, ours: Figure, bare: Figure, ratio: number): void {
  const row = (label: string, f: Figure) =>
    `  ${label.padEnd(6)} ${f.requestsPerSecond.toFixed(0).padStart(7)} requests/s  p50 ${f.p50Ms} ms  p99 ${f.p99Ms} ms  ` +
    `errors ${f.errors}  CPU server ${f.serverCpuPercent} %, load ${f.loadCpuPercent} %`;
  console.log(
    `${what}, ${ours.bytes} bytes\n${row('cheji', ours)}\n${row('bare', bare)}\n  ratio  ${ratio.toFixed(2)}`,
  );
}

function option(options: string[], key: string): string | undefined {
  const at = options.indexOf(key);
  return at < 0 ? undefined : options[at + 1];
}

function sibling(file: string): string {
  return fileURLToPath(new URL(`./support/${file}`, import.meta.url));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, 'close');
}
