import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { AlertFeed } from '../alerts/log/feed.js';
import type { NodeState } from '../api/deps.js';
import type { Settings } from '../config.js';
import type { Deliveries } from '../deliver/deliveries.js';
import { LogPublisher } from '../nodes/log-publisher.js';
import { alertsPart } from '../nodes/replica.js';
import { NodeLog } from '../redis/node-log.js';
import type { ShownState } from '../store/shown-state.js';
import type { Spool } from '../store/spool.js';
import { copyToRedis } from './alert-deliveries.js';
import { productVersion } from './product-version.js';
import { openRedis } from './redis-access.js';

interface Parts {
  spool: Spool;
  spoolDir: string;
  /** Name of the log. */
  node: string;
  state: ShownState;
  alerts: AlertFeed;
  deliveries: Deliveries;
  /** Of the API, as it listens. */
  port: number;
  log: Logger;
}

/** The main node among several: what other nodes follow, its log and its alert log. Does nothing where no Redis joins them. */
export class NodePublishing {
  #publisher: LogPublisher | null = null;
  /** What keeps the alert log from being copied. */
  #alertFailure: () => string | null = () => null;
  #close = () => {};

  /** `startedAt`: as far as the log is committed before this process adds to it. */
  constructor(readonly startedAt: number) {}

  start(settings: Settings, { spool, spoolDir, node, state, alerts, deliveries, port, log }: Parts): void {
    if (settings.redisUrl === null) return;
    this.#alertFailure = copyToRedis(settings, { deliveries, alerts, log });
    const redis = openRedis(settings, (connected) => {
      if (connected) publisher.wake();
    });
    const url = settings.nodeUrl ?? ownUrl(settings.httpHost, port);
    const flushed = () => new Promise<void>((resolve) => spool.whenAccepted(resolve));
    const publisher = new LogPublisher({
      redis: new NodeLog(redis),
      log: node,
      spoolDir,
      committed: () => spool.committedSeq,
      startedAt: this.startedAt,
      ready: alerts.ready,
      main: () => ({
        log: node,
        epoch: alerts.epoch,
        url,
        version: productVersion(),
        seq: spool.committedSeq,
        alertNumber: alerts.last,
        alertOldest: alerts.oldestKept,
      }),
      alertsPerState: settings.nodeAlertSteps / 2,
      snapshot: async () => {
        const open = alertsPart(alerts);
        const { seq, parts } = await state.snapshot(flushed);
        return { seq, parts: { ...parts, alerts: open } };
      },
      warn: (line) => log.warn(line),
    });
    this.#publisher = publisher;
    this.#close = () => redis.disconnect();
  }

  /** The log has grown. */
  wake(): void {
    this.#publisher?.wake();
  }

  state(): NodeState {
    const state = this.#publisher?.state() ?? { state: 'alone' as const, lagSeconds: 0 };
    const failure = state.state === 'publishing' ? this.#alertFailure() : null;
    return { role: 'all', ...state, ...(failure !== null && { state: 'away', detail: `alerts: ${failure}` }) };
  }

  async stop(): Promise<void> {
    await this.#publisher?.stop();
    this.#close();
  }
}

/** Where others reach us as far as we can know it: an address for all networks is the name of this machine. */
function ownUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
