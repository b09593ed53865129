import { Worker } from 'node:worker_threads';
import type { WhyNot } from '../alerts/why-not.js';
import { Slots } from '../api/http/slots.js';
import { KIND_FIXES, sealBlock } from '../model/block.js';
import type { Catalog, CatalogSnapshot } from '../model/catalog.js';
import { FixBatchBuilder } from '../model/fix-batch.js';
import type { Fixes } from '../model/fixes.js';
import type { RehearsalResult, RehearsalRules, RehearsalWindow } from '../model/rehearsal.js';
import type { RuleDefinition } from '../model/rule.js';
import type { RehearsalAnswer, RehearsalOrder, RehearsalTask } from './rehearsal-worker.js';

/** Fixes that are judged in one rehearsal: about 100 MB while it lasts. */
const MAX_FIXES = 500_000;
/** Why-not looks so far back: the day that rules of the law count, and some more; of the week that one counts, it sees no more. */
const LOOK_BACK_MS = 26 * 3_600_000;
/** Threads at once; who comes then waits for one, this long at most, in a line of this many. */
const ROOM = { atOnce: 2, waiting: 20, waitMs: 60_000 };

interface TrackSource {
  track(vehicleNo: number, from: number, to: number): AsyncIterable<Fixes>;
}

/** Judges stored fixes again, with the code that judges live ones, in a thread of its own. */
export class Rehearsals {
  readonly #slots: Slots;

  constructor(
    private readonly parts: { catalog: () => Catalog; history: TrackSource },
    private readonly worker = new URL('./rehearsal-worker.js', import.meta.url),
    room: Partial<typeof ROOM> = {},
  ) {
    const { atOnce, waiting, waitMs } = { ...ROOM, ...room };
    this.#slots = new Slots(atOnce, waiting, waitMs);
  }

  /**
   * What the rule finds in the window, and what the one in force does. Rejects with DatabaseAwayError where history is away, and with
   * the ApiError 'busy' where too many are under way; so does `whyNot`.
   */
  rehearse({ rule, inForce }: RehearsalRules, window: RehearsalWindow): Promise<RehearsalResult> {
    return this.#inTurn(async () => {
      const rules: RuleDefinition[] = inForce ? [rule, inForce] : [rule];
      const task = { ...this.#groundOf(window.vehicles), rules, to: window.to, whyNot: null };
      const { answer, cut } = await this.#run(task, window);
      const [alerts, before] = answer.alerts;
      return { vehicles: window.vehicles.length, fixes: answer.fixes, cut, alerts, inForce: before ?? null };
    });
  }

  /** What the rule has to say of the vehicle at the time; null where there is no such rule. Others are not looked at. */
  whyNot(vehicleNo: number, ruleId: string, time: number): Promise<WhyNot[] | null> {
    return this.#inTurn(async () => {
      const catalog = this.parts.catalog();
      const vehicle = catalog.vehicles.get(vehicleNo);
      if (!vehicle) return null;
      const definition = definitionOf(ruleId, catalog.rules);
      const window = { from: time - LOOK_BACK_MS, to: time + 1, vehicles: [vehicleNo] };
      const asked = { vehicleId: vehicle.id, ruleId };
      const task = { ...this.#groundOf([vehicleNo]), rules: [definition], to: time, whyNot: asked };
      return (await this.#run(task, window)).answer.whyNot;
    });
  }

  async #run(task: RehearsalTask, window: RehearsalWindow): Promise<{ answer: RehearsalAnswer; cut: boolean }> {
    const worker = new Worker(this.worker, { workerData: task, name: 'rehearsal' });
    const answer = new Promise<RehearsalAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the rehearsal ended without an answer')));
    });
    answer.catch(() => {}); // told to whoever awaits it below
    try {
      const cut = await this.#feed(window, (order) => worker.postMessage(order));
      return { answer: await answer, cut };
    } finally {
      await worker.terminate();
    }
  }

  /** True where the window holds more fixes than are judged. */
  async #feed({ vehicles, from, to }: RehearsalWindow, post: (order: RehearsalOrder) => void): Promise<boolean> {
    let room = MAX_FIXES;
    for (const vehicleNo of vehicles) {
      for await (const fixes of this.parts.history.track(vehicleNo, from, to)) {
        post({ type: 'fixes', blocks: blocksOf(fixes, room) });
        room -= fixes.length;
        if (room < 0) {
          post({ type: 'end' });
          return true;
        }
      }
    }
    post({ type: 'end' });
    return false;
  }

  /** The catalog with these vehicles only, and the roads: what is sent to the thread. */
  #groundOf(vehicles: readonly number[]): { catalog: CatalogSnapshot; roads: Uint8Array } {
    const catalog = this.parts.catalog();
    const found = vehicles.flatMap((no) => catalog.vehicles.get(no) ?? []);
    const snapshot = { ...catalog.snapshot(), vehicles: found, terminals: [], rules: [] };
    return { catalog: snapshot, roads: catalog.roads.snapshot() };
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const giveBack = await this.#slots.take();
    try {
      return await work();
    } finally {
      giveBack();
    }
  }
}

/** The first `most` of them. */
function blocksOf(fixes: Fixes, most: number): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  const builder = new FixBatchBuilder();
  const take = () => {
    const { count } = builder;
    if (count === 0) return;
    blocks.push(sealBlock(builder.take(), { kind: KIND_FIXES, firstSeq: 1, count, fixesBefore: 0, closedAt: 0 }));
  };
  let left = most;
  for (const p of fixes) {
    if (left-- === 0) break;
    const bare = p.items === null ? p : Object.assign(p, { items: null }); // no rule reads them
    if (builder.add(bare)) continue;
    take();
    builder.add(bare);
  }
  take();
  return blocks;
}

/** `rule:<id>:<fence>` and `rule:<id>` are made of the definition `<id>`; so is `<id>` itself. Ids may have colons. Null: of none. */
function definitionOf(ruleId: string, rules: ReadonlyMap<string, RuleDefinition>): RuleDefinition | null {
  const own = rules.get(ruleId);
  if (own || !ruleId.startsWith(MADE)) return own ?? null;
  for (let end = ruleId.length; end > MADE.length; end = ruleId.lastIndexOf(':', end - 1)) {
    const definition = rules.get(ruleId.slice(MADE.length, end));
    if (definition) return definition;
  }
  return null;
}

const MADE = 'rule:';
