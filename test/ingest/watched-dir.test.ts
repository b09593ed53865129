import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HttpSource } from '../../ingest/http-source.js';
import { Identity } from '../../ingest/identity.js';
import { Uploads } from '../../ingest/uploads.js';
import { watchDir } from '../../ingest/watched-dir.js';
import { REJECT_REASONS } from '../../model/reject.js';
import { sourceNumber } from '../../model/source.js';
import { ais } from '../../protocols/ais/index.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { tcpServer } from './tcp-support.js';

const NOW = Math.floor(Date.now() / 1000) * 1000;
const time = (i: number) => new Date(NOW - 600_000 + i * 1000).toISOString();
const csv = (rows: string[]) => `vehicle,time,lon,lat\n${rows.join('\n')}\n`;
const row = (i: number, vehicle = 'a') => `${vehicle},${time(i)},${(120 + i / 10_000).toFixed(4)},31`;

type Server = Awaited<ReturnType<typeof tcpServer>>;

async function watching(dir: string, s: Server, settleMs = 30) {
  const { intake, registry, clock, stats, quarantine } = s;
  const identity = new Identity({ registry, key: 'test', auth: 'off', registrationRequired: false });
  const said: string[] = [];
  const watch = await watchDir({
    ...{ dir, intake, scanMs: 10, settleMs },
    positions: new HttpSource({ intake, registry, clock, registrationRequired: false, source: 'file' }),
    feed: { protocol: ais, intake, identity, stats, quarantine, clock, uploads: new Uploads(registry) },
    whenAccepted: (fn) => s.spool.whenAccepted(fn),
    log: (_, message) => said.push(message),
  });
  onTestFinished(() => watch.close());
  return { watch, said };
}

const listed = async (dir: string) => (await readdir(dir, { recursive: true })).sort();
const moved = (s: Server, n: number) =>
  waitFor(
    `${n} files to be moved`,
    () => s.stats.files.done + s.stats.files.failed,
    (count) => count === n,
    { everyMs: 10 },
  );

test('files are imported and moved, with the lines that were refused beside them', async () => {
  const dir = await tempDir();
  const s = await tcpServer();
  const { said } = await watching(dir, s);
  await writeFile(join(dir, 'good.csv'), csv([row(1), row(2), row(3, 'b')]));
  await writeFile(join(dir, 'some.csv'), csv([row(4), `a,${time(5)},200,31`, `a,1999-01-01T00:00:00Z,120,31`]));
  await writeFile(join(dir, 'none.csv'), csv(['a,never,1,1']));
  await writeFile(join(dir, 'broken.gpx'), '<gpx><trk>');
  await writeFile(
    join(dir, 'walk.GPX'),
    `<gpx><trk><name>w</name><trkseg><trkpt lat="31" lon="120"><time>${time(6)}</time></trkpt></trkseg></trk></gpx>`,
  );
  await writeFile(join(dir, 'notes.txt'), 'let be');
  await moved(s, 5);
  expect(await listed(dir)).toEqual([
    'done',
    'done/good.csv',
    'done/some.csv',
    'done/some.csv.refused.csv',
    'done/walk.GPX',
    'failed',
    'failed/broken.gpx',
    'failed/broken.gpx.problem.txt',
    'failed/none.csv',
    'failed/none.csv.refused.csv',
    'notes.txt',
  ]);
  expect(await readFile(join(dir, 'done/some.csv.refused.csv'), 'utf8')).toBe(
    `line,reason\n3,"lon ""200"" is not a longitude"\n4,"${REJECT_REASONS['bad-time']}"\n`,
  );
  expect(await readFile(join(dir, 'failed/broken.gpx.problem.txt'), 'utf8')).toContain('not a whole XML document');
  expect(said).toContain('file some.csv: 1 lines taken, 2 refused');
  expect(s.logged().map(({ source }) => source)).toEqual(Array(5).fill(sourceNumber('file')));
  expect(s.intake.counts()).toMatchObject({ accepted: 5, rejected: { 'bad-item': 2, 'bad-time': 1 } });
  expect(s.stats.files).toEqual({ done: 3, failed: 2, received: 8, taken: 5, refused: 3, pending: 0, waits: 0 });
});

