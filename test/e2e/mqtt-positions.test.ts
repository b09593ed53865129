import { expect, onTestFinished, test } from 'vitest';
import { startMosquitto } from '../../bench/support/mosquitto.js';
import { connectBroker, whenConnected } from '../../broker/connect.js';
import { TestServer } from '../support/cheji.js';
import { cross } from '../support/crossings.js';
import { needs } from '../support/needs.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const NOBODY = { user: null, password: null, caFile: null, certFile: null, keyFile: null };
const VEHICLES = 100;

needs('mosquitto', 'positions over MQTT', () => {
  test('the newest of each vehicle, also those of the time when the broker was away', async () => {
    const broker = await startMosquitto({ dir: await tempDir() });
    onTestFinished(() => broker.stop());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const subscriber = await connectBroker({ ...NOBODY, url, version: '5' }, { clientId: 'map', keepSession: true });
    onTestFinished(() => subscriber.endAsync(true));
    const newest = new Map<string, { vehicleId: string; time: string; lon: number }>();
    subscriber.on('message', (topic, payload) => newest.set(topic, JSON.parse(payload.toString())));
    await whenConnected(subscriber);
    await subscriber.subscribeAsync('out/#', { qos: 1 });
    const server = await TestServer.start({
      CHEJI_TIME_POLICY: 'replay',
      CHEJI_MQTT_URL: url,
      CHEJI_MQTT_POSITIONS: 'out/{category}/{vehicleId}',
      CHEJI_MQTT_POSITIONS_SECONDS: '1',
    });
    onTestFinished(() => server.end());
    const heard = async (lon: number) => {
      await waitFor(
        'positions',
        () => [...newest.values()].filter((position) => position.lon === lon).length,
        (count) => count === VEHICLES,
      );
      const { items } = (await server.now.api<{ items: { id: string; position: object }[] }>('/v1/vehicles?limit=1000'))
        .body;
      for (const { id, position } of items)
        expect(newest.get(`out/other/${id}`)).toEqual({ ...position, vehicleId: id });
    };
    await cross(server, VEHICLES, 0);
    await heard(120.3);
    await broker.stop();
    for (let round = 1; round < 6; round++) await cross(server, VEHICLES, round);
    const stats = async () => (await server.now.api<{ positionsOut: object }>('/v1/stats/live')).body.positionsOut;
    expect(
      await waitFor('those that wait', stats, (now) => JSON.stringify(now).includes('"waiting":100')),
    ).toBeDefined();
    await broker.start();
    await heard(120.33);
    expect(await stats()).toMatchObject({ waiting: 0 });
    const metrics = await (await fetch(`${server.now.url}/metrics`)).text();
    expect(Number(/^mqtt_positions_published_total (\d+)/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(2 * VEHICLES);
  }, 120_000);
});
