import { expect, onTestFinished, test } from 'vitest';
import { startMosquitto } from '../../bench/support/mosquitto.js';
import { connectBroker, type MqttClient, whenConnected } from '../../broker/connect.js';
import type { Command } from '../../model/command.js';
import { TestServer } from '../support/cheji.js';
import { freePort } from '../support/free-port.js';
import { needs } from '../support/needs.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const PASSWORD = 'quite-a-secret';
/** Rights of one device each, as docs/mqtt.md has them. */
const own = (user: string) => ({
  user,
  password: PASSWORD,
  publish: ['position', 'status', 'cmd/+/ack'].map((kind) => `v1/acme/vehicles/%u/${kind}`),
  subscribe: ['v1/acme/vehicles/%u/cmd'],
});

interface Told {
  id: string;
  type: string;
  params: Record<string, unknown>;
  expires: number;
}

async function client(clientId: string, url: string, user: string | null, once = false): Promise<MqttClient> {
  const login = { user, password: user === null ? null : PASSWORD };
  const address = { url, version: '3.1.1' as const, ...login, caFile: null, certFile: null, keyFile: null };
  const made = await connectBroker(address, { clientId, once });
  onTestFinished(() => made.endAsync(true));
  await whenConnected(made);
  return made;
}

/** A device that subscribes to its commands, and then shows where it is. */
class Device {
  readonly told: Told[] = [];

  private constructor(
    readonly name: string,
    readonly client: MqttClient,
  ) {
    client.on('message', (_, payload) => this.told.push(JSON.parse(payload.toString())));
  }

  static async connect(name: string, url: string, user: string | null = name): Promise<Device> {
    const device = new Device(name, await client(name, url, user));
    await device.client.subscribeAsync(`v1/acme/vehicles/${name}/cmd`, { qos: 1 });
    await device.isAt(121.5);
    return device;
  }

  publish(kind: string, payload: object): Promise<unknown> {
    return this.client.publishAsync(`v1/acme/vehicles/${this.name}/${kind}`, JSON.stringify(payload), { qos: 1 });
  }

  isAt(lon: number): Promise<unknown> {
    return this.publish('position', { t: Date.now(), lon, lat: 31.2 });
  }

  acknowledges(id: string, says: object = { ok: true }): Promise<unknown> {
    return this.publish(`cmd/${id}/ack`, says);
  }

  /** What it is told next. */
  async next(): Promise<Told> {
    await waitFor(
      'a command',
      () => this.told.length,
      (n) => n > 0,
      { everyMs: 10, timeoutMs: 30_000 },
    );
    return this.told.shift() as Told;
  }
}

function desk(server: TestServer) {
  const get = async (id: string) => (await server.now.api<Command>(`/v1/commands/${id}`)).body;
  return {
    async give(name: string, type: string, params: object = {}): Promise<string> {
      const path = `/v1/vehicles/acme:${name}/commands`;
      const { status, body } = await server.now.api<Command>(path, { body: { type, params } });
      expect(status).toBe(201);
      return body.id;
    },
    is: (id: string, state: string) =>
      waitFor(
        `command ${id} to be ${state}`,
        () => get(id),
        (command) => command.state === state,
        { timeoutMs: 30_000 },
      ),
    get,
    /** Once both are known to the registry. */
    known: (...names: string[]) =>
      waitFor(
        `${names} to be known`,
        async () =>
          (await Promise.all(names.map((name) => server.now.api(`/v1/vehicles/acme:${name}`)))).map((r) => r.status),
        (found) => found.every((status) => status === 200),
      ),
  };
}

