import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import {
  type AlertStep,
  type SocketConstructor,
  Stream,
  type StreamOptions,
  type StreamState,
} from '../../client/index.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import { alert, KEY, startTestApi, type TestApi, transition } from '../api/support.js';

const BBOX = [120, 31, 121, 32] as const;
const SOON = { firstMs: 5, longestMs: 20, restartMs: 20, soundMs: 5000 };

/** Every socket that a test's streams have opened, so that the test can cut them. */
class Sockets {
  readonly opened: WebSocket[] = [];
  readonly Constructor: SocketConstructor;

  constructor() {
    const { opened } = this;
    this.Constructor = class extends WebSocket {
      constructor(url: string) {
        super(url);
        opened.push(this);
      }
    } as unknown as SocketConstructor;
  }

  cut(): void {
    this.opened.at(-1)!.terminate();
  }
}

function connect(api: TestApi, given: Partial<StreamOptions> = {}) {
  const sockets = new Sockets();
  const states: StreamState[] = [];
  const problems: Error[] = [];
  const stream = new Stream({
    url: `${api.url}/v1/stream`,
    key: KEY,
    WebSocket: sockets.Constructor,
    backOff: SOON,
    onState: (state) => states.push(state),
    onProblem: (problem) => problems.push(problem),
    ...given,
  });
  onTestFinished(() => stream.close());
  return { stream, sockets, states, problems };
}

test.each(['json', 'protobuf'] as const)('a table of the vehicles in view, by %s', async (format) => {
  const api = await startTestApi();
  api.put('v1', { lon: 120.3 }, { plate: '苏B1', category: 'taxi' });
  api.put('v2', { lon: 120.4 });
  const whileAway: boolean[] = [];
  const onState = (state: StreamState) => state === 'waiting' && whileAway.push(table.live);
  const { stream, sockets } = connect(api, { onState });
  const table = stream.vehicles({ bbox: BBOX, format });
  const shown = () => [...table.byId.keys()].sort();
  await expect.poll(shown).toEqual(['v1', 'v2']);
  expect(table.live).toBe(true);
  expect(table.byId.get('v1')).toMatchObject({ lon: 120.3, plate: '苏B1', category: 'taxi', online: true, speed: 36 });

  api.put('v1', { lon: 120.5 });
  await expect.poll(() => table.byId.get('v1')?.lon).toBe(120.5);
  await api.delete('v2');
  await expect.poll(shown).toEqual(['v1']);
  table.update({ bbox: [110, 31, 111, 32] });
  await expect.poll(shown).toEqual([]);

  sockets.cut();
  api.put('v3', { lon: 110.5 });
  await expect.poll(shown).toEqual(['v3']);
  expect(whileAway[0]).toBe(false);
  expect(table.live).toBe(true);
});

test('both formats tell the same', async () => {
  const api = await startTestApi({ maxVehiclesInView: 3 });
  const places = [
    { lon: -179.9999999, lat: -89.5, speedKmh: NaN },
    { altitudeM: -12, mileageKm: 123456.7 },
    { quality: SUSPECT_MOTION },
  ];
  for (const [i, place] of places.entries()) api.put(`车${i}`, place, { plate: i ? '苏B1' : null });
  const { stream } = connect(api);
  const world = [-180, -90, 180, 90] as const;
  const tables = (['json', 'protobuf'] as const).map((format) => stream.vehicles({ bbox: world, format }));
  await expect.poll(() => tables.map(({ byId }) => byId.size)).toEqual([3, 3]);
  expect([...tables[1].byId]).toEqual([...tables[0].byId]);
  api.put('v4');
  await expect.poll(() => tables.map(({ cells }) => cells.length > 0)).toEqual([true, true]);
  expect(tables[1].cells).toEqual(tables[0].cells);
  expect(tables.map(({ byId }) => byId.size)).toEqual([0, 0]);
});

