import { mkdir } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { TcpProxy } from '../../bench/support/tcp-proxy.js';
import { simulate } from '../../cli/simulate.js';
import { EmbeddedPostgres } from '../../store/embedded.js';
import { databasePid, TestServer } from '../support/cheji.js';
import { drained, expectConserved, liveStats } from '../support/conservation.js';
import { countPositions, embeddedUrl } from '../support/database.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

interface Ready {
  parts: { database: { state: string } };
}

async function drive(server: TestServer, seed: number): Promise<number> {
  const to = { host: '127.0.0.1', port: server.now.jt808Port };
  const summary = await simulate({ to, vehicles: 20, rate: 1, seed, duration: 3, window: 4 });
  expect(summary.acknowledged).toBe(summary.fixes);
  return summary.fixes;
}

async function databaseState(server: TestServer): Promise<{ status: number; state: string }> {
  const { status, body } = await server.now.api<Ready>('/readyz');
  return { status, state: body.parts.database.state };
}

test('a database that is away at the start, comes, goes and comes again costs no fix', {
  timeout: 120_000,
}, async () => {
  const dir = await tempDir();
  await mkdir(`${dir}/keys`);
  const postgres = await EmbeddedPostgres.start({ dir: `${dir}/postgres`, keys: `${dir}/keys` });
  onTestFinished(() => postgres.stop());
  const way = await TcpProxy.to(postgres.port);
  onTestFinished(() => way.cut());
  const url = new URL(postgres.url);
  url.port = String(way.port);

  const server = await TestServer.start({ CHEJI_DATABASE_URL: url.href });
  onTestFinished(() => server.end());
  let fixes = await drive(server, 1);
  expect(await databaseState(server)).toEqual({ status: 200, state: 'away' });
  expect((await liveStats(server)).store).toMatchObject({ state: 'away', storedNew: 0, inSpool: fixes });
  // What memory knows is served, and what only the database knows is refused in so many words.
  const vehicles = await server.now.api<{ items: { id: string }[] }>('/v1/vehicles?limit=1');
  expect(vehicles.status).toBe(200);
  const track = `/v1/vehicles/${vehicles.body.items[0].id}/track?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z`;
  expect(await server.now.api(track)).toMatchObject({ status: 503, body: { error: { code: 'database-away' } } });

  await way.join();
  expectConserved(await drained(server));
  expect(await countPositions(postgres.url)).toMatchObject({ rows: fixes });
  expect(await databaseState(server)).toEqual({ status: 200, state: 'ready' });

  await way.cut();
  fixes += await drive(server, 2);
  await waitFor(
    'the database to be missed',
    () => databaseState(server),
    ({ state }) => state === 'away',
  );
  expect((await liveStats(server)).store.inSpool).toBeGreaterThan(0);

  await way.join();
  expectConserved(await drained(server));
  expect((await countPositions(postgres.url)).rows).toBe((await liveStats(server)).store.storedNew);
  expect((await liveStats(server)).log.accepted).toBe(fixes);
});

test('the embedded database is started again when it dies', { timeout: 120_000 }, async () => {
  const server = await TestServer.start();
  onTestFinished(() => server.end());
  await drive(server, 1);
  await drained(server);
  const pid = databasePid(server.now.dataDir) as number;
  process.kill(pid, 'SIGKILL');
  await drive(server, 2);
  const stats = await drained(server);
  expectConserved(stats);
  expect(databasePid(server.now.dataDir)).not.toBe(pid);
  expect((await countPositions(embeddedUrl(server.now.dataDir))).rows).toBe(stats.store.storedNew);
});
