import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import { PositionPublisher } from '../deliver/position-publisher.js';
import type { Outlet } from '../ingest/mqtt/outlet.js';
import type { ShownState } from '../store/shown-state.js';

/** Publishes positions over the broker that is in use; null where the settings name no topic. */
export function publishPositions(
  settings: Settings,
  { state, outlet, log }: { state: ShownState; outlet: Outlet; log: Logger },
): PositionPublisher | null {
  if (settings.mqttPositions === null) return null;
  return new PositionPublisher({
    topic: settings.mqttPositions,
    everyMs: settings.mqttPositionsSeconds * 1000,
    fleet: state.fleet,
    catalog: state.catalog,
    publish: (topic, payload) => outlet.publish(topic, payload),
    warn: (line) => log.warn(line),
  });
}