test('a file is not taken while it grows; one of a name that was there before is kept beside it', async () => {
  const dir = await tempDir();
  const s = await tcpServer();
  await watching(dir, s, 300);
  const file = join(dir, 'a.csv');
  await writeFile(file, csv([row(1)]));
  for (let i = 2; i < 8; i++) {
    await appendFile(file, `${row(i)}\n`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await moved(s, 1);
  expect(s.logged()).toHaveLength(7);
  await writeFile(file, csv([row(20)]));
  await moved(s, 2);
  expect(await readdir(join(dir, 'done'))).toEqual(['a.1.csv', 'a.csv']);
});

test('what was stopped in the middle is gone on with: nothing is lost, and no line is told twice', async () => {
  const dir = await tempDir();
  const s = await tcpServer();
  const rows = Array.from({ length: 5000 }, (_, i) =>
    i % 1000 === 7 ? `a,${time(i)},x,31` : row(i % 600, `v${i % 50}-${i}`),
  );
  await writeFile(join(dir, 'big.csv'), csv(rows));
  const first = await watching(dir, s);
  const early = await waitFor(
    'a mark',
    () => readFile(join(dir, '.big.csv.mark'), 'utf8').catch(() => ''),
    (text) => text !== '',
    { everyMs: 1 },
  );
  await waitFor(
    'some to be taken',
    () => s.intake.counts().accepted,
    (count) => count >= 1500,
    { everyMs: 1 },
  );
  await first.watch.close();
  expect(s.intake.counts().accepted).toBeLessThan(4995);
  // As after a crash: the log has lines that the mark does not know of, and the report more than it says.
  await writeFile(join(dir, '.big.csv.mark'), early);
  await appendFile(join(dir, '.big.csv.refused'), 'half a li');
  await watching(dir, s);
  await moved(s, 1);
  const report = await readFile(join(dir, 'done/big.csv.refused.csv'), 'utf8');
  expect(report.split('\n').map((line) => line.split(',')[0])).toEqual([
    'line',
    '9',
    '1009',
    '2009',
    '3009',
    '4009',
    '',
  ]);
  const given = s.logged().map(({ vehicleNo, fixTime }) => `${vehicleNo} ${fixTime}`);
  const { received, taken, refused, pending } = s.stats.files;
  expect([received, pending, refused >= 5]).toEqual([taken + refused, 0, true]);
  expect(new Set(given).size).toBe(4995); // what comes twice has the same key, and is one row
  expect(given.length).toBeGreaterThan(4995);
  expect(given.length).toBeLessThan(2 * 4995);
  expect(await listed(dir)).toEqual(['done', 'done/big.csv', 'done/big.csv.refused.csv', 'failed']);
});

test('sentences of ships, also where a message goes over the end of a batch', async () => {
  const dir = await tempDir();
  const s = await tcpServer({ protocol: ais });
  await watching(dir, s);
  const at = Math.floor(NOW / 1000) - 60;
  const lines = [
    ...Array.from({ length: 499 }, () => '# nothing'),
    '!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C',
    '!AIVDM,2,2,1,A,88888888880,2*25',
    `!AIVDM,1,1,,B,B6:VU2P0<:;2r84N5obLOwR2P0S9,0*23,${at}`,
    'x',
    '!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C',
  ];
  await writeFile(join(dir, 'coast.nmea'), lines.join('\n'));
  await moved(s, 1);
  expect(s.catalog.vehicleById('mmsi:351759000')?.plate).toBe('EVER DIADEM');
  expect(s.logged().map(({ fixTime }) => Math.abs(fixTime - at * 1000) <= 30_000)).toEqual([true]);
  const report = await readFile(join(dir, 'done/coast.nmea.refused.csv'), 'utf8');
  expect(report.split('\n').map((line) => line.split(',')[0])).toEqual(['line', '503', '504', '']);
});

test('while the log has no room nothing is read, and nothing lost', async () => {
  const dir = await tempDir();
  const s = await tcpServer();
  let full = true;
  Object.defineProperty(s.intake, 'full', { get: () => full });
  await writeFile(join(dir, '.gone.csv.refused'), 'of a file that somebody took away');
  await watching(dir, s);
  await writeFile(join(dir, 'a.csv'), csv([row(1), row(2)]));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(s.stats.files).toMatchObject({ done: 0, failed: 0, taken: 0, waits: 1 });
  full = false;
  await moved(s, 1);
  expect(s.logged()).toHaveLength(2);
  expect(await listed(dir)).toEqual(['done', 'done/a.csv', 'failed']);
});

test.skipIf(!existsSync('/proc/self'))(
  'a directory that cannot be made ends the start, with the setting that names it',
  async () => {
    await expect(watching('/proc/cheji', await tcpServer())).rejects.toThrow(
      /watched directory .*; give CHEJI_WATCH_DIR/,
    );
  },
);
