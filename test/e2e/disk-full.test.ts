import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TcpProxy } from '../../bench/support/tcp-proxy.js';
import { simulate } from '../../cli/simulate.js';
import { EmbeddedPostgres } from '../../store/embedded.js';
import { TestServer } from '../support/cheji.js';
import { drained, expectConserved, liveStats } from '../support/conservation.js';
import { countPositions } from '../support/database.js';
import { needs } from '../support/needs.js';
import { SmallDisk } from '../support/small-disk.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

/** Rows "our disk full" and "database down" of the reliability sheet §14, on real disks and real processes. */

async function database(dir?: string): Promise<EmbeddedPostgres> {
  dir ??= await tempDir();
  await mkdir(`${dir}/keys`);
  const postgres = await EmbeddedPostgres.start({ dir: `${dir}/postgres`, keys: `${dir}/keys` });
  onTestFinished(() => postgres.stop());
  return postgres;
}

/** Positions of 500 vehicles at four moments, later ones for a larger `n`. */
function batch(n: number): object[] {
  return Array.from({ length: 2000 }, (_, i) => ({
    vehicleId: `v${i % 500}`,
    time: new Date(Date.UTC(2026, 0, 1) + (n * 4 + Math.floor(i / 500)) * 10_000).toISOString(),
    lon: 120 + (i % 500) / 1000,
    lat: 31 + n / 10_000,
    speed: 30,
  }));
}

function drive(server: TestServer, seed: number, duration: number) {
  const to = { host: '127.0.0.1', port: server.now.jt808Port };
  return simulate({ to, vehicles: 20, rate: 1, seed, duration, window: 4 });
}

/** What was acknowledged is stored, once, and every count fits. */
async function expectAllStored(server: TestServer, url: string, acknowledged: number): Promise<void> {
  const stats = await drained(server);
  expectConserved(stats);
  expect(stats.store.quarantined).toBe(0);
  const { rows, distinct } = await countPositions(url);
  expect([rows, distinct]).toEqual([stats.store.storedNew, stats.store.storedNew]);
  // What came twice, because its first acknowledgement was withheld, was known as a repeat.
  expect(stats.store.storedNew).toBe(acknowledged);
}

needs('mounts', 'a disk that is full', () => {
  test('nothing is acknowledged that is not kept; with room again everything goes on by itself', {
    timeout: 180_000,
  }, async () => {
    const postgres = await database();
    const disk = await SmallDisk.mounted(24);
    const dataDir = join(disk.dir, 'data');
    await mkdir(dataDir);
    const env = { CHEJI_DATABASE_URL: postgres.url, CHEJI_SPOOL_SEGMENT_BYTES: String(1 << 20) };
    const server = await TestServer.start(env, dataDir);
    onTestFinished(() => server.end());
    const before = await drive(server, 1, 2);
    expect(before.acknowledged).toBe(before.fixes);
    const { accepted } = (await drained(server)).log;
    expect(accepted).toBe(before.fixes);

    expect(await disk.fill()).toBeGreaterThan(0);
    const underWay = drive(server, 2, 6);
    await waitFor(
      'the spool to notice',
      async () => (await liveStats(server)).log.state,
      (state) => state === 'failed',
    );
    expect((await server.now.api('/readyz')).status).toBe(503);
    const position = { vehicleId: 'v1', time: new Date().toISOString(), lon: 120, lat: 31 };
    const pushed = await server.now.api<{ error: { code: string } }>('/v1/positions', { body: [position] });
    expect([pushed.status, pushed.body.error.code]).toEqual([503, 'busy']);
    const full = await liveStats(server);
    expectConserved(full);
    // The disk keeps what it had, and what is acknowledged is on it.
    expect(full.ackLatency.counts.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(full.log.accepted);

    await disk.empty();
    const after = await underWay;
    expect(after.acknowledged).toBe(after.fixes);
    expect((await server.now.api('/readyz')).status).toBe(200);
    await expectAllStored(server, postgres.url, before.fixes + after.fixes);
  });
});

needs('mounts', 'a disk of the database that is full', () => {
  test('senders see nothing of it; all is stored once there is room', { timeout: 180_000 }, async () => {
    const disk = await SmallDisk.mounted(600);
    const postgres = await database(disk.dir);
    const server = await TestServer.start({ CHEJI_DATABASE_URL: postgres.url, CHEJI_TIME_POLICY: 'replay' });
    onTestFinished(() => server.end());
    const send = async (n: number) => (await server.now.api('/v1/positions', { body: batch(n) })).status;
    expect(await send(0)).toBe(200);
    await drained(server);

    expect(await disk.fill()).toBeGreaterThan(0);
    for (let n = 1; n <= 10; n++) expect(await send(n)).toBe(200);
    const away = await waitFor(
      'the writer to meet it',
      () => liveStats(server),
      ({ store }) => store.state === 'away',
    );
    expectConserved(away);
    expect(away.store.inSpool).toBeGreaterThan(0);
    const { body } = await server.now.api<{ ready: boolean; parts: { database: { detail: string } } }>('/readyz');
    expect(body).toMatchObject({
      ready: true,
      parts: { database: { detail: expect.stringMatching(/no space left/i) } },
    });

    await disk.empty();
    await expectAllStored(server, postgres.url, 11 * 2000);
  });
});

test('a quota that is used up while the database is away stops the senders, and nothing else', {
  timeout: 240_000,
}, async () => {
  const postgres = await database();
  const way = await TcpProxy.to(postgres.port);
  onTestFinished(() => way.cut());
  const url = new URL(postgres.url);
  url.port = String(way.port);
  const env = {
    CHEJI_DATABASE_URL: url.href,
    CHEJI_TIME_POLICY: 'replay',
    CHEJI_SPOOL_MAX_BYTES: String(16 << 20),
    CHEJI_SPOOL_SEGMENT_BYTES: String(1 << 20),
  };
  const server = await TestServer.start(env);
  onTestFinished(() => server.end());

  const send = async (n: number) => (await server.now.api('/v1/positions', { body: batch(n) })).status;
  let sent = 0;
  while ((await send(sent)) === 200) sent++;
  expect(sent).toBeGreaterThan(10);
  const full = await liveStats(server);
  expect(full.log.state).toBe('full');
  expect(full.log.bytes).toBeLessThan(17 << 20); // what had begun to arrive is still taken
  expectConserved(full);
  expect(full.store.inSpool).toBe(full.log.accepted);
  const underWay = drive(server, 3, 2);
  // What memory knows is answered all the while.
  expect((await server.now.api('/v1/vehicles?limit=1')).status).toBe(200);
  expect(await send(sent)).toBe(503);

  await way.join();
  await waitFor(
    'room',
    () => send(sent),
    (status) => status === 200,
    { timeoutMs: 150_000, everyMs: 500 }, // until the engine has made two checkpoints
  );
  const { fixes, acknowledged } = await underWay;
  expect(acknowledged).toBe(fixes);
  await expectAllStored(server, postgres.url, (sent + 1) * 2000 + fixes);
});
