import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomFrom } from '../cli/support/random.js';
import { prepareFence } from '../geo/fence.js';
import { openPool, writerClient } from '../store/db.js';
import { describeEdition, detectEdition } from '../store/edition.js';
import { History } from '../store/history.js';
import { storeSizes } from '../store/sizes.js';
import { Travel } from '../store/travel.js';
import { searchPassages } from '../tracks/passage-search.js';
import { BenchDatabases } from './support/bench-database.js';
import { bytesPerFix, describeBytes, type FixBytes } from './support/bytes-per-fix.js';
import { FLEET_START } from './support/city-fleet.js';
import { loadFleet } from './support/load-fleet.js';
import { peakMiB } from './support/proc.js';
import { CLI, environment } from './support/server-process.js';

export const name = 'history';
export const describe =
  'a vehicle’s day, passages over an hour of 10,000 vehicles, an export of everything with its memory, and bytes per fix';

const VEHICLES = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Degrees; about 1.9 × 2.2 km. */
const AREA = 0.02;
/** What an answer may take, and an export hold. */
const LIMITS = { dayP95Ms: 50, passagesP95Ms: 500, exportPeakMiB: 300 };

/**
 * `--fixes N --questions Q --url postgres://…`; `--also postgres://…` for each other server of which only the bytes of a fix are asked,
 * as a day of `--day-vehicles N` takes them.
 */
export async function run(options: string[]): Promise<object> {
  const { values } = parseArgs({
    args: options,
    options: {
      fixes: { type: 'string', default: '10000000' },
      vehicles: { type: 'string', default: String(VEHICLES) },
      questions: { type: 'string', default: '100' },
      url: { type: 'string' },
      also: { type: 'string', multiple: true, default: [] },
      'day-vehicles': { type: 'string', default: '300' },
    },
  });
  const [fixes, vehicles, questions] = [Number(values.fixes), Number(values.vehicles), Number(values.questions)];
  const databases = await BenchDatabases.start(values.url);
  try {
    const { url, drop } = await databases.fresh();
    try {
      const loaded = await load(url, vehicles, fixes);
      console.log(
        `${loaded.edition}: ${fixes.toLocaleString('en-US')} fixes of ${vehicles} vehicles in ${loaded.seconds.toFixed(0)} s, ` +
          `${loaded.bytesPerFix.toFixed(0)} bytes per fix with indexes`,
      );
      const day = await vehicleDays(url, vehicles, questions);
      console.log(`a vehicle's day      ${told(day, LIMITS.dayP95Ms)}, ${day.found} fixes each`);
      const passages = await passagesOfAnHour(url, vehicles, fixes, questions);
      console.log(`passages of an hour  ${told(passages, LIMITS.passagesP95Ms)}, ${passages.found} passages each`);
      const exported = await exportAll(url, fixes);
      console.log(
        `export to CSV        ${Math.round(exported.rowsPerSecond).toLocaleString('en-US')} rows/s, peak ${exported.peakMiB} MiB ` +
          `(${share(exported.peakMiB, LIMITS.exportPeakMiB)})`,
      );
      const others = await Promise.all(values.also.map((also) => BenchDatabases.start(also)));
      const bytes = await bytesOnEach([databases, ...others], Number(values['day-vehicles']));
      return { fixes, vehicles, ...loaded, bytes, limits: LIMITS, day, passages, exported };
    } finally {
      await drop();
    }
  } finally {
    await databases.end();
  }
}

interface Times {
  p50: number;
  p95: number;
  /** Mean. */
  found: number;
}

async function load(url: string, vehicles: number, fixes: number) {
  const db = writerClient(url);
  await db.connect();
  try {
    const began = performance.now();
    await loadFleet(db, vehicles, fixes);
    const seconds = (performance.now() - began) / 1000;
    await db.query('vacuum analyze positions');
    const { positions } = await storeSizes(db);
    return { edition: describeEdition(await detectEdition(db)), seconds, bytesPerFix: positions.bytes / fixes };
  } finally {
    await db.end();
  }
}

/** What a day of so many vehicles takes on each, one after the other. */
async function bytesOnEach(databases: readonly BenchDatabases[], vehicles: number): Promise<FixBytes[]> {
  const all: FixBytes[] = [];
  for (const one of databases) {
    const bytes = await bytesPerFix(one, vehicles);
    console.log(describeBytes(bytes));
    all.push(bytes);
  }
  return all;
}

async function vehicleDays(url: string, vehicles: number, questions: number): Promise<Times> {
  const pool = openPool(url, () => {});
  const history = new History(pool);
  const next = randomFrom(2);
  try {
    return await timed(questions, async () => {
      let found = 0;
      const no = 1 + Math.floor(next() * vehicles);
      for await (const batch of history.track(no, FLEET_START, FLEET_START + DAY_MS)) found += batch.length;
      return found;
    });
  } finally {
    await pool.end();
  }
}

async function passagesOfAnHour(url: string, vehicles: number, fixes: number, questions: number): Promise<Times> {
  const pool = openPool(url, () => {});
  const travel = new Travel(pool);
  const next = randomFrom(3);
  const hours = Math.max(1, Math.floor((fixes / vehicles) * 30) / 3600 - 1);
  try {
    return await timed(questions, async () => {
      const from = FLEET_START + Math.floor(next() * hours) * HOUR_MS;
      const [west, south] = [120.15 + next() * 0.28, 31.45 + next() * 0.28];
      const ring = [
        [west, south],
        [west + AREA, south],
        [west + AREA, south + AREA],
        [west, south + AREA],
        [west, south],
      ];
      const area = prepareFence({
        no: 0,
        geometry: { type: 'Polygon', coordinates: [ring] },
        properties: { name: 'bench', rules: [] },
      });
      let found = 0;
      for await (const part of searchPassages(travel, area, from, from + HOUR_MS)) {
        for (const { passages } of part) found += passages.length;
      }
      return found;
    });
  } finally {
    await pool.end();
  }
}

async function timed(questions: number, ask: () => Promise<number>): Promise<Times> {
  await ask(); // the first one connects
  const times: number[] = [];
  let found = 0;
  for (let i = 0; i < questions; i++) {
    const began = performance.now();
    found += await ask();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50: at(0.5), p95: at(0.95), found: Math.round(found / questions) };
}

/** The command as people use it, in a process of its own. */
async function exportAll(url: string, fixes: number): Promise<{ rowsPerSecond: number; peakMiB: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  try {
    const began = performance.now();
    const args = ['export', 'tracks', '--from', '2024-12-01', '--to', '2025-12-01', '--out', join(dir, 'all.csv')];
    const child = spawn(process.execPath, [CLI, ...args], {
      env: environment({ CHEJI_DATABASE_URL: url }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, peakMiB(child.pid as number) ?? 0);
    }, 100);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const [code] = await once(child, 'close');
    clearInterval(watch);
    const { rows } = JSON.parse(output) as { rows: number };
    if (code !== 0 || rows !== fixes) throw new Error(`the export ended with ${code} and ${rows} of ${fixes} rows`);
    return { rowsPerSecond: rows / ((performance.now() - began) / 1000), peakMiB: Math.round(peak) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function told({ p50, p95 }: Times, limit: number): string {
  return `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (${share(p95, limit)})`;
}

function share(value: number, limit: number): string {
  return `${(value / limit).toFixed(2)} of the limit ${limit}`;
}
