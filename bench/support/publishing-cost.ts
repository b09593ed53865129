import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AlertFeed } from '../../alerts/log/feed.js';
import { alertDelivery } from '../../deliver/message.js';
import { RedisCarrier } from '../../deliver/redis-carrier.js';
import type { AlertTransition } from '../../model/alert.js';
import { LogPublisher } from '../../nodes/log-publisher.js';
import { AlertStream } from '../../redis/alert-stream.js';
import { connectRedis, type Redis } from '../../redis/connect.js';
import { NodeLog } from '../../redis/node-log.js';
import { Spool } from '../../store/spool.js';
import { cityFleet } from './city-fleet.js';
import { freePort } from './free-ports.js';
import { RedisServer } from './redis-server.js';
import { sampleAlert } from './sample-alert.js';

const VEHICLES = 2000;
const FIXES = 400_000;
const STEPS = 20_000;
const LOG = 'bench';

export interface PublishingCost {
  /** Of this process, µs of processor, user and system. */
  perFixUs: number;
  perAlertUs: number;
  /** Memory of Redis. */
  bytesPerFix: number;
  bytesPerStep: number;
}

/** What it takes to copy a log of fixes and a log of alerts into a Redis of its own, both there already. Files go to `dir`. */
export async function publishingCost(dir: string): Promise<PublishingCost> {
  const server = new RedisServer(await freePort(), await mkdtemp(join(dir, 'redis-')));
  await server.start();
  const redis = connectRedis(`redis://127.0.0.1:${server.port}`, () => {});
  try {
    await once(redis, 'ready');
    return { ...(await copyFixes(redis, dir)), ...(await copyAlerts(redis)) };
  } finally {
    redis.disconnect();
    await server.kill();
  }
}

async function copyFixes(redis: Redis, dir: string): Promise<{ perFixUs: number; bytesPerFix: number }> {
  const spoolDir = await mkdtemp(join(dir, 'spool-'));
  const spool = await Spool.open({ dir: spoolDir });
  const flushed = () => new Promise<void>((resolve) => spool.whenAccepted(resolve));
  for (const fix of cityFleet(VEHICLES, FIXES)) while (!spool.addFix(fix)) await flushed();
  await flushed();
  const cpu = process.cpuUsage();
  const publisher = new LogPublisher({
    ...{ redis: new NodeLog(redis), log: LOG, spoolDir, startedAt: 0, ready: Promise.resolve() },
    committed: () => spool.committedSeq,
    main: () => ({ log: LOG, epoch: '', url: '', version: '', seq: 0, alertNumber: 0, alertOldest: 0 }),
    alertsPerState: Infinity,
    snapshot: async () => ({ seq: 0, parts: {} }),
    warn: console.error,
  });
  while (publisher.place < spool.committedSeq) await pause(5);
  const perFixUs = microseconds(cpu) / FIXES;
  await publisher.stop();
  await spool.close();
  const bytesPerFix = (Number(await redis.memory('USAGE', `cheji:{node}:blocks:${LOG}`, 'SAMPLES', 0)) || NaN) / FIXES;
  return { perFixUs, bytesPerFix };
}

async function copyAlerts(redis: Redis): Promise<{ perAlertUs: number; bytesPerStep: number }> {
  const feed = new AlertFeed();
  feed.begin({ epoch: LOG, alertNumber: 0, open: [] });
  const carrier = new RedisCarrier({ alerts: feed, stream: new AlertStream(redis) });
  const steps = Array.from({ length: STEPS }, (_, i): AlertTransition => {
    return { number: i + 1, inputSeq: i + 1, transition: 'raised', alert: sampleAlert(i + 1) };
  });
  const cpu = process.cpuUsage();
  for (let i = 0; i < STEPS; i += carrier.window) {
    const batch = steps.slice(i, i + carrier.window).map((step) => alertDelivery(feed, step));
    const { failure } = await carrier.carry(batch);
    if (failure) throw new Error(failure.detail);
  }
  const perAlertUs = microseconds(cpu) / STEPS;
  const bytesPerStep = Number(await redis.memory('USAGE', `cheji:{alerts}:${LOG}`, 'SAMPLES', 0)) / STEPS;
  return { perAlertUs, bytesPerStep };
}

function microseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}
