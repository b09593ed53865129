import type { Logger } from 'pino';
import type { AlertFeed } from './alerts/feed.js';
import { productVersion } from './announce.js';
import { newsOf } from './api/alert-filter.js';
import type { Settings } from './config.js';
import { Deliveries } from './deliver/deliveries.js';
import { TargetGuard } from './deliver/target-guard.js';
import { Webhooks } from './deliver/webhooks.js';
import { type DataDir, secretFile } from './store/data-dir.js';
import type { Registry } from './store/registry.js';

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
