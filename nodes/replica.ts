import { setTimeout as pause } from 'node:timers/promises';
import { AlertFeed, type EngineReady } from '../alerts/log/feed.js';
import { untypedStep } from '../alerts/log/step-text.js';
import type { AlertTransition } from '../model/alert.js';
import { type Backoff, backoffWait } from '../model/backoff.js';
import { readBlock } from '../model/block.js';
import type { Change } from '../model/change.js';
import type { Tally } from '../model/stats.js';
import type { AlertStream, StreamEntry } from '../redis/alert-stream.js';
import type { BlockEntry, MainNode, NodeLog } from '../redis/node-log.js';
import { decodeCheckpoint } from '../store/checkpoint.js';
import { ShownState } from '../store/shown-state.js';
import { MainNodeSteps } from './older-steps.js';

/** A read that nothing comes for ends by then, well before the client takes its connection for dead. */
const READ_WAIT_MS = 1000;
const LOOK_MS = 500;
/** Alert steps read at once. */
const STEPS_AT_ONCE = 1000;
/** Ids of entries that tell of steps which nobody has any more (deliver/message.ts). */
const GAP = 'gap_';
/** Beyond this what we show is called stale, s. */
const STALE_S = 5;
const BACKOFF: Backoff = { firstMs: 100, lastMs: 2000 };

/** Each on a connection of its own: a read that waits holds up everything behind it. */
export interface ReplicaSources {
  /** For short questions. */
  node: NodeLog;
  blocks: NodeLog;
  alerts: AlertStream;
}

export interface ReplicaOptions {
  /** That of all nodes: older alerts are asked for with it. */
  adminKey: string;
  /** So many steps of alerts are kept in memory, for who comes back. */
  alertSteps?: number;
}

/** Who wants to know what came. */
export interface ReplicaListener {
  /** Numbers of vehicles whose row in the fleet changed. */
  moved(vehicleNos: ReadonlySet<number>): void;
  changed(change: Change): void;
}

/** Why there is no replica yet, or no more; it is to be tried anew. */
export class ReplicaError extends Error {
  readonly code = 'replica';
}

/** Part `alerts` of a state: what is open although the stream of alerts may begin after it was raised. */
export function alertsPart(feed: AlertFeed): Buffer {
  const open = [...feed.alerts()].filter(({ clearedAt }) => clearedAt === null);
  return Buffer.from(JSON.stringify({ epoch: feed.epoch, alertNumber: feed.last, open } satisfies EngineReady));
}

/**
 * What a node without a log of its own shows: the main node's state, taken once and followed from there, and its alert log as
 * far as Redis has it, with the same epoch and numbers. While Redis or the main node is away it stays as it is.
 */
export class Replica {
  readonly alerts: AlertFeed;
  #older: MainNodeSteps | null = null;
  /** When nothing was missing last, by the monotonic clock. */
  #levelAt = performance.now();
  /** null while it says nothing. */
  #main: MainNode | null = null;
  /** Where it was when it spoke last, and how far back its alert log went. */
  #lastMain: Pick<MainNode, 'url' | 'alertOldest'>;
  /** What keeps us from following, by what is followed. */
  readonly #failures = new Map<keyof ReplicaSources, string>();
  #stopped = false;

  private constructor(
    readonly sources: ReplicaSources,
    /** The log that is followed, and the generation of its alert log. */
    readonly followed: Pick<MainNode, 'log' | 'epoch'>,
    readonly shown: ShownState,
    lastMain: MainNode,
    readonly options: ReplicaOptions,
  ) {
    this.#lastMain = lastMain;
    this.alerts = new AlertFeed(options.alertSteps);
  }

  /** Rejects with ReplicaError where something is not there yet, and as Redis does. */
  static async take(sources: ReplicaSources, options: ReplicaOptions): Promise<Replica> {
    // It may be away just now: what it left is shown until it comes back.
    const main = await sources.node.lastMain();
    if (!main) throw new ReplicaError('no main node has announced itself in this Redis');
    const stored = await sources.node.state(main.log);
    const checkpoint = stored && decodeCheckpoint(stored.bytes);
    if (!checkpoint) throw new ReplicaError(`the main node ${main.url} has not put its state there yet`);
    const replica = new Replica(sources, main, ShownState.from('', checkpoint), main, options);
    replica.#main = await sources.node.main();
    await replica.#takeAlerts(JSON.parse(checkpoint.parts.alerts.toString()), main);
    await replica.#takeBlocks();
    return replica;
  }

