import type { Logger } from 'pino';
import type { AlertFeed } from '../alerts/log/feed.js';
import { newsOf } from '../api/alerts/alert-filter.js';
import type { Settings } from '../config.js';
import { Deliveries } from '../deliver/deliveries.js';
import type { Follower } from '../deliver/follower.js';
import { MqttCarrier } from '../deliver/mqtt-carrier.js';
import type { Receiver } from '../deliver/receiver.js';
import { RedisCarrier } from '../deliver/redis-carrier.js';
import { TargetGuard } from '../deliver/target-guard.js';
import { Webhooks } from '../deliver/webhooks.js';
import type { Outlet } from '../ingest/mqtt/outlet.js';
import type { AlertFilter } from '../model/alert.js';
import type { AlertsOut } from '../model/stats.js';
import { AlertStream } from '../redis/alert-stream.js';
import { type DataDir, secretFile } from '../store/data-dir.js';
import type { Registry } from '../store/registry.js';
import { productVersion } from './product-version.js';
import { openRedis, type RedisSettings } from './redis-access.js';

interface Parts {
  dir: DataDir;
  alerts: AlertFeed;
  registry: Registry;
  clock: () => number;
  log: Logger;
}

/** Takes up everything that brings alerts to those who do not ask; they follow the alert log once it has been read. */
export async function openDeliveries(
  settings: Settings,
  { dir, alerts, registry, clock, log }: Parts,
): Promise<{ deliveries: Deliveries; webhooks: Webhooks }> {
  const warn = (line: string) => log.warn(line);
  const deliveries = await Deliveries.open({ dir: dir.deliveries, alerts, clock, log: warn });
  const webhooks = await Webhooks.start({
    catalog: registry.catalog,
    registry,
    alerts,
    deliveries,
    guard: new TargetGuard({ networks: settings.webhookNetworks, hosts: settings.webhookHosts }),
    wantsOf: newsOf,
    key: secretFile(dir.keys, 'webhook.key'),
    version: productVersion(),
    clock,
  });
  return { deliveries, webhooks };
}

interface PublishParts {
  deliveries: Deliveries;
  alerts: AlertFeed;
  outlet: Outlet;
  log: Logger;
}

/** Whether a broker or Redis is there we know ourselves: to ask again costs nothing. */
const QUICK_BACKOFF = { firstMs: 200, lastMs: 2000 };

const MQTT = 'mqtt';

/** Alerts as they are published over MQTT; null where they are not. */
export function mqttAlerts(deliveries: Deliveries): Receiver | null {
  return deliveries.receiver(MQTT);
}

/** How far they are, and what was refused; null where none are published. */
export function alertsOut(deliveries: Deliveries): AlertsOut | null {
  const state = mqttAlerts(deliveries)?.state();
  if (!state) return null;
  const { delivered, behind, deadLetters } = state;
  return { delivered, behind, deadLetters };
}

/** Publishes the alerts that are wanted over the broker that is in use, from now on or from where the last run was. */
export function publishAlerts(
  { topic, filter }: { topic: string; filter: AlertFilter },
  { deliveries, alerts, outlet, log }: PublishParts,
): void {
  const carrier = new MqttCarrier(topic, (to, payload) => outlet.publish(to, payload));
  const add = () => {
    const from = { epoch: alerts.epoch, number: alerts.last };
    const receiver = { name: MQTT, way: 'mqtt', carrier, wants: newsOf(filter), from, paused: false } as const;
    return deliveries.add({ ...receiver, backoff: QUICK_BACKOFF });
  };
  alerts.ready.then(add).catch((error: Error) => log.error({ err: error }, 'alerts are not published over MQTT'));
}

/**
 * Copies the alert log into Redis, as far as Redis does not have it, and again what Redis loses. Answers with the way to ask
 * what keeps it from doing so: null where nothing does.
 */
export function copyToRedis(
  settings: RedisSettings & Pick<Settings, 'nodeAlertSteps'>,
  { deliveries, alerts, log }: Pick<PublishParts, 'deliveries' | 'alerts' | 'log'>,
): () => string | null {
  let follower: Follower | null = null;
  // Nobody may write for a while after Redis came back without what it had.
  const catchUp = async () => {
    const end = await stream.last(alerts.epoch);
    if (follower && end < follower.at) follower.replayFrom(end);
  };
  const redis = openRedis(settings, (connected, detail) => {
    log[connected ? 'info' : 'warn'](connected ? 'redis: connected' : `redis: away: ${detail}`);
    if (connected) catchUp().catch((error: Error) => log.warn(`redis: ${error.message}`));
  });
  const stream = new AlertStream(redis, settings.nodeAlertSteps);
  const carrier = new RedisCarrier({
    alerts,
    stream,
    forgot: (end) => follower?.replayFrom(end),
    warn: (line) => log.warn(line),
  });
  const add = async () => {
    const from = { epoch: alerts.epoch, number: 0 };
    const receiver = { name: 'redis', way: 'redis', carrier, wants: () => true, from, paused: false } as const;
    follower = await deliveries.add({ ...receiver, knowsItsPlace: true, backoff: QUICK_BACKOFF });
  };
  alerts.ready.then(add).catch((error: Error) => log.error({ err: error }, 'alerts are not copied to Redis'));
  return () => carrier.failure;
}
