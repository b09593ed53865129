import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startMosquitto } from '../../bench/support/mosquitto.js';
import { MqttPublisher } from '../../cli/support/mqtt-publisher.js';
import { randomFrom } from '../../cli/support/random.js';
import type { TerminalFix } from '../../cli/support/terminal-messages.js';
import { TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { countPositions, embeddedUrl, storedFixes } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { needs } from '../support/needs.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const VEHICLES = 25;
const KILLS = 4;
/** Between a first acknowledgement after a start and the next kill, at most. */
const LONGEST_LIFE_MS = 1500;
const PAUSE_MS = 25;
const PASSWORD = 'fleet-of-the-tests';
const ENV = {
  CHEJI_MQTT_USERS: JSON.stringify([{ user: 'feed', password: PASSWORD }]),
  // Each vehicle's time runs faster than ours, so that no two of its fixes are of one second.
  CHEJI_TIME_POLICY: 'replay',
};
/** A broker that is killed may have lost so much of what it acknowledged: it saves once a second. */
const BROKER_LOSES_MS = 5_000;

/** Vehicles that publish without end, and know what was acknowledged and when. */
class MqttFleet {
  readonly acknowledged = new Map<string, number>();
  sent = 0;
  #driving = true;
  readonly #publishers: MqttPublisher[];
  readonly #driven: Promise<unknown>;
  readonly #lately: { publisher: MqttPublisher; fix: TerminalFix; at: number }[] = [];

  constructor(port: number) {
    this.#publishers = Array.from({ length: VEHICLES }, (_, i) => {
      const number = `car-${i}`;
      const login = { host: '127.0.0.1', port, user: 'feed', password: PASSWORD };
      const publisher = new MqttPublisher({ ...login, number, longestBackOffMs: 500 });
      publisher.on('accepted', ([fix]) => {
        this.acknowledged.set(`fleet:${number} ${fix.time}`, performance.now());
        this.#lately.push({ publisher, fix, at: performance.now() });
      });
      return publisher;
    });
    const start = Math.floor(Date.now() / 1000) * 1000 - 86_400_000;
    this.#driven = Promise.all(
      this.#publishers.map(async (publisher, i) => {
        for (let n = 0; this.#driving; n++) {
          const motion = { speedKmh: 40, headingDeg: 90, altitudeM: 5, mileageKm: n / 10 };
          this.sent++;
          await publisher.send({ time: start + n * 1000, lon: 120.3 + n * 1e-5, lat: 31.5 + i * 1e-4, ...motion });
          await pause(PAUSE_MS);
        }
      }),
    );
  }

  /** Publishes once more what was acknowledged within that time. */
  async repeat(ms: number): Promise<void> {
    const since = performance.now() - ms;
    for (const { publisher, fix, at } of [...this.#lately]) if (at >= since) await publisher.send(fix);
  }

  /** No more; resolves when everything is acknowledged. */
  async finish(): Promise<void> {
    this.#driving = false;
    await this.#driven;
    await Promise.all(this.#publishers.map((publisher) => publisher.drained()));
    for (const publisher of this.#publishers) publisher.stop();
  }
}

/** Lets the fleet drive, ends something at random moments, and looks whether everything acknowledged is there, once. */
async function outlives(server: TestServer, fleet: MqttFleet, kill: (n: number) => Promise<void>): Promise<void> {
  const random = randomFrom(1883);
  const before: number[] = [];
  for (let n = 0; n < KILLS; n++) {
    const seen = fleet.acknowledged.size;
    await waitFor(
      'the fleet to go on',
      () => fleet.acknowledged.size,
      (size) => size > seen,
      { timeoutMs: 60_000 },
    );
    await pause(random() * LONGEST_LIFE_MS);
    before.push(fleet.acknowledged.size);
    await kill(n);
  }
  expect(new Set(before).size).toBe(KILLS); // each time the fleet had gone on
  await fleet.finish();
  // What an outside broker has acknowledged is still on its way to us.
  await waitFor(
    'everything to arrive',
    // The database of a server that was killed takes its time to come back.
    async () => (await storedFixes(server.now.dataDir).catch(() => new Set())).size,
    (size) => size >= fleet.acknowledged.size,
    { timeoutMs: 60_000, everyMs: 500 },
  );
  const stats = await drained(server);
  expectConserved(stats);
  const { messages } = stats.mqtt;
  expect(messages).toMatchObject({ received: messages.handled, rejected: {} });
  const stored = await storedFixes(server.now.dataDir);
  expect([...fleet.acknowledged.keys()].filter((fix) => !stored.has(fix))).toEqual([]);
  expect(fleet.acknowledged.size).toBe(fleet.sent);
  const rows = { rows: fleet.sent, distinct: fleet.sent };
  expect(await countPositions(embeddedUrl(server.now.dataDir))).toEqual(rows);
}

test(`the embedded broker, kill -9 at ${KILLS} random moments: nothing acknowledged is missing, nothing there twice`, {
  timeout: 240_000,
}, async () => {
  const port = await freePort();
  const server = await TestServer.start({ ...ENV, CHEJI_MQTT_PORT: String(port) });
  onTestFinished(() => server.end());
  await outlives(server, new MqttFleet(port), async () => {
    await server.now.kill();
    await server.restart();
  });
});

needs('mosquitto', 'an outside broker', () => {
  test(`server and broker, kill -9 at ${KILLS} random moments: nothing acknowledged is missing, nothing there twice`, {
    timeout: 240_000,
  }, async () => {
    const broker = await startMosquitto({ dir: await tempDir() });
    onTestFinished(() => broker.stop('SIGKILL'));
    const server = await TestServer.start({ ...ENV, CHEJI_MQTT_URL: `mqtt://127.0.0.1:${broker.port}` });
    onTestFinished(() => server.end());
    const fleet = new MqttFleet(broker.port);
    await outlives(server, fleet, async (n) => {
      if (n % 2 === 0) {
        await server.now.kill();
        await server.restart();
      } else {
        await broker.stop('SIGKILL');
        await broker.start();
        await fleet.repeat(BROKER_LOSES_MS);
      }
    });
  });
});
