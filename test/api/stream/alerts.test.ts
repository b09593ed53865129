import { expect, onTestFinished, test, vi } from 'vitest';
import { alertBlocks } from '../../../alerts/log/alert-commit.js';
import { AlertFeed } from '../../../alerts/log/feed.js';
import type { App } from '../../../api/app.js';
import type { Socket } from '../../../api/http/socket.js';
import { AlertBatch } from '../../../api/stream/alert-batch.js';
import { AlertTexts } from '../../../api/stream/alert-texts.js';
import { AlertsHub } from '../../../api/stream/alerts.js';
import { StreamConnection, type StreamHost } from '../../../api/stream/connection.js';
import type { AlertTransition } from '../../../model/alert.js';
import { SegmentLog } from '../../../store/segment-log.js';
import { tempDir } from '../../support/temp-dir.js';
import type { StreamMessage } from '../stream-client.js';
import { alert, transition } from '../support.js';

function alertsHub(feed: AlertFeed): AlertsHub {
  const metrics = { alertLatency: { observe() {} } };
  const alertTexts = new AlertTexts(feed);
  const log = { error() {} };
  return new AlertsHub({ deps: { alerts: feed, log }, alertTexts, metrics, now: Date.now } as unknown as App);
}

async function readyHub(feed: AlertFeed): Promise<AlertsHub> {
  const hub = alertsHub(feed);
  await feed.ready;
  return hub;
}

function portTo(told: StreamMessage[]) {
  const send = (message: string | Uint8Array) => {
    told.push(JSON.parse(message.toString()) as StreamMessage);
    return 'sent' as const;
  };
  return {
    send,
    sendAll(messages: readonly Uint8Array[], count: number) {
      messages.slice(0, count).forEach(send);
      return { taken: count, result: 'sent' as const };
    },
    tooSlow() {},
    failed() {},
    unreadable() {},
  };
}

test('who comes before the log has been read after a start is answered once it has, and misses nothing', async () => {
  const feed = new AlertFeed();
  const hub = alertsHub(feed);
  const told: StreamMessage[] = [];
  const port = portTo(told);
  hub.begin(hub.add({ id: 1, filter: {}, datum: 'wgs84' }, port), 'e1-1');
  const left = hub.add({ id: 2, filter: {}, datum: 'wgs84' }, port);
  hub.begin(left, undefined);
  hub.remove(left);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
  feed.push([1, 2, 3].map((number) => transition(number, alert())));
  await feed.load(await tempDir(), { epoch: 'e1', alertNumber: 0, open: [] });
  await expect.poll(() => told.map(({ cursor }) => cursor)).toEqual(['e1-1', 'e1-2', 'e1-3']);
  expect(told[0]).toMatchObject({ type: 'subscribed', id: 1, recovered: true });
});

/** A feed of which the log has `count` steps in files, and the newest `inMemory` of them in memory. */
async function stored(count: number, inMemory: number): Promise<AlertFeed> {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, segmentBytes: 4096 });
  for (let n = 1; n <= count; n++) await log.append(alertBlocks([transition(n, alert())], n, n, 0));
  await log.close();
  const feed = new AlertFeed(inMemory);
  await feed.load(dir, { epoch: 'e1', alertNumber: count, open: [] });
  return feed;
}

/** Readers of the feed's log that hold a file open, or what they have read ahead. */
function watchReaders(feed: AlertFeed): { inUse(): number } {
  const inUse = new Set<object>();
  const make = feed.reader.bind(feed);
  feed.reader = () => {
    const reader = make();
    const { read, close } = reader;
    reader.read = (after: number, limit: number) => {
      inUse.add(reader);
      return read.call(reader, after, limit) as AlertTransition[];
    };
    reader.close = () => {
      inUse.delete(reader);
      close.call(reader);
    };
    return reader;
  };
  return { inUse: () => inUse.size };
}

test('who waits for a client holds nothing of the log: no file, and nothing that was read ahead', async () => {
  const feed = await stored(60, 5);
  const readers = watchReaders(feed);
  const hub = await readyHub(feed);
  const told: StreamMessage[] = [];
  const ofWindow = hub.add({ id: 1, filter: {}, datum: 'wgs84', window: 3 }, portTo(told));
  hub.begin(ofWindow, 'e1-0');
  const behind: StreamMessage[] = [];
  const slow = {
    ...portTo(behind),
    sendAll: (m: readonly Uint8Array[]) => ({ taken: 1, result: 'buffered' as const, m }),
  };
  hub.begin(hub.add({ id: 2, filter: {}, datum: 'wgs84' }, slow), 'e1-0');
  await expect.poll(() => told.length).toBe(4);
  expect(readers.inUse()).toBe(0);
  hub.acknowledge(ofWindow, 'e1-2');
  await expect.poll(() => told.map(({ cursor }) => cursor)).toEqual(['e1-0', 'e1-1', 'e1-2', 'e1-3', 'e1-4', 'e1-5']);
  expect(readers.inUse()).toBe(0);
});

