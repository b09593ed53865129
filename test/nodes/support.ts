import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { AlertFeed } from '../../alerts/log/feed.js';
import type { Carried } from '../../deliver/carrier.js';
import { alertDelivery } from '../../deliver/message.js';
import { RedisCarrier } from '../../deliver/redis-carrier.js';
import type { Alert, AlertTransition } from '../../model/alert.js';
import type { Change } from '../../model/change.js';
import { Position } from '../../model/position.js';
import { LogPublisher } from '../../nodes/log-publisher.js';
import { alertsPart, Replica, type ReplicaSources } from '../../nodes/replica.js';
import { AlertStream } from '../../redis/alert-stream.js';
import { connectRedis, type Redis } from '../../redis/connect.js';
import { NodeLog } from '../../redis/node-log.js';
import { Registry } from '../../store/registry.js';
import { ShownState } from '../../store/shown-state.js';
import { Spool } from '../../store/spool.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

export const LOG = 'log-1';
/** More than most tests raise. */
export const ALERTS_PER_STATE = 20;

/** A server or a cluster. */
interface TestPlace {
  readonly url: string;
}

export async function client(redis: TestPlace): Promise<Redis> {
  const connected = connectRedis(redis.url, () => {});
  onTestFinished(() => connected.disconnect());
  await once(connected, 'ready');
  return connected;
}

/** The main node without its ports: a log, what it shows, an alert log, and its way into Redis. */
export class TestMain {
  readonly alerts = new AlertFeed();
  /** What it has said in its log. */
  readonly lines: string[] = [];
  readonly registry: Registry;
  publisher: LogPublisher;
  #alert = 0;

  private constructor(
    readonly redis: Redis,
    readonly spool: Spool,
    readonly shown: ShownState,
    readonly dir: string,
    readonly log: string,
  ) {
    this.alerts.begin({ epoch: `epoch-of-${log}`, alertNumber: 0, open: [] });
    this.registry = new Registry(shown.catalog, spool, Date.now);
    this.publisher = this.publish();
  }

  static async start(redis: TestPlace, log = LOG): Promise<TestMain> {
    const dir = await tempDir();
    const spool = await Spool.open({ dir, fsyncMs: 1, segmentBytes: 64 * 1024 });
    const main = new TestMain(await client(redis), spool, ShownState.from('', null), dir, log);
    spool.onCommit((blocks) => {
      for (const block of blocks) main.shown.apply(block, () => {});
      main.publisher.wake();
    });
    onTestFinished(async () => {
      await main.publisher.stop();
      await spool.close();
    });
    return main;
  }

  publish(): LogPublisher {
    return new LogPublisher({
      redis: new NodeLog(this.redis),
      log: this.log,
      spoolDir: this.dir,
      committed: () => this.spool.committedSeq,
      startedAt: this.spool.committedSeq,
      ready: this.alerts.ready,
      main: () => ({
        log: this.log,
        epoch: this.alerts.epoch,
        url: `http://${this.log}`,
        version: '1',
        seq: this.spool.committedSeq,
        alertNumber: this.alerts.last,
        alertOldest: this.alerts.oldestKept,
      }),
      alertsPerState: ALERTS_PER_STATE,
      snapshot: async () => {
        const alerts = alertsPart(this.alerts);
        const { seq, parts } = await this.shown.snapshot(() => this.#flushed());
        return { seq, parts: { ...parts, alerts } };
      },
      warn: (line) => this.lines.push(line),
    });
  }

  /** A new vehicle with `fixes` fixes. */
  async drive(id: string, fixes: number): Promise<void> {
    await this.registry.putVehicle({ id });
    const vehicleNo = this.shown.catalog.vehicleById(id)?.no as number;
    for (let i = 1; i <= fixes; i++) {
      const p = Object.assign(new Position(), { vehicleNo, lon: 120 + i / 1e4, lat: 31, located: true });
      Object.assign(p, { fixTime: Date.UTC(2026, 0, 1) + i * 1000, receivedTime: Date.UTC(2026, 0, 1) + i * 1000 });
      while (!this.spool.addFix(p)) await this.#flushed();
    }
    await this.#flushed();
  }

  /** A step of an alert that has none before it, and what became of it in Redis. */
  async raise(said: Partial<AlertTransition> = {}): Promise<Carried> {
    const number = ++this.#alert;
    const alert = { id: `a${number}`, clearedAt: null, revision: 1 } as Alert;
    const step: AlertTransition = { number, inputSeq: 7, transition: 'raised', alert, ...said };
    this.alerts.push([step]);
    return this.#carrier().carry([alertDelivery(this.alerts, step)]);
  }

  /** All steps that there are once more, as a follower that goes back does; why not, where Redis does not take them. */
  async copyAlerts(): Promise<string | null> {
    const steps = this.alerts.since(0, 1000).map((step) => alertDelivery(this.alerts, step));
    return (await this.#carrier().carry(steps)).failure?.detail ?? null;
  }

  #carrier(): RedisCarrier {
    return new RedisCarrier({ alerts: this.alerts, stream: new AlertStream(this.redis) });
  }

  /** Everything committed is in Redis. */
  async copied(): Promise<void> {
    await waitFor(
      'the log in Redis',
      () => this.publisher.place,
      (place) => place === this.spool.committedSeq,
    );
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => this.spool.whenAccepted(resolve));
  }
}

/** A node that follows, with what it was told of. */
export class TestNode {
  readonly moved = new Set<number>();
  readonly changes: Change[] = [];
  /** Resolves with why it stopped following; '' where it was told to. */
  readonly ended: Promise<string>;

  private constructor(readonly replica: Replica) {
    const listener = {
      moved: (nos: ReadonlySet<number>) => {
        for (const no of nos) this.moved.add(no);
      },
      changed: (change: Change) => this.changes.push(change),
    };
    this.ended = replica.follow(listener).then(
      () => '',
      (error: Error) => error.message,
    );
    onTestFinished(async () => {
      replica.stop();
      await this.ended;
    });
  }

  static async start(redis: TestPlace): Promise<TestNode> {
    const [node, blocks, alerts] = [await client(redis), await client(redis), await client(redis)];
    const sources: ReplicaSources = {
      node: new NodeLog(node),
      blocks: new NodeLog(blocks),
      alerts: new AlertStream(alerts),
    };
    return new TestNode(await taken(sources));
  }

  /** It has all that the main node has, and shows the same. */
  async level({ spool, shown, alerts }: TestMain): Promise<boolean> {
    const { replica } = this;
    await waitFor(
      'the node to be level',
      () => [replica.shown.seq, replica.alerts.last, replica.state().state],
      ([seq, last, state]) => seq === spool.committedSeq && last === alerts.last && state === 'level',
    );
    const sameFleet = replica.shown.fleet.snapshot().equals(shown.fleet.snapshot());
    const [ours, theirs] = [replica.shown, shown].map(({ catalog }) => JSON.stringify(catalog.snapshot()));
    return sameFleet && ours === theirs;
  }
}

async function taken(sources: ReplicaSources): Promise<Replica> {
  return waitFor(
    'something to begin at',
    () => Replica.take(sources, { adminKey: 'the key of all nodes' }).catch(() => null),
    (replica) => replica !== null,
    { everyMs: 50 },
  ) as Promise<Replica>;
}
