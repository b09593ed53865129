import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startMosquitto } from '../../bench/support/mosquitto.js';
import { randomFrom } from '../../cli/support/random.js';
import { readAlertLog } from '../support/alert-log.js';
import {
  type AlertReader,
  eventsReader,
  mqttReader,
  nameOf,
  pullReader,
  streamReader,
  webhookReaders,
} from '../support/alert-readers.js';
import { TestServer } from '../support/cheji.js';
import { drained } from '../support/conservation.js';
import { cross, layFence } from '../support/crossings.js';
import { needs } from '../support/needs.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const READERS = { stream: 100, events: 40, pull: 40, webhook: 10, mqtt: 10 };
const VEHICLES = 30;
const ROUNDS = 12;
const KILLS = 3;
/** A life lasts up to so long after somebody has heard something in it. */
const LONGEST_LIFE_MS = 500;
const SEED = 6;

/** Drives rounds until all are taken; what a killed server has not acknowledged is sent again, as any sender does. */
async function drive(server: TestServer, mayGo: (round: number) => boolean): Promise<void> {
  for (let round = 0; round < ROUNDS; ) {
    const taken = mayGo(round) && (await cross(server, VEHICLES, round).then(...TOOK));
    if (taken) round++;
    else await pause(20);
  }
}

const TOOK = [() => true, () => false] as const;

needs('mosquitto', 'alerts on every way', () => {
  test('200 readers on five ways while the server is killed at random moments: each has every step once, in order', {
    timeout: 240_000,
  }, async () => {
    const random = randomFrom(SEED);
    const broker = await startMosquitto({ dir: await tempDir() });
    onTestFinished(() => broker.stop());
    const mqtt = `mqtt://127.0.0.1:${broker.port}`;
    const server = await TestServer.start({
      CHEJI_TIME_POLICY: 'replay',
      CHEJI_MQTT_URL: mqtt,
      CHEJI_MQTT_ALERTS: 'cheji/alerts/{type}/{vehicleId}',
      CHEJI_WEBHOOK_NETWORKS: '127.0.0.0/8',
    });
    onTestFinished(() => server.end());
    await layFence(server);
    const { url } = server.now;
    const make = <T>(count: number, one: (i: number) => T) => Array.from({ length: count }, (_, i) => one(i));
    const streams = make(READERS.stream, () => streamReader(url));
    const readers: AlertReader[] = [
      ...streams,
      ...make(READERS.events, () => eventsReader(url)),
      ...make(READERS.pull, () => pullReader(url)),
      ...(await webhookReaders(READERS.webhook, async (id, to) => {
        const { status } = await server.now.api('/v1/webhooks', { body: { id, url: to } });
        expect(status).toBe(201);
      })),
      ...(await Promise.all(make(READERS.mqtt, (i) => mqttReader(mqtt, `reader-${i}`, 'cheji/alerts/#')))),
    ];
    const waiting = () => readers.filter(({ begun }) => !begun).length;
    await waitFor('everybody to be in their place', waiting, (count) => count === 0);
    const heard = () => readers.reduce((sum, { steps }) => sum + steps.length, 0);

    let lives = 1;
    const driving = drive(server, (round) => round < (ROUNDS * lives) / (KILLS + 1));
    for (let kill = 0; kill < KILLS; kill++) {
      const before = heard();
      await waitFor('news', heard, (count) => count > before, { everyMs: 5 });
      await pause(random() * LONGEST_LIFE_MS);
      streams[Math.floor(random() * streams.length)].cut();
      await server.now.kill();
      await server.restart();
      lives++;
    }
    await driving;
    await drained(server);
    const { body } = await server.now.api<{ cursor: string }>('/v1/alerts?after=now');
    const total = Number(body.cursor.slice(body.cursor.lastIndexOf('-') + 1));
    const behind = () =>
      readers.filter(({ steps }) => steps.length < total).map(({ way, steps }) => [way, steps.length]);
    await waitFor('everybody to have all', behind, (some) => some.length === 0, { timeoutMs: 30_000 });
    await server.now.stop();

    const log = readAlertLog(server.now.dataDir).map(nameOf);
    expect(log.length).toBeGreaterThan(VEHICLES * KILLS);
    for (const { way, steps, gaps } of readers) expect([way, gaps, steps]).toEqual([way, 0, log]);
    // The client hands nothing over twice, whatever comes.
    expect(streams.filter(({ again }) => again > 0)).toEqual([]);
  });
});
