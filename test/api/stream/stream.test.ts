import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { StreamClient, streamClient } from '../stream-client.js';
import { alert, KEY, startTestApi, transition } from '../support.js';

const BBOX = [120, 31, 121, 32];

test('positions by bbox over a real socket: snapshot, changes, gone, the moved map, unsubscribed', async () => {
  const api = await startTestApi();
  api.put('v1', { lon: 120.3 }, { plate: '苏B1', category: 'taxi' });
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id: 1, channel: 'positions', bbox: BBOX });
  expect(await client.next()).toEqual({ type: 'subscribed', id: 1 });
  expect(await client.next()).toMatchObject({
    type: 'positions',
    id: 1,
    snapshot: true,
    items: [{ vehicleId: 'v1', plate: '苏B1', category: 'taxi' }],
  });
  api.put('v1', { lon: 120.4 });
  expect(await client.next()).toMatchObject({ snapshot: false, items: [{ lon: 120.4 }], gone: [] });
  await api.delete('v1');
  expect(await client.next()).toMatchObject({ items: [], gone: ['v1'] });
  api.put('v2', { lon: 125 });
  client.say({ op: 'update', id: 1, bbox: [124, 31, 126, 32] });
  expect(await client.nextOf('positions')).toMatchObject({ items: [{ vehicleId: 'v2' }] });
  client.say({ op: 'unsubscribe', id: 1 });
  expect(await client.nextOf('unsubscribed')).toEqual({ type: 'unsubscribed', id: 1 });
  client.say({ op: 'ping' });
  expect(await client.next()).toEqual({ type: 'pong' });
});

test('alerts: as they are committed, then again from the cursor, without a gap', async () => {
  const api = await startTestApi();
  const all = Array.from({ length: 30 }, (_, i) =>
    transition(i + 1, alert({ type: i % 3 ? 'overspeed' : 'fence-enter' })),
  );
  api.feed.push(all.slice(0, 5));
  const first = await streamClient(api);
  first.say({ op: 'subscribe', id: 'a', channel: 'alerts' });
  expect(await first.next()).toEqual({ type: 'subscribed', id: 'a', epoch: 'e1', cursor: 'e1-5', recovered: false });
  api.feed.push(all.slice(5, 10));
  const seen: string[] = [];
  let cursor = '';
  for (let i = 5; i < 10; i++) {
    const message = await first.next();
    expect(message).toMatchObject({ type: 'alert', id: 'a', transition: 'raised', alert: { id: all[i].alert.id } });
    seen.push(message.alert!.id);
    cursor = message.cursor!;
  }
  first.socket.terminate();
  api.feed.push(all.slice(10, 20));

  const second = await streamClient(api);
  second.say({ op: 'subscribe', id: 2, channel: 'alerts', cursor });
  expect(await second.next()).toEqual({ type: 'subscribed', id: 2, epoch: 'e1', cursor: 'e1-10', recovered: true });
  api.feed.push(all.slice(20));
  for (let i = 10; i < 30; i++) seen.push((await second.next()).alert!.id);
  expect(seen).toEqual(all.slice(5).map(({ alert: { id } }) => id));
});

test('`now` begins at the end of the log, of which nothing is missing', async () => {
  const api = await startTestApi();
  api.feed.push([1, 2, 3].map((n) => transition(n, alert())));
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', cursor: 'now' });
  expect(await client.next()).toEqual({ type: 'subscribed', id: 1, epoch: 'e1', cursor: 'e1-3', recovered: true });
  api.feed.push([transition(4, alert())]);
  expect(await client.next()).toMatchObject({ type: 'alert', cursor: 'e1-4' });
});