/** The life of commands over whichever broker: what a device does, what others try, what becomes of it. */
async function commandsLive(server: TestServer, car: Device, other: Device): Promise<void> {
  const { give, is, get, known } = desk(server);
  await known('car-1', 'car-2');
  const text = await give('car-1', 'text', { text: '前方拥堵' });
  const told = await car.next();
  expect(told).toMatchObject({ id: text, type: 'text', params: { text: '前方拥堵', urgent: false } });
  expect(told.expires).toBe(Date.parse((await get(text)).expiresAt as unknown as string));
  // Somebody else's word, a malformed one, and one of a command that there is not.
  await other.acknowledges(text);
  await car.acknowledges(text, { done: 'yes' });
  await car.acknowledges('c0000000000000001');
  const stats = () => server.now.api<Stats>('/v1/stats/live').then(({ body }) => body);
  await waitFor('the malformed one', stats, ({ mqtt }) => mqtt.messages.rejected['bad-item'] === 1);
  await waitFor(
    'those that nobody waits for',
    async () => (await fetch(`${server.now.url}/metrics`)).text(),
    (metrics) => /^(\w+_)?commands_unmatched_responses_total 2$/m.test(metrics),
  );
  expect((await get(text)).state).toBe('sent');
  await car.acknowledges(text);
  await is(text, 'acknowledged');
  await car.acknowledges(text, { ok: false });

  const locate = await give('car-1', 'locate');
  await car.acknowledges((await car.next()).id, { ok: true, result: { cell: 7 } });
  expect(await is(locate, 'answered')).toMatchObject({ answer: { ok: true, result: { cell: 7 } } });
  const doors = await give('car-1', 'vehicle-control', { doors: 'lock' });
  await car.acknowledges((await car.next()).id, { ok: false, reason: 'door-open', detail: 'the rear one' });
  expect(await is(doors, 'failed')).toMatchObject({ reason: 'door-open', answer: { detail: 'the rear one' } });
  expect(await get(text)).toMatchObject({ state: 'acknowledged' });
  const path = '/v1/vehicles/acme:car-1/commands';
  const { status, body } = await server.now.api(path, { body: { type: 'get-attributes' } });
  expect([status, JSON.stringify(body)]).toEqual([
    422,
    expect.stringContaining('no terminal that takes get-attributes'),
  ]);

  // It goes, and comes back to what has waited.
  const online = async () => (await server.now.api<{ online: boolean }>('/v1/vehicles/acme:car-1')).body.online;
  expect(await online()).toBe(true);
  await car.publish('status', { online: false });
  await waitFor('the good-bye', online, (yes) => !yes);
  const waits = await give('car-1', 'track', { interval: 5 });
  expect((await get(waits)).state).toBe('queued');
  expect(car.told).toEqual([]);
  await car.isAt(121.6);
  expect(await car.next()).toMatchObject({ id: waits, params: { interval: 5, duration: 300 } });
  await waitFor('its return', online, (yes) => yes);
  await car.acknowledges(waits);
  await is(waits, 'acknowledged');

  // Nobody listens.
  await other.client.unsubscribeAsync('v1/acme/vehicles/car-2/cmd');
  expect(await is(await give('car-2', 'text', { text: 'a' }), 'failed')).toMatchObject({ reason: 'not-connected' });
  expect(other.told).toEqual([]);
}

interface Stats {
  mqtt: { state: string; messages: { rejected: Record<string, number> } };
}

test('commands as our own JSON, through the embedded broker, where each device has its own rights', {
  timeout: 180_000,
}, async () => {
  const port = await freePort();
  const server = await TestServer.start({
    CHEJI_MQTT_PORT: String(port),
    CHEJI_MQTT_USERS: JSON.stringify([own('car-1'), own('car-2')]),
  });
  onTestFinished(() => server.end());
  const url = `mqtt://127.0.0.1:${port}`;
  const [car, other] = [await Device.connect('car-1', url), await Device.connect('car-2', url)];
  await commandsLive(server, car, other);

  // What another device has no right to: to listen, to answer in the name of the first, to give it commands.
  for (const filter of ['v1/acme/vehicles/car-1/cmd', 'v1/acme/vehicles/+/cmd', 'v1/#'])
    await expect(other.client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow();
  for (const topic of ['v1/acme/vehicles/car-1/cmd/c1/ack', 'v1/acme/vehicles/car-1/cmd']) {
    const sly = await client('sly', url, 'car-2', true);
    const gone = new Promise<void>((resolve) => sly.once('close', resolve));
    sly.publish(topic, '{"ok":true}', { qos: 1 }, () => {});
    await gone;
  }
  expect(car.told).toEqual([]);

  // Killed before the acknowledgement: sent anew, by the same name, when the device is heard again.
  const { give, is } = desk(server);
  const sent = await give('car-1', 'text', { text: 'b' });
  expect((await car.next()).id).toBe(sent);
  await server.now.kill();
  await server.restart();
  await whenConnected(car.client);
  await car.client.subscribeAsync('v1/acme/vehicles/car-1/cmd', { qos: 1 });
  await car.isAt(121.7);
  expect((await car.next()).id).toBe(sent);
  await car.acknowledges(sent);
  await is(sent, 'acknowledged');
});

needs('mosquitto', 'an outside broker', () => {
  test('commands as our own JSON, through Mosquitto; what is acknowledged while the server is away counts', {
    timeout: 180_000,
  }, async () => {
    const broker = await startMosquitto({ dir: await tempDir() });
    onTestFinished(() => broker.stop('SIGKILL'));
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const server = await TestServer.start({ CHEJI_MQTT_URL: url });
    onTestFinished(() => server.end());
    const stats = () => server.now.api<Stats>('/v1/stats/live').then(({ body }) => body.mqtt.state);
    await waitFor('the subscription', stats, (state) => state === 'connected');
    const [car, other] = [await Device.connect('car-1', url, null), await Device.connect('car-2', url, null)];
    await commandsLive(server, car, other);

    const { give, is } = desk(server);
    const sent = await give('car-1', 'text', { text: 'b' });
    expect((await car.next()).id).toBe(sent);
    await server.now.kill();
    await car.acknowledges(sent);
    await server.restart();
    expect((await is(sent, 'acknowledged')).attempts).toBe(1);
    expect(car.told).toEqual([]);
  });
});