test('one whose part of the log cannot be read is sent away, and the others are told', async () => {
  const feed = await stored(20, 5);
  const make = feed.reader.bind(feed);
  let made = 0;
  feed.reader = () => {
    const reader = make();
    if (++made === 1) reader.read = () => expect.fail('EMFILE: too many open files');
    return reader;
  };
  const hub = await readyHub(feed);
  let away = 0;
  const ends = { ...portTo([]), unreadable: () => void away++ };
  hub.begin(hub.add({ id: 1, filter: {}, datum: 'wgs84' }, ends), 'e1-0');
  const told: StreamMessage[] = [];
  hub.begin(hub.add({ id: 2, filter: {}, datum: 'wgs84' }, portTo(told)), undefined);
  feed.push([transition(21, alert())]);
  await expect.poll(() => told.map(({ cursor }) => cursor)).toEqual(['e1-20', 'e1-21']);
  await expect.poll(() => away).toBe(1);
});

test('many who come back at once leave room for other work', async () => {
  const feed = await stored(10, 50);
  const hub = await readyHub(feed);
  let told = 0;
  const busy = {
    ...portTo([]),
    sendAll(_: readonly Uint8Array[], count: number) {
      for (const until = performance.now() + 2; performance.now() < until; );
      told++;
      return { taken: count, result: 'sent' as const };
    },
  };
  for (let id = 1; id <= 100; id++) hub.begin(hub.add({ id, filter: {}, datum: 'wgs84' }, busy), 'e1-0');
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBeLessThan(100);
  await expect.poll(() => told, { timeout: 20_000 }).toBe(100);
});

test('what is not told, of where it begins or of a gap, ends the client: it would miss it for ever', async () => {
  const feed = await stored(3, 5);
  const hub = await readyHub(feed);
  let tooSlow = 0;
  const full = { ...portTo([]), send: () => 'dropped' as const, tooSlow: () => void tooSlow++ };
  hub.begin(hub.add({ id: 1, filter: {}, datum: 'wgs84' }, full), undefined);
  expect(tooSlow).toBe(1);
});

function connectionOf(hub: AlertsHub, socket: Socket): StreamConnection {
  const answers = { matches: () => true, conflated() {}, ended() {}, forget() {} };
  const none = { remove() {} };
  const host = { ...answers, app: hub.app, alerts: hub, positions: none, commands: none } as unknown as StreamHost;
  Object.assign(host, {
    send: (to: Socket, message: string) => to.send(message),
    sendAll: (to: Socket, messages: Uint8Array[], count: number) => to.sendAll(messages, count),
  });
  return new StreamConnection(host, socket, { session: 's1', authenticated: true, format: 'json' });
}

test('a client that is ended while it joins leaves nothing behind', async () => {
  const hub = await readyHub(await stored(3, 5));
  const connection = connectionOf(hub, {
    send: () => 'dropped',
    sendAll: () => ({ taken: 0, result: 'dropped' }),
    buffered: () => 0,
    ping() {},
    end: () => connection.closed(), // as the library does, before it returns
  });
  connection.message('{"op":"subscribe","id":1,"channel":"alerts","cursor":"e1-0"}');
  expect(hub.subscriptions).toBe(0);
});

test('a client that wants nothing of what comes is told how far that is, now and then', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const feed = await stored(3, 50);
  const hub = await readyHub(feed);
  const told: StreamMessage[] = [];
  const { send, sendAll } = portTo(told);
  const connection = connectionOf(hub, { send, sendAll, buffered: () => 0, ping() {}, end() {} });
  connection.message('{"op":"subscribe","id":1,"channel":"alerts","filter":{"vehicle":"mine"}}');
  const passes = () => {
    vi.advanceTimersByTime(25_000);
    connection.pong();
    connection.watch();
  };
  passes();
  feed.push([4, 5, 6].map((n) => transition(n, alert({ vehicleId: n === 5 ? 'mine' : 'other' }))));
  passes();
  passes();
  feed.push([transition(7, alert({ vehicleId: 'mine' }))]);
  passes();
  expect(told.map(({ type, cursor }) => [type, cursor])).toEqual([
    ['subscribed', 'e1-3'],
    ['alert', 'e1-5'],
    ['cursor', 'e1-6'],
    ['alert', 'e1-7'],
  ]);
});

test('forms of a batch that nobody shares are not kept', () => {
  const transitions = Array.from({ length: 100 }, (_, i) => transition(i + 1, alert()));
  const batch = new AlertBatch(0, transitions, () => Buffer.alloc(100_000));
  const kinds = Array.from({ length: 100 }, (_, id) => ({ kind: `k${id}`, id, filter: {}, datum: 'wgs84' as const }));
  const first = batch.wanted(kinds[0]);
  for (const kind of kinds) expect(batch.wanted(kind).numbers).toHaveLength(100);
  expect(batch.wanted(kinds[0])).toBe(first);
  expect(batch.keptBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
});
