import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Catalog } from '../model/catalog.js';
import { CopyRows } from '../store/copy-rows.js';
import { DayPartitions } from '../store/day-partitions.js';
import { writerClient } from '../store/db.js';
import { describeEdition, detectEdition } from '../store/edition.js';
import { committedIn } from '../store/log-reader.js';
import { loadMigrations, migrate } from '../store/migrate.js';
import { copyPositions } from '../store/put-positions.js';
import { SegmentLog } from '../store/segment-log.js';
import { Spool } from '../store/spool.js';
import { Writer } from '../store/writer.js';
import { BenchDatabases } from './support/bench-database.js';
import { bytesPerFix, describeBytes } from './support/bytes-per-fix.js';
import { cityFleet, FLEET_START } from './support/city-fleet.js';

export const name = 'writer';
export const describe =
  'the writer from the log into the database, beside a bare binary COPY of the same rows into the same table; bytes per fix';

const VEHICLES = 10_000;
/** Rows of one bare COPY: as many as the writer takes at once at most. */
const COPY_ROWS = 16_912;

/**
 * `--fixes N --rounds R --vehicles V --url postgres://… --url embedded`: for each database both ways in turn, each round into
 * empty tables, and what a day of V vehicles takes there. Embedded where none is named.
 */
export async function run(options: string[]): Promise<object> {
  const { values } = parseArgs({
    args: options,
    options: {
      fixes: { type: 'string', default: '500000' },
      rounds: { type: 'string', default: '3' },
      vehicles: { type: 'string', default: '300' },
      url: { type: 'string', multiple: true, default: ['embedded'] },
    },
  });
  const results: object[] = [];
  for (const url of values.url) {
    const databases = await BenchDatabases.start(url === 'embedded' ? undefined : url);
    try {
      const speed = await compare(databases, Number(values.fixes), Number(values.rounds));
      const bytes = await bytesPerFix(databases, Number(values.vehicles));
      console.log(describeBytes(bytes));
      results.push({ ...speed, bytes });
    } finally {
      await databases.end();
    }
  }
  return { databases: results };
}

async function compare(databases: BenchDatabases, fixes: number, count: number): Promise<object> {
  const rounds: { bare: number; writer: number; ratio: number }[] = [];
  let edition = '';
  for (let round = 0; round < count; round++) {
    const bare = await bareCopy(databases, fixes, (name) => (edition = name));
    const writer = await throughWriter(databases, fixes);
    rounds.push({ bare, writer, ratio: writer / bare });
    console.log(`bare COPY ${perSecond(bare)}   writer ${perSecond(writer)}   ratio ${(writer / bare).toFixed(2)}`);
  }
  const ratio = rounds.reduce((sum, round) => sum + round.ratio, 0) / rounds.length;
  console.log(`${edition}, ${fixes} fixes: the writer does ${(ratio * 100).toFixed(0)} % of a bare COPY`);
  return { edition, fixes, rounds, ratio };
}

/** Rows a second; the rows are made before the clock runs, which only the server and the connection then take. */
async function bareCopy(databases: BenchDatabases, fixes: number, tell: (edition: string) => void): Promise<number> {
  const { url, drop } = await databases.fresh();
  const db = writerClient(url);
  await db.connect();
  try {
    tell(describeEdition(await detectEdition(db)));
    await migrate(db, await loadMigrations());
    const partitions = await DayPartitions.of(db);
    partitions.wantAhead(FLEET_START);
    await partitions.make(db);
    const rows = new CopyRows();
    let seconds = 0;
    const copy = async () => {
      const began = performance.now();
      await copyPositions(db, rows);
      seconds += (performance.now() - began) / 1000;
      rows.clear();
    };
    for (const p of cityFleet(VEHICLES, fixes)) {
      rows.add(p);
      if (rows.count === COPY_ROWS) await copy();
    }
    if (rows.count > 0) await copy();
    return fixes / seconds;
  } finally {
    await db.end();
    await drop();
  }
}

/** Rows a second from the moment the writer is started on a full log until it has told that all of it is stored. */
async function throughWriter(databases: BenchDatabases, fixes: number): Promise<number> {
  const { url, drop } = await databases.fresh();
  const dir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  const spool = await Spool.open({ dir: join(dir, 'spool'), ackLevel: 'write' });
  const alerts = await SegmentLog.open({ dir: join(dir, 'alerts') });
  try {
    for (const p of cityFleet(VEHICLES, fixes)) {
      while (!spool.addFix(p)) await flushed(spool);
    }
    await flushed(spool);
    const counted = new BigInt64Array(spool.shared);
    let began = NaN;
    return await new Promise<number>((resolve, reject) => {
      const writer = new Writer({
        url,
        node: 'bench',
        spoolDir: join(dir, 'spool'),
        alertDir: join(dir, 'alerts'),
        firstNewSeq: spool.lastSeq + 1,
        committed: committedIn(spool.shared),
        committedFixes: () => Number(Atomics.load(counted, 1)),
        alertCommitted: committedIn(alerts.shared),
        catalog: async () => new Catalog().snapshot(),
        onState: ({ state, detail }) => {
          if (state === 'ready') began = performance.now();
          if (state === 'away') reject(new Error(detail ?? 'the database went away'));
        },
        onProgress: ({ watermark, stats }) => {
          if (watermark < spool.committedSeq || Number.isNaN(began)) return;
          if (stats.storedNew !== fixes) reject(new Error(`${stats.storedNew} of ${fixes} fixes were stored`));
          const rate = fixes / ((performance.now() - began) / 1000);
          began = NaN;
          writer.stop();
          ended.then(() => resolve(rate), reject);
        },
        onNotice: (line) => console.log(line),
      });
      const ended = writer.run();
    });
  } finally {
    await spool.close();
    await alerts.close();
    await drop();
    await rm(dir, { recursive: true, force: true });
  }
}

function flushed(spool: Spool): Promise<void> {
  return new Promise((resolve) => spool.whenAccepted(resolve));
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en-US').padStart(9)} rows/s`;
}