test('each alert once and in order, through breaks of the connection', async () => {
  const api = await startTestApi();
  const { stream, sockets } = connect(api);
  const all = Array.from({ length: 2000 }, (_, i) => transition(i + 1, alert()));
  const seen: string[] = [];
  const gaps: unknown[] = [];
  const alerts = stream.alerts(
    { cursor: 'e1-0' },
    { alert: ({ alert: { id } }) => void seen.push(id), gap: (gap) => gaps.push(gap) },
  );
  await expect.poll(() => stream.state).toBe('connected');
  for (let i = 0; i < all.length; i += 100) {
    api.feed.push(all.slice(i, i + 100));
    if (i % 300 === 0) sockets.cut();
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(all.length);
  expect(seen).toEqual(all.map(({ alert: { id } }) => id));
  expect(alerts.cursor).toBe('e1-2000');
  expect(gaps).toEqual([]);
  expect(sockets.opened.length).toBeGreaterThan(3);
});

test('a handler that is slow is waited for, one that fails is asked again, and the cursor stays before it', async () => {
  const api = await startTestApi();
  const { stream, problems } = connect(api);
  const seen: string[] = [];
  let failures = 2;
  const alerts = stream.alerts(
    { cursor: 'e1-0' },
    {
      async alert({ cursor }) {
        if (cursor === 'e1-3' && failures-- > 0) throw new Error(`not yet; at ${alerts.cursor}`);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(cursor);
      },
    },
  );
  api.feed.push(Array.from({ length: 1500 }, (_, i) => transition(i + 1, alert())));
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1500);
  expect(seen).toEqual(Array.from({ length: 1500 }, (_, i) => `e1-${i + 1}`));
  expect(problems.map(({ message }) => message)).toEqual(['not yet; at e1-2', 'not yet; at e1-2']);
});

test('what the server has no more is told, and the stream goes on behind it', async () => {
  const api = await startTestApi();
  api.feed.push([1, 2, 3].map((n) => transition(n, alert())));
  const { stream } = connect(api);
  const told: unknown[] = [];
  stream.alerts(
    { cursor: 'e0-7' },
    {
      alert: ({ cursor }) => void told.push(cursor),
      gap: (gap) => told.push(gap),
      subscribed: (recovered) => told.push(recovered),
    },
  );
  await expect.poll(() => told).toEqual([{ from: 'e0-7', to: 'e1-3', reason: 'restart' }, false]);
  api.feed.push([transition(4, alert())]);
  await expect.poll(() => told).toHaveLength(3);
  expect(told[2]).toBe('e1-4');
});

test('a server that restarts is found again, with everything that was subscribed', async () => {
  const first = await startTestApi();
  const { stream, states } = connect(first);
  const subscribed: string[] = [];
  stream.alerts({}, { alert() {}, subscribed: () => subscribed.push('alerts') });
  stream.commands({}, { command() {}, subscribed: () => subscribed.push('commands') });
  await expect.poll(() => subscribed).toEqual(['alerts', 'commands']);
  const { port } = first.api;
  await first.api.close();
  await expect.poll(() => states.includes('waiting')).toBe(true);
  await startTestApi({ port });
  await expect.poll(() => subscribed, { timeout: 10_000 }).toEqual(['alerts', 'commands', 'alerts', 'commands']);
});

test('a key that is refused ends the tries, until another is given', async () => {
  const api = await startTestApi();
  let key = 'wrong';
  const { stream, states, sockets } = connect(api, { key: () => key });
  await expect.poll(() => states.at(-1)).toBe('refused');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(sockets.opened).toHaveLength(1);
  key = KEY;
  stream.reconnect();
  await expect.poll(() => states.at(-1)).toBe('connected');
});

test('more is subscribed than the server takes at once: it is said at a pace that it takes', async () => {
  const api = await startTestApi();
  const { stream, problems, sockets } = connect(api);
  let subscribed = 0;
  for (let i = 0; i < 45; i++) stream.alerts({}, { alert() {}, subscribed: () => void subscribed++ });
  await expect.poll(() => subscribed, { timeout: 10_000 }).toBe(45);
  expect([problems, sockets.opened.length]).toEqual([[], 1]);
});

