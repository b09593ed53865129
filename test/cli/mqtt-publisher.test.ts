import { expect, onTestFinished, test } from 'vitest';
import { OwnBroker } from '../../broker/own-broker.js';
import { simulate } from '../../cli/simulate.js';
import { MqttPublisher } from '../../cli/support/mqtt-publisher.js';
import { v1 } from '../../protocols/mqtt/v1.js';
import { waitFor } from '../support/wait-for.js';

const LOGIN = { host: '127.0.0.1', user: 'feed', password: 'quite-a-secret' };
const USERS = [{ name: LOGIN.user, password: LOGIN.password, publish: ['v1/fleet/#'], subscribe: [] }];
const FIX = { lon: 121.5, lat: 31.2, speedKmh: 40, headingDeg: 360, altitudeM: 5, mileageKm: 1.5 };
const START = Date.UTC(2026, 0, 31);

/** A broker that acknowledges everything once `open`, on a port of its own or again on that of another. */
async function broker(port = 0, open = true) {
  const topics: string[] = [];
  const times: number[] = [];
  const started = await OwnBroker.start({
    ...{ host: LOGIN.host, port, users: USERS, log: () => {} },
    received: ({ topic, payload }, done) => {
      topics.push(topic);
      for (const { position } of v1.decode({ topic, payload, receivedTime: START }).fixes) times.push(position.fixTime);
      if (open) done();
    },
  });
  onTestFinished(() => started.close());
  return { broker: started, port: started.port, topics, times };
}

test('every fix is told to be accepted once its PUBACK is there, in order', async () => {
  const { port, topics, times } = await broker();
  const publisher = new MqttPublisher({ ...LOGIN, port, number: 'A-1' });
  const accepted: number[] = [];
  publisher.on('accepted', (fixes) => accepted.push(...fixes.map(({ time }) => time)));
  for (let n = 0; n < 20; n++) await publisher.send({ ...FIX, time: START + n * 1000 });
  await publisher.drained();
  publisher.stop();
  expect(accepted).toEqual(Array.from({ length: 20 }, (_, n) => START + n * 1000));
  expect(times).toEqual(accepted);
  expect(new Set(topics)).toEqual(new Set(['v1/fleet/vehicles/A-1/position']));
});

test('what a broker did not acknowledge is sent again to the next', async () => {
  const first = await broker(0, false);
  const publisher = new MqttPublisher({ ...LOGIN, port: first.port, number: 'A-1', window: 3, longestBackOffMs: 100 });
  onTestFinished(() => publisher.stop());
  const sent = (async () => {
    for (let n = 0; n < 5; n++) await publisher.send({ ...FIX, time: START + n * 1000 });
  })();
  await waitFor(
    'the window to be full',
    () => first.times.length,
    (n) => n === 3,
    { everyMs: 5 },
  );
  await first.broker.close();
  const second = await broker(first.port);
  await sent;
  await publisher.drained();
  expect(new Set(second.times)).toEqual(new Set([0, 1, 2, 3, 4].map((n) => START + n * 1000)));
});

test('a publisher that is not let in gives up and says so', async () => {
  const { port } = await broker();
  const publisher = new MqttPublisher({ ...LOGIN, port, number: 'A-1', password: 'wrong' });
  const told = new Promise((resolve) => publisher.once('unwelcome', resolve));
  const refused: unknown[] = [];
  publisher.on('refused', (fixes) => refused.push(...fixes));
  await publisher.send({ ...FIX, time: START });
  expect(await told).toContain('Not authorized');
  await publisher.drained();
  expect(refused).toHaveLength(1);
});

test('a simulated fleet publishes too', async () => {
  const { port, topics } = await broker();
  const to = { host: LOGIN.host, port };
  const fleet = { vehicles: 3, rate: 2, seed: 1, duration: 2, window: 4 };
  const summary = await simulate({ ...LOGIN, ...fleet, to, protocol: 'mqtt', tenant: 'fleet' });
  expect(summary).toMatchObject({ acknowledged: summary.fixes, refused: 0 });
  expect(summary.fixes).toBeGreaterThan(5);
  expect(new Set(topics).size).toBe(3);
}, 30_000);