test('a cursor of another log, of the future, too old or no cursor at all is not recovered', async () => {
  const api = await startTestApi();
  api.feed.push([1, 2, 3].map((n) => transition(n, alert())));
  const client = await streamClient(api);
  const wrong = { 'e0-2': 'restart', 'e1-99': 'unknown', 'e1-x': 'unknown', nonsense: 'unknown', '': 'unknown' };
  for (const [id, [cursor, reason]] of Object.entries(wrong).entries()) {
    client.say({ op: 'subscribe', id, channel: 'alerts', cursor });
    expect(await client.next()).toEqual({
      ...{ type: 'subscribed', id, epoch: 'e1', cursor: 'e1-3', recovered: false },
      gap: { from: cursor, to: 'e1-3', reason },
    });
  }
  api.feed.oldest = 2;
  client.say({ op: 'subscribe', id: 10, channel: 'alerts', cursor: 'e1-1' });
  expect(await client.next()).toMatchObject({ id: 10, recovered: false, gap: { from: 'e1-1', reason: 'expired' } });
  client.say({ op: 'subscribe', id: 11, channel: 'alerts', cursor: 'e1-2' });
  expect(await client.next()).toMatchObject({ id: 11, cursor: 'e1-2', recovered: true });
  expect(await client.next()).toMatchObject({ type: 'alert', id: 11, cursor: 'e1-3' });
});

test('filters narrow alerts, and one connection may have several', async () => {
  const api = await startTestApi();
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', filter: { type: 'overspeed' } });
  client.say({
    op: 'subscribe',
    id: 2,
    channel: 'alerts',
    filter: { vehicle: ['v2'], severity: ['critical', 'warning'] },
  });
  await client.nextOf('subscribed');
  await client.nextOf('subscribed');
  api.feed.push([
    transition(1, alert({ type: 'fence-enter', vehicleId: 'v1' })),
    transition(2, alert({ type: 'overspeed', vehicleId: 'v1' })),
    transition(3, alert({ type: 'fence-exit', vehicleId: 'v2' })),
  ]);
  const got = [await client.next(), await client.next()].map(({ id, cursor }) => [id, cursor]);
  expect(got).toEqual([
    [1, 'e1-2'],
    [2, 'e1-3'],
  ]);
});

test('a long replay arrives whole and in order', async () => {
  const api = await startTestApi();
  const evidence = { padding: 'x'.repeat(500) };
  api.feed.push(Array.from({ length: 20_000 }, (_, i) => transition(i + 1, alert({ evidence }))));
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', cursor: 'e1-0' });
  expect(await client.next()).toMatchObject({ recovered: true });
  for (let i = 1; i <= 20_000; i++) {
    const { cursor } = await client.next();
    if (cursor !== `e1-${i}`) throw new Error(`expected e1-${i}, got ${cursor}`);
  }
});

test('a client that does not read is ended with 4008; the others get everything', async () => {
  const api = await startTestApi();
  const slow = await streamClient(api);
  const good = await streamClient(api);
  for (const client of [slow, good]) {
    client.say({ op: 'subscribe', id: 1, channel: 'alerts' });
    await client.nextOf('subscribed');
  }
  slow.socket.pause();
  const evidence = { padding: 'x'.repeat(20_000) };
  let sent = 0;
  // Well over what the kernel, both sides together, and the server's 4 MiB may hold.
  for (; sent < 1500; sent += 10) {
    api.feed.push(Array.from({ length: 10 }, (_, i) => transition(sent + i + 1, alert({ evidence }))));
    for (let i = 0; i < 10; i++) await good.nextOf('alert');
  }
  const text = await (await fetch(`${api.url}/metrics`)).text();
  expect(text).toContain('ws_dropped_clients_total{reason="slow-consumer"} 1');
  slow.socket.resume();
  expect((await slow.closed).code).toBe(4008);
  expect(good.socket.readyState).toBe(good.socket.OPEN);
});