test('what the server refuses is told', async () => {
  const api = await startTestApi();
  const { stream, problems } = connect(api);
  stream.vehicles({ bbox: [5, 0, 4, 1] });
  await expect
    .poll(() => problems.map(({ message }) => message))
    .toEqual([expect.stringMatching(/^bad-request: .*west/)]);
});

test('a message that cannot be read is told, and the connection begins anew; so is a handler that throws, and it goes on', async () => {
  const api = await startTestApi();
  const broken = new WebSocketServer({ port: 0 });
  onTestFinished(() => broken.close());
  let connections = 0;
  broken.on('connection', (socket) => {
    connections++;
    socket.send('{"type":"authenticated"}');
    socket.send(connections % 2 ? 'no JSON' : Buffer.from([8, 1, 0xff]));
  });
  const { problems } = connect(api, { url: `ws://127.0.0.1:${(broken.address() as AddressInfo).port}` });
  await expect.poll(() => problems.map(({ name }) => name).slice(0, 2)).toEqual(['SyntaxError', 'RangeError']);
  expect(connections).toBeGreaterThan(1);

  const good = connect(api);
  let told = 0;
  good.stream.vehicles({ bbox: BBOX }, () => {
    if (++told === 1) throw new Error('the page is at fault');
  });
  await expect.poll(() => good.problems.map(({ message }) => message)).toEqual(['the page is at fault']);
  api.put('v1');
  await expect.poll(() => told).toBeGreaterThan(1);
  expect(good.sockets.opened).toHaveLength(1);
});

test('places come in the datum that a map is drawn in', async () => {
  const api = await startTestApi();
  api.put('v1', { lon: 116.397451, lat: 39.909187 });
  const { stream } = connect(api);
  const table = stream.vehicles({ bbox: [116.4036, 39.9105, 116.4037, 39.9106], datum: 'gcj02' });
  await expect.poll(() => table.byId.get('v1')?.lon).toBeCloseTo(116.403695, 5);
  const told: number[] = [];
  const subscribed = new Promise((resolve) => {
    const alert = (step: AlertStep) => void told.push(step.alert.position.lon as number);
    stream.alerts({ datum: 'bd09' }, { alert, subscribed: resolve });
  });
  await subscribed;
  const position = { ...alert().position, lon: 116.397451, lat: 39.909187 };
  api.feed.push([transition(1, alert({ position }))]);
  await expect.poll(() => told).toEqual([expect.closeTo(116.410067, 5)]);
});

test('a follower that begins now goes on after a break where it was, though nothing came before it', async () => {
  const api = await startTestApi();
  api.feed.push([transition(1, alert())]);
  const { stream, sockets } = connect(api);
  const seen: string[] = [];
  let answers = 0;
  const follower = stream.alerts(
    { cursor: 'now' },
    { alert: ({ cursor }) => void seen.push(cursor), subscribed: () => answers++ },
  );
  await expect.poll(() => answers).toBe(1);
  expect(follower.cursor).toBe('e1-1');
  sockets.cut();
  api.feed.push([transition(2, alert())]);
  await expect.poll(() => seen).toEqual(['e1-2']);
});

test('what another node has to be asked for, which is away, is asked for again until it is there', async () => {
  const api = await startTestApi();
  const older = [1, 2, 3].map((n) => transition(n, alert()));
  let away = true;
  api.feed.begin(
    { epoch: 'e1', alertNumber: 3, open: [] },
    {
      oldest: 0,
      async read(after) {
        if (away) throw Object.assign(new Error('it does not answer'), { code: 'main-node-away' });
        return older.slice(after);
      },
    },
  );
  const { stream, problems, states } = connect(api);
  const seen: string[] = [];
  stream.alerts({ cursor: 'e1-1' }, { alert: ({ cursor }) => void seen.push(cursor) });
  await expect.poll(() => problems.map(({ message }) => message)).toEqual(['main-node-away: it does not answer']);
  away = false;
  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['e1-2', 'e1-3']);
  api.feed.push([transition(4, alert())]);
  await expect.poll(() => seen).toEqual(['e1-2', 'e1-3', 'e1-4']);
  expect(states).toEqual(['connecting', 'connected']);
});
