import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { listeners, memoryMiB, processTree } from '../../bench/support/proc.js';
import { TestServer } from '../support/cheji.js';
import { waitFor } from '../support/wait-for.js';

const REST_MS = 3000;

test('first start on an empty directory: ready in time, small at rest, and only the terminal port open to others', async () => {
  const started = performance.now();
  const server = await TestServer.start();
  onTestFinished(() => server.end());
  await waitFor(
    'the database',
    () => server.now.api<{ parts: { database: { state: string } } }>('/readyz'),
    ({ body }) => body.parts.database.state === 'ready',
  );
  const databaseMs = performance.now() - started;
  await pause(REST_MS);
  const processes = processTree(server.now.pid);
  const memory = memoryMiB(processes);
  const [ready, database] = [server.now.readyMs, databaseMs].map((ms) => (ms / 1000).toFixed(1));
  console.log(
    `ready in ${ready} s, with the database in ${database} s; ${memory.toFixed(0)} MiB at rest, ${processes.length} processes`,
  );
  expect(databaseMs).toBeLessThan(20_000);
  expect(processes.length).toBeGreaterThan(3); // PostgreSQL is a family of processes
  expect(memory).toBeLessThan(350);

  const open = listeners(processes);
  expect(open.map(({ port }) => port)).toEqual(expect.arrayContaining([server.now.httpPort, server.now.jt808Port]));
  const beyondLoopback = open.filter(({ address }) => !address.startsWith('127.') && address !== '::1');
  expect(beyondLoopback.map(({ port }) => port)).toEqual([server.now.jt808Port]);
});

test('SIGTERM ends it with exit code 0, and nothing of it stays behind', async () => {
  const server = await TestServer.start();
  onTestFinished(() => server.end());
  const processes = processTree(server.now.pid);
  expect(await server.now.stop()).toBe(0);
  const left = processes.filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
  expect(left).toEqual([]);
});
