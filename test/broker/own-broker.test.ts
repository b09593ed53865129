import { connect as tcp } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectBroker, type MqttClient, whenConnected } from '../../broker/connect.js';
import { type BrokerMessage, OwnBroker, type OwnBrokerOptions } from '../../broker/own-broker.js';
import { PacketGuard } from '../../broker/packet-guard.js';
import { waitFor } from '../support/wait-for.js';

const PASSWORD = 'quite-a-secret';
const USERS = [
  { name: 'gateway', password: PASSWORD, publish: ['v1/acme/#'], subscribe: ['jt808/+/+/dn'] },
  { name: 'car', password: PASSWORD, publish: ['v1/%u/%c/position'], subscribe: [] },
];

async function start(over: Partial<OwnBrokerOptions> = {}) {
  const received: { message: BrokerMessage; done: () => void }[] = [];
  const broker = await OwnBroker.start({
    ...{ host: '127.0.0.1', port: 0, users: USERS, log: () => {} },
    received: (message, done) => received.push({ message, done }),
    ...over,
  });
  onTestFinished(() => broker.close());
  return { broker, received, url: `mqtt://127.0.0.1:${broker.port}` };
}

async function client(
  url: string,
  user: string | null = 'gateway',
  over: { password?: string; clientId?: string } = {},
) {
  const address = {
    url,
    version: '3.1.1' as const,
    user,
    password: user === null ? null : (over.password ?? PASSWORD),
  };
  const files = { caFile: null, certFile: null, keyFile: null };
  const made = await connectBroker({ ...address, ...files }, { clientId: over.clientId ?? 'c1', once: true });
  made.on('error', () => {});
  onTestFinished(() => made.endAsync(true));
  return made;
}

async function welcome(...[url, user, over]: Parameters<typeof client>): Promise<MqttClient> {
  const made = await client(url, user, over);
  await whenConnected(made);
  return made;
}

const closed = (made: MqttClient) => new Promise<void>((resolve) => made.once('close', resolve));

test('a publisher is acknowledged when we say so, and not before', async () => {
  const { url, received } = await start();
  const publisher = await welcome(url);
  let acknowledged = false;
  const sent = publisher.publishAsync('v1/acme/batch', 'x', { qos: 1 }).then(() => {
    acknowledged = true;
  });
  await waitFor(
    'the message',
    () => received.length,
    (n) => n === 1,
    { everyMs: 5 },
  );
  expect(received[0].message).toMatchObject({ topic: 'v1/acme/batch', clientId: 'c1', repeated: false });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(acknowledged).toBe(false);
  received[0].done();
  await sent;
});

describe('who may do what', () => {
  test.each([
    ['nobody', { password: PASSWORD }],
    [null, {}],
    ['gateway', { password: 'wrong' }],
  ])('%s is not let in', async (user, over) => {
    const { url, broker } = await start();
    const stranger = await client(url, user, over);
    await expect(whenConnected(stranger)).rejects.toThrow(/Not authorized|closed the connection/);
    expect(broker.refused).toEqual({ 'wrong-password': 1 });
  });

  test('what is published without the right is not acknowledged, and ends the connection', async () => {
    const { url, broker, received } = await start();
    for (const topic of ['v1/other/batch', '$SYS/x', 'jt808/a/b/dn']) {
      const publisher = await welcome(url);
      const gone = closed(publisher);
      publisher.publish(topic, 'x', { qos: 1 });
      await gone;
    }
    expect(received).toEqual([]);
    expect(broker.refused).toEqual({ 'publish-denied': 3 });
  });

  test('names of user and client fill the filters; a client id cannot widen them', async () => {
    const received: BrokerMessage[] = [];
    const { url } = await start({
      received: (message, done) => {
        received.push(message);
        done();
      },
    });
    const car = await welcome(url, 'car', { clientId: 'A-1' });
    await car.publishAsync('v1/car/A-1/position', 'x', { qos: 1 });
    expect(received).toHaveLength(1);
    const other = closed(car);
    car.publish('v1/car/B-2/position', 'x', { qos: 1 });
    await other;
    for (const clientId of ['+', '#', 'A-1/position']) {
      const sly = await welcome(url, 'car', { clientId });
      const gone = closed(sly);
      sly.publish('v1/car/A-1/position', 'x', { qos: 1 });
      await gone;
    }
    expect(received).toHaveLength(1);
  });

  test('a subscription is granted where a filter covers it, and refused in the SUBACK elsewhere', async () => {
    const { url, broker } = await start();
    const gateway = await welcome(url);
    const granted = async (filter: string) =>
      (await gateway.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }]))[0].qos;
    expect(await granted('jt808/c/+/dn')).toBe(1);
    for (const filter of ['#', 'jt808/#', 'jt808/+/+/up', '$share/g/jt808/+/+/dn'])
      expect(await granted(filter)).toBe(128);
    expect(broker.refused).toEqual({ 'subscribe-denied': 4 });
    expect(await broker.publish('jt808/x/y/dn', Buffer.from('1'))).toBe('nobody');
    const heard = new Promise((resolve) => gateway.once('message', (_, payload) => resolve(payload.toString())));
    expect(await broker.publish('jt808/c/y/dn', Buffer.from('2'))).toBe('sent');
    expect(await heard).toBe('2');
    await gateway.endAsync();
    await waitFor(
      'its end',
      () => broker.clients,
      (n) => n === 0,
      { everyMs: 5 },
    );
    expect(await broker.publish('jt808/c/y/dn', Buffer.from('3'))).toBe('nobody');
  });
});

