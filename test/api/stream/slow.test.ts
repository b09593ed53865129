import { expect, test } from 'vitest';
import { type StreamClient, streamClient } from '../stream-client.js';
import { alert, startTestApi, type TestApi, transition } from '../support.js';

const BBOX = [120, 31, 121, 32];
const LIMIT = 4 * 1024 * 1024;

/** Bytes that wait in the server for the client that waits most. */
async function buffered(api: TestApi): Promise<number> {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  return Number(/^ws_buffered_bytes_max (\d+)/m.exec(text)![1]);
}

async function fleetOf(api: TestApi, vehicles: number): Promise<(lon: number) => void> {
  const move = (lon: number) => {
    for (let i = 1; i <= vehicles; i++) api.put(`v${i}`, { lon: lon + i / 100_000, lat: 31.5 });
  };
  move(120.1);
  return move;
}

async function watch(api: TestApi, id: number | string, more: object = {}): Promise<StreamClient> {
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id, channel: 'positions', bbox: BBOX, ...more });
  await client.nextOf('positions');
  return client;
}

test('a map that is not read costs one message beyond what makes it pause, however long it lasts', async () => {
  const api = await startTestApi();
  const move = await fleetOf(api, 2000);
  const client = await streamClient(api);
  for (let id = 1; id <= 8; id++) client.say({ op: 'subscribe', id, channel: 'positions', bbox: BBOX });
  for (let id = 1; id <= 8; id++) await client.next((message) => message.type === 'positions' && message.id === id);
  client.socket.pause();
  let most = 0;
  for (let round = 0; round < 30; round++) {
    move(120.2 + round / 1000);
    await new Promise((resolve) => setTimeout(resolve, 150));
    most = Math.max(most, await buffered(api));
  }
  // A snapshot of 2,000 vehicles is some 600 KB, and none follows while 64 KiB wait.
  expect(most).toBeGreaterThan(64 * 1024);
  expect(most).toBeLessThan(1024 * 1024);
  client.socket.resume();
  move(120.9);
  const { items } = await client.next((m) => m.type === 'positions' && (m.items?.[0]?.lon ?? 0) > 120.9);
  expect(items).toHaveLength(2000);
});

test('whoever reads no alerts is ended with 4008 before more than the limit waits', async () => {
  const api = await startTestApi();
  const client = await streamClient(api);
  for (let id = 1; id <= 20; id++) client.say({ op: 'subscribe', id, channel: 'alerts' });
  await client.next(({ id }) => id === 20);
  client.socket.pause();
  const evidence = { padding: 'x'.repeat(30_000) };
  let most = 0;
  for (let i = 0; i < 1600; i += 20) {
    api.feed.push(Array.from({ length: 20 }, (_, k) => transition(i + k + 1, alert({ evidence }))));
    await new Promise((resolve) => setTimeout(resolve, 2));
    most = Math.max(most, await buffered(api));
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(LIMIT);
  client.socket.resume();
  expect((await client.closed).code).toBe(4008);
});

test('a budget of bytes: what does not fit is left out, and a snapshot makes up for it', async () => {
  const api = await startTestApi();
  const move = await fleetOf(api, 100);
  const free = await watch(api, 1);
  const poor = await watch(api, 1, { bytesPerSecond: 20_000 });
  const begun = performance.now();
  const seen: { snapshot?: boolean; at: number }[] = [];
  const moving = setInterval(() => move(120.2 + Math.random() / 10), 100);
  try {
    for (let i = 0; i < 2; i++) {
      const { snapshot } = await poor.nextOf('positions');
      seen.push({ snapshot, at: performance.now() - begun });
    }
  } finally {
    clearInterval(moving);
  }
  // 100 vehicles are about 30 KB, which is a second and a half.
  expect(seen.map(({ snapshot }) => snapshot)).toEqual([true, true]);
  expect(seen[1].at).toBeGreaterThan(2000);
  expect((await free.nextOf('positions')).snapshot).toBe(false);
});

test('a window: no more alerts than the client has acknowledged room for, and none is lost', async () => {
  const api = await startTestApi();
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', window: 10 });
  await client.nextOf('subscribed');
  api.feed.push(Array.from({ length: 35 }, (_, i) => transition(i + 1, alert())));
  const cursors: string[] = [];
  const read = async (count: number) => {
    for (let i = 0; i < count; i++) cursors.push((await client.nextOf('alert')).cursor!);
  };
  const nothingMore = async () => {
    client.say({ op: 'ping' });
    expect((await client.next()).type).toBe('pong');
  };
  await read(10);
  await nothingMore();
  client.say({ op: 'ack', id: 1, cursor: 'e1-4' });
  await read(4);
  await nothingMore();
  client.say({ op: 'ack', id: 1, cursor: 'e1-14' });
  await read(10);
  client.say({ op: 'ack', id: 1, cursor: 'e1-24' });
  await read(10);
  client.say({ op: 'ack', id: 1, cursor: 'e1-34' });
  await read(1);
  expect(cursors).toEqual(Array.from({ length: 35 }, (_, i) => `e1-${i + 1}`));
  client.say({ op: 'ack', id: 1, cursor: 'e1-99' });
  expect(await client.next()).toMatchObject({ type: 'error', id: 1, code: 'bad-request' });
});

test('what the log lost while a client read on is told as a gap, and the stream goes on behind it', async () => {
  const api = await startTestApi();
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', window: 1 });
  await client.nextOf('subscribed');
  api.feed.push([transition(1, alert())]);
  await client.nextOf('alert');
  // More than memory keeps, and there are no files behind it here.
  api.feed.push(Array.from({ length: 50_010 }, (_, i) => transition(i + 2, alert())));
  client.say({ op: 'ack', id: 1, cursor: 'e1-1' });
  expect(await client.next()).toEqual({ type: 'gap', id: 1, from: 'e1-1', to: 'e1-11', reason: 'expired' });
  expect(await client.next()).toMatchObject({ type: 'alert', cursor: 'e1-12' });
});
