import { expect, onTestFinished, test } from 'vitest';
import { startMosquitto } from '../../bench/support/mosquitto.js';
import { connectBroker, whenConnected } from '../../broker/connect.js';
import { readAlertLog } from '../support/alert-log.js';
import { TestServer } from '../support/cheji.js';
import { drained } from '../support/conservation.js';
import { cross, layFence } from '../support/crossings.js';
import { freePort } from '../support/free-port.js';
import { needs } from '../support/needs.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const VEHICLES = 60;
const ROUNDS = 10;
const NOBODY = { user: null, password: null, caFile: null, certFile: null, keyFile: null };

needs('mosquitto', 'alerts over MQTT', () => {
  test('through restarts of the broker and kills of the server, a subscriber with a session gets every one, in order', {
    timeout: 240_000,
  }, async () => {
    const broker = await startMosquitto({ dir: await tempDir() });
    onTestFinished(() => broker.stop());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const subscriber = await connectBroker(
      { ...NOBODY, url, version: '5' },
      { clientId: 'consumer', keepSession: true },
    );
    onTestFinished(() => subscriber.endAsync(true));
    const heard: { topic: string; id: string }[] = [];
    subscriber.on('message', (topic, payload) => {
      const { alert } = JSON.parse(payload.toString()) as { alert: { id: string; revision: number } };
      heard.push({ topic, id: `${alert.id}_${alert.revision}` });
    });
    await whenConnected(subscriber);
    await subscriber.subscribeAsync('cheji/alerts/#', { qos: 1 });

    const server = await TestServer.start({
      CHEJI_TIME_POLICY: 'replay',
      CHEJI_MQTT_URL: url,
      CHEJI_MQTT_ALERTS: 'cheji/alerts/{type}/{vehicleId}',
    });
    onTestFinished(() => server.end());
    await layFence(server);
    for (let n = 0; n < ROUNDS; n++) {
      const before = heard.length;
      await cross(server, VEHICLES, n);
      if (n > 1 && n !== 6)
        await waitFor(
          'alerts',
          () => heard.length,
          (count) => count > before,
          { everyMs: 5 },
        );
      if (n === 2 || n === 7) {
        await server.now.kill();
        await server.restart();
      }
      if (n === 5) await broker.stop();
      if (n === 6) await broker.start();
    }
    await drained(server);
    const log = () => readAlertLog(server.now.dataDir).map(({ alert }) => `${alert.id}_${alert.revision}`);
    await waitFor(
      'all',
      () => new Set(heard.map(({ id }) => id)).size,
      (count) => count >= log().length,
      { timeoutMs: 60_000 },
    );
    await server.now.stop();
    expect(log().length).toBeGreaterThan(VEHICLES * 4);
    expect([...new Set(heard.map(({ id }) => id))]).toEqual(log());
    expect(new Set(heard.map(({ topic }) => topic))).toContain('cheji/alerts/fence-enter/car-3');
  });
});

test('alerts over the embedded broker, to a user who may read them', { timeout: 120_000 }, async () => {
  const port = await freePort();
  const server = await TestServer.start({
    CHEJI_TIME_POLICY: 'replay',
    CHEJI_MQTT_PORT: String(port),
    CHEJI_MQTT_USERS: JSON.stringify([
      { user: 'screen', password: 'made-up-password', publish: [], subscribe: ['cheji/alerts/#'] },
    ]),
    CHEJI_MQTT_ALERTS: 'cheji/alerts/{type}/{vehicleId}',
  });
  onTestFinished(() => server.end());
  const screen = await connectBroker(
    { ...NOBODY, url: `mqtt://127.0.0.1:${port}`, version: '3.1.1', user: 'screen', password: 'made-up-password' },
    { clientId: 'screen' },
  );
  onTestFinished(() => screen.endAsync(true));
  const topics = new Set<string>();
  screen.on('message', (topic) => topics.add(topic));
  await whenConnected(screen);
  await screen.subscribeAsync('cheji/alerts/#', { qos: 1 });
  await layFence(server);
  for (let n = 0; n < 3; n++) await cross(server, 5, n);
  await waitFor(
    'alerts',
    () => topics,
    (seen) => seen.has('cheji/alerts/fence-enter/car-4'),
  );
});