test('a key in the header, the address, a sub-protocol or the first message opens the stream', async () => {
  const api = await startTestApi();
  const works = async (client: StreamClient) => {
    await client.opened();
    return client;
  };
  const clients = [
    await works(new StreamClient(api)),
    await works(new StreamClient(api, { key: null, query: `?key=${KEY}` })),
    await works(new StreamClient(api, { key: null, protocols: ['vm.v1+json', `key.${KEY}`] })),
    await works(new StreamClient(api, { key: null })),
  ];
  expect(clients[2].socket.protocol).toBe('vm.v1+json');
  clients[3].say({ op: 'auth', key: KEY });
  expect(await clients[3].next()).toEqual({ type: 'authenticated' });
  for (const client of clients) {
    client.say({ op: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  }
});

test('without a key, with a wrong one, or with none in time: 4001', async () => {
  const api = await startTestApi();
  const silent = await streamClient(api, { key: null });
  const codes = await Promise.all(
    [
      new StreamClient(api, { key: 'wrong' }),
      new StreamClient(api, { key: null, query: '?key=wrong' }),
      ...[{ op: 'ping' }, { op: 'auth', key: 'wrong' }, { op: 'subscribe', id: 1, channel: 'alerts' }, 'no JSON'].map(
        (message) => {
          const client = new StreamClient(api, { key: null });
          void client.opened().then(() => client.say(message));
          return client;
        },
      ),
    ].map(async (client) => (await client.closed).code),
  );
  expect(codes).toEqual(codes.map(() => 4001));
  expect(codes).toHaveLength(6);
  expect(await silent.closed).toMatchObject({ code: 4001, reason: 'no key within 5 seconds' });
}, 15_000);

test('a page of another origin is refused before it is connected', async () => {
  const api = await startTestApi({ allowedOrigins: ['https://map.example.cn'] });
  for (const origin of ['https://evil.example', 'null', 'nonsense']) {
    await expect(new StreamClient(api, { origin }).opened()).rejects.toThrow('status 403');
  }
  await new StreamClient(api, { origin: api.url }).opened();
  await new StreamClient(api, { origin: 'https://map.example.cn' }).opened();
});

test('a message that is wrong is answered with what is wrong, and the connection stays', async () => {
  const api = await startTestApi();
  const client = await streamClient(api);
  const answer = async (message: unknown) => {
    client.say(message);
    const { type, id, code, message: text } = await client.next();
    expect(type).toBe('error');
    return [id, code, text];
  };
  expect(await answer('{')).toEqual([undefined, 'bad-request', 'message: not JSON']);
  expect(await answer({ op: 'dance' })).toEqual([undefined, 'bad-request', expect.stringContaining('message.op')]);
  expect(await answer({ op: 'subscribe', id: 1, channel: 'weather' })).toEqual([
    1,
    'bad-request',
    expect.stringContaining('message.channel'),
  ]);
  expect(await answer({ op: 'subscribe', id: 1, channel: 'positions', bbox: [1, 2, 3] })).toEqual([
    1,
    'bad-request',
    'message.bbox: four numbers west,south,east,north are needed; got 3',
  ]);
  expect(await answer({ op: 'subscribe', id: 1, channel: 'positions', bbox: BBOX, filter: { colour: 1 } })).toEqual([
    1,
    'bad-request',
    expect.stringContaining('message.filter.colour'),
  ]);
  expect(await answer({ op: 'update', id: 9, bbox: BBOX })).toEqual([9, 'not-found', expect.any(String)]);
  expect(await answer({ op: 'unsubscribe', id: 9 })).toEqual([9, 'not-found', expect.any(String)]);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts' });
  await client.nextOf('subscribed');
  expect(await answer({ op: 'subscribe', id: 1, channel: 'alerts' })).toEqual([1, 'conflict', expect.any(String)]);
});

test('a message too large is 4013, too many are 4029', async () => {
  const api = await startTestApi();
  const large = await streamClient(api);
  large.say({ op: 'ping', padding: 'x'.repeat(20_000) });
  expect((await large.closed).code).toBe(4013);
  const fast = await streamClient(api);
  for (let i = 0; i < 60; i++) fast.say({ op: 'ping' });
  expect((await fast.closed).code).toBe(4029);
});

test('a client that leaves in any way leaves nothing behind', async () => {
  const api = await startTestApi();
  const polite = await streamClient(api);
  const rude = await streamClient(api);
  for (const client of [polite, rude]) {
    client.say({ op: 'subscribe', id: 1, channel: 'positions', bbox: BBOX });
    client.say({ op: 'subscribe', id: 2, channel: 'alerts' });
    await client.next(({ id, type }) => type === 'subscribed' && id === 2);
  }
  expect(api.api.streamStats()).toEqual({ clients: 2, subscriptions: 4 });
  polite.socket.close();
  rude.socket.terminate();
  await expect.poll(() => api.api.streamStats()).toEqual({ clients: 0, subscriptions: 0 });
  api.put('v1');
  api.feed.push([transition(1, alert())]);
});

test('a server that stops tells its clients to come back', async () => {
  const api = await startTestApi();
  const client = await streamClient(api);
  await api.api.close();
  expect((await client.closed).code).toBe(1012);
  await new Promise<void>((resolve) => {
    connect(api.api.port, '127.0.0.1').on('error', () => resolve());
  });
});