describe('bounds', () => {
  test('a packet that announces itself as too large ends the connection before it is kept', async () => {
    const { url, broker } = await start({ limits: { packetBytes: 1000 } });
    const publisher = await welcome(url);
    const gone = closed(publisher);
    publisher.publish('v1/acme/batch', Buffer.alloc(2000), { qos: 1 });
    await gone;
    expect(broker.refused).toEqual({ 'packet-too-large': 1 });
  });

  test('connections beyond the limit', async () => {
    const { url, broker } = await start({ limits: { connections: 1 } });
    await welcome(url);
    await expect(whenConnected(await client(url, 'gateway', { clientId: 'c2' }))).rejects.toThrow();
    expect(broker.refused).toEqual({ 'too-many-connections': 1 });
  });

  test('nothing is retained and no session is kept, whatever a client asks for', async () => {
    const { url } = await start({ received: (_, done) => done() });
    const publisher = await welcome(url);
    await publisher.publishAsync('v1/acme/vehicles/A/status', '{}', { qos: 1, retain: true });
    const users = [{ name: 'reader', password: PASSWORD, publish: [], subscribe: ['v1/#'] }];
    const again = await start({ users: [...USERS, ...users], received: (_, done) => done() });
    const writer = await welcome(again.url);
    await writer.publishAsync('v1/acme/vehicles/A/status', '{}', { qos: 1, retain: true });
    const reader = await welcome(again.url, 'reader', { clientId: 'r' });
    const heard: string[] = [];
    reader.on('message', (topic) => heard.push(topic));
    await reader.subscribeAsync('v1/#', { qos: 1 });
    await writer.publishAsync('v1/acme/batch', '1', { qos: 1 });
    await waitFor(
      'the new one',
      () => heard.length,
      (n) => n > 0,
      { everyMs: 5 },
    );
    expect(heard).toEqual(['v1/acme/batch']);
  });

  test('an address that guesses is kept out for a while', async () => {
    const { url, broker } = await start();
    for (let i = 0; i < 10; i++)
      await whenConnected(await client(url, 'gateway', { password: `guess-${i}` })).catch(() => {});
    await expect(whenConnected(await client(url))).rejects.toThrow();
    expect(broker.refused).toEqual({ 'wrong-password': 10, 'address-held': 1 });
  });

  test('what is no MQTT ends by itself', async () => {
    const { broker } = await start();
    const socket = tcp(broker.port, '127.0.0.1');
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {}).write('GET / HTTP/1.1\r\n\r\n');
    await gone;
  });

  test('a port that is taken says so', async () => {
    const { broker } = await start();
    await expect(start({ port: broker.port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('lengths of packets', () => {
  const publish = (length: number) => {
    const bytes: number[] = [0x30];
    let left = length;
    do {
      bytes.push((left % 128) | (left >= 128 ? 0x80 : 0));
      left = Math.floor(left / 128);
    } while (left > 0);
    return Buffer.concat([Buffer.from(bytes), Buffer.alloc(length)]);
  };

  test('packets of all sizes pass however they are cut; a larger one does not', () => {
    const stream = Buffer.concat([0, 1, 127, 128, 300, 16_384].map(publish));
    for (const piece of [1, 2, 3, 100, stream.length]) {
      const guard = new PacketGuard(16_384);
      for (let i = 0; i < stream.length; i += piece) expect(guard.admits(stream.subarray(i, i + piece))).toBe(true);
      expect(guard.admits(publish(16_385).subarray(0, 4))).toBe(false);
    }
    expect(new PacketGuard(1000).admits(Buffer.from('30ffffffff', 'hex'))).toBe(false);
  });
});