  /** Where the main node's API is, and whether it says in Redis that it is there: one that cannot write there may be, too. */
  get mainNode(): { url: string; heard: boolean } {
    return { url: this.#lastMain.url, heard: this.#main !== null };
  }

  get lagSeconds(): number {
    return (performance.now() - this.#levelAt) / 1000;
  }

  /** Pages of older alerts that the main node was asked for, by what came of it. */
  get olderPages(): Tally {
    return this.#older?.pages ?? {};
  }

  state(): { state: 'level' | 'stale'; lagSeconds: number; detail?: string } {
    const { lagSeconds } = this;
    const [failure] = this.#failures.values();
    const detail = failure ?? (this.#main ? undefined : 'the main node is away, or cannot write to Redis');
    return { state: lagSeconds > STALE_S ? 'stale' : 'level', lagSeconds, detail };
  }

  /** Follows until it is stopped. Rejects with ReplicaError where it has lost the thread: another one is to be taken. */
  async follow(listener: ReplicaListener): Promise<void> {
    const loops = [this.#followBlocks(listener), this.#followAlerts(), this.#followMain()];
    try {
      await Promise.all(loops);
    } finally {
      this.#stopped = true;
      await Promise.allSettled(loops);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** All of the alert log that Redis has, and what was `open` when the state was put there. */
  async #takeAlerts({ epoch, alertNumber, open }: EngineReady, main: MainNode): Promise<void> {
    if (epoch !== main.epoch)
      throw new ReplicaError('the state is of another alert log; the main node will put a new one');
    const entries = await this.#allSteps(epoch);
    // Behind the last hole, if there is any: nobody can go on from before it.
    const hole = entries.findLastIndex(
      ({ number, id }, i) => id.startsWith(GAP) || number !== entries[i - 1]?.number + 1,
    );
    const kept = entries.slice(entries[hole]?.id.startsWith(GAP) ? hole + 1 : Math.max(hole, 0));
    const begin = kept.length > 0 ? kept[0].number - 1 : (entries.at(-1)?.number ?? 0);
    const end = entries.at(-1)?.number ?? 0;
    const whole = begin <= alertNumber && end >= alertNumber;
    const older = new MainNodeSteps({ epoch, main: () => this.#lastMain, adminKey: this.options.adminKey });
    this.#older = older;
    // Where the main node has nothing older either, there is nothing to wait for.
    if (!whole && (begin > alertNumber ? older.oldest > alertNumber : alertNumber > main.alertOldest)) {
      throw new ReplicaError('the alert log in Redis does not go on from where the state is');
    }
    this.alerts.begin({ epoch, alertNumber: whole ? begin : alertNumber, open }, older);
    // More alerts have come since the state than Redis keeps: without those between nobody knows what is open.
    while (this.alerts.last < begin) {
      const steps = await older.read(this.alerts.last, STEPS_AT_ONCE);
      this.alerts.push(steps.filter(({ number }) => number <= begin));
    }
    if (end >= alertNumber) this.#push(kept);
  }

  /** What has come since the state, so that nobody is shown an old one. */
  async #takeBlocks(): Promise<void> {
    const nobody = { moved() {}, changed() {} };
    for (;;) {
      const entries = await this.sources.blocks.read(this.followed.log, this.shown.seq, 1);
      if (entries.length === 0) return;
      for (const entry of entries) this.#apply(entry, nobody);
    }
  }

  async #allSteps(epoch: string): Promise<StreamEntry[]> {
    const entries: StreamEntry[] = [];
    for (;;) {
      const more = await this.sources.alerts.read(epoch, entries.at(-1)?.number ?? 0, STEPS_AT_ONCE, 0);
      if (more.length === 0) return entries;
      entries.push(...more);
    }
  }

  #followBlocks(listener: ReplicaListener): Promise<void> {
    const { blocks } = this.sources;
    return this.#again('blocks', async () => {
      for (const entry of await blocks.read(this.followed.log, this.shown.seq, READ_WAIT_MS))
        this.#apply(entry, listener);
    });
  }

  #followAlerts(): Promise<void> {
    const { alerts } = this.sources;
    return this.#again('alerts', async () => {
      this.#push(await alerts.read(this.followed.epoch, this.alerts.last, STEPS_AT_ONCE, READ_WAIT_MS));
    });
  }

  #followMain(): Promise<void> {
    const { log, epoch } = this.followed;
    return this.#again('node', async () => {
      const main = await this.sources.node.main();
      if (main && (main.log !== log || main.epoch !== epoch)) {
        throw new ReplicaError(`${main.url} is the main node now, with another log`);
      }
      this.#main = main;
      if (main) this.#lastMain = main;
      if (main && this.shown.seq >= main.seq && this.alerts.last >= main.alertNumber) this.#levelAt = performance.now();
      await pause(LOOK_MS);
    });
  }

  /** Does it again and again; what fails for Redis's sake is tried again later. */
  async #again(what: keyof ReplicaSources, work: () => Promise<void>): Promise<void> {
    for (let failures = 0; !this.#stopped; ) {
      try {
        await work();
        failures = 0;
        this.#failures.delete(what);
      } catch (error) {
        if (error instanceof ReplicaError) throw error;
        this.#failures.set(what, this.sources[what].explain(error));
        await pause(backoffWait(BACKOFF, Math.min(failures++, 10)));
      }
    }
  }

  #apply({ after, blocks }: BlockEntry, listener: ReplicaListener): void {
    const { shown } = this;
    if (after > shown.seq) throw new ReplicaError(`records ${shown.seq + 1} to ${after} are not in Redis any more`);
    // Its columns are read in place, and so must lie at multiples of 8.
    const bytes = Buffer.allocUnsafeSlow(blocks.length);
    blocks.copy(bytes);
    const moved = new Set<number>();
    for (let at = 0; at < bytes.length; ) {
      const block = readBlock(bytes, at);
      if (typeof block === 'string') throw new ReplicaError(`what follows record ${shown.seq} is damaged in Redis`);
      at += block.bytes.length;
      if (block.firstSeq + block.count - 1 <= shown.seq) continue;
      const change = shown.follow(block, (no) => moved.add(no));
      if (change) listener.changed(change);
    }
    if (moved.size > 0) listener.moved(moved);
  }

  #push(entries: readonly StreamEntry[]): void {
    const steps: AlertTransition[] = [];
    const texts: string[] = [];
    let { last } = this.alerts;
    for (const entry of entries) {
      const { transition, alert } = JSON.parse(entry.text);
      if (entry.id.startsWith(GAP) || entry.number !== last + 1) {
        throw new ReplicaError(`alert steps ${last + 1} to ${entry.number} are not in Redis`);
      }
      last = entry.number;
      texts.push(untypedStep(entry.text));
      steps.push({ inputSeq: 0, ...JSON.parse(entry.rest), number: last, transition, alert });
    }
    this.alerts.push(steps, texts);
  }
}
