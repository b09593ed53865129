import { Identity } from '../../ingest/identity.js';
import { IngestStats } from '../../ingest/ingest-stats.js';
import { Intake } from '../../ingest/intake.js';
import { JsonLinks } from '../../ingest/mqtt/json-links.js';
import { Jt808Links } from '../../ingest/mqtt/jt808-links.js';
import { MqttSource } from '../../ingest/mqtt/source.js';
import { DEFAULT_TOPICS, RouteTable, topicRoutes } from '../../ingest/mqtt/topic-routes.js';
import { Quarantine } from '../../ingest/quarantine.js';
import { ReceiveClock } from '../../ingest/receive-clock.js';
import { Uploads } from '../../ingest/uploads.js';
import { Catalog } from '../../model/catalog.js';
import { Fleet } from '../../model/fleet.js';
import { Registry } from '../../store/registry.js';
import type { AcceptLog } from '../../store/stored-gate.js';

/** Everything between a broker and a log, as the server joins it; nothing can be published. */
export function mqttParts(log: AcceptLog) {
  const clock = new ReceiveClock();
  const stats = new IngestStats();
  const quarantine = new Quarantine();
  const catalog = new Catalog();
  const registry = new Registry(catalog, log, () => clock.now());
  const policy = { time: 'replay' as const, retentionMs: 365 * 86_400_000, region: null };
  const intake = new Intake({ log, head: new Fleet(), policy, stats, quarantine });
  const identity = new Identity({ registry, key: '', auth: 'off', registrationRequired: false });
  const whenAccepted = (fn: () => void) => log.whenAccepted(fn);
  const uploads = new Uploads(registry);
  const commands = { connected: () => {}, disconnected: () => {}, response: () => {} };
  const outlet = { publish: () => Promise.reject(new Error('nothing is published')) };
  const shared = { intake, identity, stats, quarantine, uploads, clock, commands, outlet, whenAccepted };
  const media = { add: () => 'repeated' as const };
  const frames = new Jt808Links({ ...shared, media });
  const links = new JsonLinks(shared);
  const routes = new RouteTable(topicRoutes(DEFAULT_TOPICS));
  return { source: new MqttSource({ ...shared, routes, frames, links }), intake, stats, catalog, whenAccepted };
}
