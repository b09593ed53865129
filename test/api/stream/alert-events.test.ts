import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { alert, KEY, startTestApi, transition } from '../support.js';
import { type Event, openEvents, raise, waiters } from './feeds-support.js';

const vehicles = (events: Event[]) => events.map(({ data }) => data.alert?.vehicleId);
const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `v${from + i}`);

test('each step is an event with its cursor, and Last-Event-ID goes on behind it', async () => {
  const api = await startTestApi();
  raise(api, 1, 3);
  const first = await openEvents(api, '/v1/stream/alerts');
  expect(first.response.statusCode).toBe(200);
  expect(first.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  expect(first.response.headers['cache-control']).toContain('no-cache');
  expect(await first.next(1)).toEqual([
    { id: 'e1-3', event: 'subscribed', data: { epoch: 'e1', cursor: 'e1-3', recovered: false } },
  ]);
  const retry = Number(/^retry: (\d+)\n/.exec(first.text)?.[1]);
  expect(retry).toBeGreaterThanOrEqual(1500);
  expect(retry).toBeLessThanOrEqual(4500);
  raise(api, 4, 6);
  const events = await first.next(3);
  expect(vehicles(events)).toEqual(numbered(4, 6));
  expect(events.map(({ id, event }) => `${event} ${id}`)).toEqual(['alert e1-4', 'alert e1-5', 'alert e1-6']);
  first.response.destroy();

  raise(api, 7, 700);
  const again = await openEvents(api, '/v1/stream/alerts', { 'last-event-id': 'e1-5' });
  expect(await again.next(1)).toMatchObject([{ data: { recovered: true, cursor: 'e1-5' } }]);
  expect(vehicles(await again.next(695))).toEqual(numbered(6, 700));
});

test('a filter, the cursor as a parameter, and one that is too old', async () => {
  const api = await startTestApi();
  raise(api, 1, 30);
  const filtered = await openEvents(api, '/v1/stream/alerts?severity=critical&cursor=e1-10');
  expect(vehicles((await filtered.next(3)).slice(1))).toEqual(['v20', 'v30']);
  const old = await openEvents(api, '/v1/stream/alerts', { 'last-event-id': 'e0-10' });
  const gap = { from: 'e0-10', to: 'e1-30', reason: 'restart' };
  expect((await old.next(1))[0].data).toEqual({ epoch: 'e1', cursor: 'e1-30', recovered: false, gap });
});

test('`now` is the end of the log, and nothing is missing before it', async () => {
  const api = await startTestApi();
  raise(api, 1, 3);
  const ways: [string, Record<string, string>][] = [
    ['/v1/stream/alerts?cursor=now', {}],
    ['/v1/stream/alerts', { 'last-event-id': 'now' }],
  ];
  for (const [path, headers] of ways) {
    const events = await openEvents(api, path, headers);
    expect((await events.next(1))[0]).toEqual({
      ...{ id: `e1-${api.feed.last}`, event: 'subscribed' },
      data: { epoch: 'e1', cursor: `e1-${api.feed.last}`, recovered: true },
    });
    raise(api, api.feed.last + 1, api.feed.last + 1);
    expect(await events.next(1)).toMatchObject([{ id: `e1-${api.feed.last}` }]);
  }
});

test('silence is broken by comments, and the id moves on with them', async () => {
  const api = await startTestApi();
  const quiet = await openEvents(api, '/v1/stream/alerts?severity=info');
  await quiet.next(1);
  raise(api, 1, 5);
  await expect.poll(() => quiet.text, { timeout: 20_000 }).toContain(': still here\nid: e1-5\n\n');
  // The line is silent for longer than the library's own patience, and stays.
  expect(quiet.ended).toBe(false);
});

test('who does not read is let go of, and costs one chunk at most', async () => {
  const api = await startTestApi();
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.pause();
  socket.write(`GET /v1/stream/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n\r\n`);
  await expect.poll(() => waiters(api)).toBe(1);
  const long = 'x'.repeat(100_000);
  for (let n = 1; n <= 400; n++) api.feed.push([transition(n, alert({ evidence: { long } }))]);
  await expect.poll(() => waiters(api), { timeout: 30_000, interval: 250 }).toBe(0);
});

test('who leaves, and a server that stops, end the stream', async () => {
  const api = await startTestApi();
  const left = await openEvents(api, '/v1/stream/alerts');
  await left.next(1);
  expect(await waiters(api)).toBe(1);
  left.response.destroy();
  await expect.poll(() => waiters(api)).toBe(0);

  const stays = await openEvents(api, '/v1/stream/alerts');
  await stays.next(1);
  await api.api.close();
  while (!stays.ended) await pause(10);
  expect(stays.response.complete).toBe(true);
});

test('who lost the server in one moment does not come back in one moment', async () => {
  const api = await startTestApi();
  const waits = [];
  for (let i = 0; i < 8; i++) {
    const events = await openEvents(api, '/v1/stream/alerts');
    await events.next(1);
    waits.push(/^retry: \d+/.exec(events.text)?.[0]);
  }
  expect(new Set(waits).size).toBeGreaterThan(4);
});
