import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import type { Position } from '../model/position.js';
import { openPool, writerClient } from '../store/db.js';
import { describeEdition, detectEdition } from '../store/edition.js';
import { History } from '../store/history.js';
import { addNews, JourneyTables } from '../store/journeys.js';
import { loadMigrations, migrate } from '../store/migrate.js';
import { Travel } from '../store/travel.js';
import { Digest } from '../tracks/digest.js';
import { BenchDatabases } from './support/bench-database.js';
import { cityFleet, FLEET_START } from './support/city-fleet.js';
import { copyFixes } from './support/load-fleet.js';

export const name = 'digest';
export const describe =
  'trips, stops and hourly sums worked out of new fixes, pass by pass, beside the rate at which they come by design';

/** Fixes a second: what a server takes in by design, twice. */
const DESIGN = 20_000;
/** Time of fixes that are there before the first pass, and passes that only warm up. */
const PAST_S = 3600;
const WARM_UP = 1;

/** A fleet and how often its news are worked in. */
interface Shape {
  vehicles: number;
  /** Seconds between two fixes of a vehicle, and of fixes that a pass finds new. */
  intervalS: number;
  newsS: number;
}

/** A mean pass. */
interface Figure extends Shape {
  newFixes: number;
  seconds: number;
  /** If it had nothing else to do. */
  fixesPerSecond: number;
  /** Processor time of a new fix, µs: our thread, and the embedded database's (null: another server). */
  ownMicros: number;
  databaseMicros: number | null;
}

/** `--vehicles N --passes N --shape INTERVAL_S:NEWS_S … --url postgres://…` */
export async function run(options: string[]): Promise<object> {
  const { values } = parseArgs({
    args: options,
    options: {
      vehicles: { type: 'string', default: '3000' },
      passes: { type: 'string', default: '4' },
      // The worker rests 15 s to two minutes; the last is a fleet whose pass takes that long by itself.
      shape: { type: 'string', multiple: true, default: ['5:30', '30:120', '30:600'] },
      url: { type: 'string' },
    },
  });
  const databases = await BenchDatabases.start(values.url);
  const figures: Figure[] = [];
  try {
    for (const text of values.shape) {
      const [intervalS, newsS] = text.split(':').map(Number);
      const shape = { vehicles: Number(values.vehicles), intervalS, newsS };
      figures.push(await onFreshDatabase(databases, shape, Number(values.passes)));
      print(figures[figures.length - 1]);
    }
  } finally {
    await databases.end();
  }
  return { design: DESIGN, figures };
}

async function onFreshDatabase(databases: BenchDatabases, shape: Shape, passes: number): Promise<Figure> {
  const { url, drop } = await databases.fresh();
  const db = writerClient(url);
  await db.connect();
  const pool = openPool(url, () => {}, { connections: 3, flushedCommits: false }); // as tracks/digest-worker.ts has it
  try {
    await migrate(db, await loadMigrations());
    console.log(`${describeEdition(await detectEdition(db))}, ${shape.vehicles} vehicles`);
    const fixes = cityFleet(shape.vehicles, Infinity, 1, shape.intervalS);
    const copy = (seconds: number) => copyFixes(db, first(fixes, (shape.vehicles * seconds) / shape.intervalS));
    await copy(PAST_S);
    await db.query('vacuum analyze positions');
    return await passByPass(databases, pool, shape, passes, copy);
  } finally {
    await db.end();
    await pool.end();
    await drop();
  }
}

async function passByPass(
  databases: BenchDatabases,
  pool: Pool,
  shape: Shape,
  passes: number,
  copy: (seconds: number) => Promise<void>,
): Promise<Figure> {
  const digest = new Digest(new JourneyTables(pool), new History(pool), new Travel(pool));
  let end = FLEET_START;
  const workIn = async (seconds: number) => {
    await noteNews(pool, shape, end);
    end += seconds * 1000;
    const [began, cpu, database] = [performance.now(), process.cpuUsage(), databases.cpuSeconds()];
    const vehicles = await digest.pass();
    if (vehicles !== shape.vehicles) throw new Error(`${vehicles} of ${shape.vehicles} vehicles had news`);
    const { user, system } = process.cpuUsage(cpu);
    return [(performance.now() - began) / 1000, user + system, (databases.cpuSeconds() - database) * 1e6];
  };
  await workIn(PAST_S);
  const all: number[][] = [];
  for (let pass = 0; pass < WARM_UP + passes; pass++) {
    await copy(shape.newsS);
    const figures = await workIn(shape.newsS);
    if (pass >= WARM_UP) all.push(figures);
  }
  await checkSums(pool, (shape.vehicles * (end - FLEET_START)) / 1000 / shape.intervalS);
  const [seconds, own, database] = [0, 1, 2].map((i) => all.reduce((sum, figures) => sum + figures[i], 0) / passes);
  const newFixes = (shape.vehicles * shape.newsS) / shape.intervalS;
  return {
    ...shape,
    newFixes,
    seconds,
    fixesPerSecond: newFixes / seconds,
    ownMicros: own / newFixes,
    databaseMicros: Number.isNaN(database) ? null : database / newFixes,
  };
}

/** As the writer does with its batches: every vehicle has fixes since `time` (epoch ms). */
async function noteNews(pool: Pool, { vehicles, intervalS }: Shape, time: number): Promise<void> {
  const db = await pool.connect();
  const since = Array.from({ length: vehicles }, (_, v): [number, number] => [v + 1, time + (v % intervalS) * 1000]);
  await addNews(db, new Map(since));
  db.release();
}

/** Every fix is in the sums of some hour, once. */
async function checkSums(pool: Pool, fixes: number): Promise<void> {
  const { rows } = await pool.query<{ fixes: number }>('select sum(fixes)::integer as fixes from vehicle_hours');
  if (rows[0].fixes !== fixes) throw new Error(`${rows[0].fixes} of ${fixes} fixes are in the sums`);
}

/** Takes so many, and leaves the others for later. */
function* first(fixes: Iterator<Position>, count: number): Generator<Position> {
  for (let i = 0; i < count; i++) yield fixes.next().value;
}

function print(figure: Figure): void {
  const { intervalS, newsS, newFixes, seconds, fixesPerSecond, ownMicros, databaseMicros } = figure;
  const database = databaseMicros === null ? '' : `, ${databaseMicros.toFixed(1)} µs of the database's`;
  console.log(
    `  a fix every ${intervalS} s, ${newsS} s of them at a time: ${newFixes} in ${seconds.toFixed(2)} s, ` +
      `${Math.round(fixesPerSecond).toLocaleString('en-US')} fixes/s (${(fixesPerSecond / DESIGN).toFixed(2)} of 2 × the design rate); ` +
      `${ownMicros.toFixed(1)} µs of our processor time a fix${database}`,
  );
}
