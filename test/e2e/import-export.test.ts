import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { expect, onTestFinished, test } from 'vitest';
import { imbalances, type LiveStats } from '../../model/stats.js';
import { ADMIN_KEY, runCheji, TestServer } from '../support/cheji.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const MINUTES = 90;

/** Two vehicles that drive for half an hour, rest for half an hour, and drive again; and two lines that are wrong. */
function tracks(): string {
  const lines = ['taxi,when,x,y,speed'];
  for (const taxi of ['001', '=002']) {
    for (let minute = 0; minute < MINUTES; minute++) {
      const driven = Math.min(minute, 30) + Math.max(0, minute - 60);
      const when = new Date(Date.UTC(2024, 4, 1, 2, minute)).toISOString();
      lines.push(`${taxi.replace('=', 'v')},${when},${(120 + driven / 200).toFixed(4)},31.5,${minute < 30 ? 60 : 0}`);
    }
  }
  lines.splice(5, 0, '001,2024-02-30T00:00:00Z,120,31,10');
  lines.splice(9, 0, '001,2024-05-01T03:00:00Z,120,95,10');
  return `${lines.join('\n')}\n`;
}

test('what is imported can be asked for, and exported again', async () => {
  const server = await TestServer.start({ CHEJI_TIME_POLICY: 'replay', CHEJI_RETENTION_DAYS: '36500' });
  onTestFinished(() => server.end());
  const dir = await tempDir();
  const { url, dataDir } = server.now;
  const at = ['--api', url, '--key', ADMIN_KEY];
  const csv = join(dir, 'tracks.csv');
  await writeFile(csv, tracks());
  await writeFile(
    join(dir, 'fleet.csv'),
    'id,plate,plate_color,category,company\n001,=1+1,1,taxi,East\nv002,苏B2,2,boat,\n',
  );

  const vehicles = await runCheji(['import', 'vehicles', join(dir, 'fleet.csv'), ...at]);
  expect([vehicles.code, JSON.parse(vehicles.stdout)]).toMatchObject([1, { read: 2, taken: 1, refused: 1 }]);
  expect(await readFile(join(dir, 'fleet.csv.refused.csv'), 'utf8')).toMatch(
    /^line,reason\n3,"?category ""boat"" is none of/,
  );

  const map = ['--map', 'taxi=vehicle', '--map', 'when=time', '--map', 'x=lon', '--map', 'y=lat'];
  const dry = await runCheji(['import', 'tracks', csv, ...map, ...at, '--dry-run']);
  expect(JSON.parse(dry.stdout)).toMatchObject({ read: 182, taken: 180, refused: 2 });
  const { stdout } = await runCheji(['import', 'tracks', csv, ...map, ...at]);
  expect(JSON.parse(stdout)).toMatchObject({ read: 182, taken: 180, refused: 2 });
  const refused = (await readFile(`${csv}.refused.csv`, 'utf8')).split('\n');
  expect(refused.slice(0, 3)).toEqual([
    'line,reason',
    expect.stringMatching(/^6,.*time/),
    expect.stringMatching(/^10,.*latitude/),
  ]);

  const api = <T>(path: string) => server.now.api<T>(path);
  const stats = await waitFor(
    'the writer',
    async () => (await api<LiveStats>('/v1/stats/live')).body,
    (now) => now.store.watermark === now.log.lastSeq && now.store.storedNew === 180,
  );
  expect(imbalances(stats)).toEqual([]);
  const period = 'from=2024-05-01T00:00:00Z&to=2024-05-02T00:00:00Z';
  const { trips, stops } = await waitFor(
    'the digest',
    async () => (await api<{ trips: object[]; stops: object[] }>(`/v1/vehicles/001/trips?${period}`)).body,
    (journey) => journey.trips.length === 2,
    { timeoutMs: 90_000 },
  );
  expect(stops).toMatchObject([{ from: '2024-05-01T02:30:00.000Z', to: '2024-05-01T03:00:00.000Z' }]);
  expect(trips[0]).toMatchObject({ from: '2024-05-01T02:00:00.000Z', ended: 'stop' });
  const report = await waitFor(
    'the sums',
    async () => (await api<{ items: { key: string; fixes: number }[] }>(`/v1/reports/daily?by=company&${period}`)).body,
    ({ items }) => items.length === 2,
  );
  expect(report.items.map(({ key, fixes }) => [key, fixes])).toEqual([
    ['', 90],
    ['East', 90],
  ]);

  const env = { CHEJI_DATA_DIR: dataDir };
  const of = ['--from', '2024-05-01', '--to', '2024-05-02'];
  const out = (name: string) => join(dir, name);
  const exported = await runCheji(['export', 'tracks', ...of, '--format', 'csv', '--out', out('all.csv')], { env });
  expect([exported.code, exported.stderr]).toEqual([0, '']);
  expect(JSON.parse(exported.stdout)).toMatchObject({ rows: 180 });
  const lines = (await readFile(out('all.csv'), 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(181);
  expect(lines[1]).toMatch(/^001,'=1\+1,1,2024-05-01T02:00:00\.000Z,/);

  await runCheji(['export', 'tracks', ...of, '--format', 'parquet', '--out', out('all.parquet')], { env });
  const bytes = await readFile(out('all.parquet'));
  const rows = await parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  });
  expect(rows).toHaveLength(180);
  await runCheji(['export', 'tracks', ...of, '--vehicle', 'v002', '--format', 'geojson', '--out', out('one.geojson')], {
    env,
  });
  const { features } = JSON.parse(await readFile(out('one.geojson'), 'utf8'));
  expect(features).toMatchObject([{ properties: { vehicleId: 'v002', times: expect.any(Array) } }]);
  await runCheji(['export', 'tracks', ...of, '--format', 'gpx', '--out', out('all.gpx')], { env });
  expect((await readFile(out('all.gpx'), 'utf8')).match(/<trkpt /g)).toHaveLength(180);
  const alerts = await runCheji(
    ['export', 'alerts', ...of, '--format', 'geojsonseq', '--out', out('alerts.geojsonl')],
    { env },
  );
  expect(JSON.parse(alerts.stdout)).toMatchObject({ rows: 0 });

  const { stdout: doctor } = await runCheji(['doctor', '--json'], { env });
  const checks = doctor
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; found: string });
  expect(checks.find(({ name }) => name === 'tracks')?.found).toMatch(/fixes in \d+ days, .*MiB/);
  expect(checks.find(({ name }) => name === 'oldest fix')?.found).toContain('2024-05-01T02:00:00.000Z');

  const again = await runCheji(['export', 'tracks', ...of, '--out', out('all.csv')], { env });
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('exists already')]);
}, 120_000);
