import { Worker } from 'node:worker_threads';
import type { AuditSource, HistorySource, WhyNotFound } from '../api/deps.js';
import { Slots } from '../api/http/slots.js';
import { KIND_FIXES, sealBlock } from '../model/block.js';
import type { Catalog, CatalogSnapshot } from '../model/catalog.js';
import { FixBatchBuilder } from '../model/fix-batch.js';
import type { Fixes } from '../model/fixes.js';
import type { PastRead, RehearsalResult, RehearsalRules, RehearsalWindow } from '../model/rehearsal.js';
import type { RuleDefinition } from '../model/rule.js';
import { jsonListInTurns } from '../store/json-in-turns.js';
import { asItWas, PastForms } from './past-forms.js';
import type { RehearsalAnswer, RehearsalOrder, RehearsalTask } from './rehearsal-worker.js';

/** Fixes that are judged in one rehearsal: about 100 MB while it lasts. */
const MAX_FIXES = 500_000;
/** Fixes that are read for one why-not: eleven days of one each ten seconds, and 26 hours of one each second. */
const MAX_LOOK_BACK = 100_000;
/** A rule knows nothing of before it was put in force, but the fix before its first one. */
const BEFORE_RULE_MS = 26 * 3_600_000;
/** Threads at once; who comes then waits for one, this long at most, in a line of this many. */
const ROOM = { atOnce: 2, waiting: 20, waitMs: 60_000 };

type Post = (order: RehearsalOrder) => void;
type TrackSource = Pick<HistorySource, 'track' | 'before'>;

/** Judges stored fixes again, with the code that judges live ones, in a thread of its own. */
export class Rehearsals {
  readonly #slots: Slots;
  readonly #past: PastForms;

  constructor(
    private readonly parts: { catalog: () => Catalog; history: TrackSource; audit: AuditSource },
    private readonly worker = new URL('./rehearsal-worker.js', import.meta.url),
    room: Partial<typeof ROOM> = {},
  ) {
    const { atOnce, waiting, waitMs } = { ...ROOM, ...room };
    this.#slots = new Slots(atOnce, waiting, waitMs);
    this.#past = new PastForms(parts.audit);
  }

  /**
   * What the rule finds in the window, and what the one in force does. Rejects with DatabaseAwayError where history is away, and with
   * the ApiError 'busy' where too many are under way; so does `whyNot`.
   */
  rehearse({ rule, inForce }: RehearsalRules, window: RehearsalWindow): Promise<RehearsalResult> {
    return this.#inTurn(async () => {
      const rules: RuleDefinition[] = inForce ? [rule, inForce] : [rule];
      const task = { ...(await this.#groundOf(window.vehicles)), rules, to: window.to, whyNot: null };
      const { answer, fed: cut } = await this.#run(task, (post) => this.#feed(window, post));
      const [alerts, before] = answer.alerts;
      return { vehicles: window.vehicles.length, fixes: answer.fixes, cut, alerts, inForce: before ?? null };
    });
  }

  /**
   * What the rule, as it was then, has to say of the vehicle at the time, epoch ms; from its fixes as far back as they are stored, or as the rule
   * was in force, up to a bound. Null where there is no such rule. Other vehicles are not looked at.
   */
  whyNot(vehicleNo: number, ruleId: string, time: number): Promise<WhyNotFound | null> {
    return this.#inTurn(async () => {
      const catalog = this.parts.catalog();
      const vehicle = catalog.vehicles.get(vehicleNo);
      const past = vehicle && (await this.#past.at(ruleId, time, catalog));
      if (!past) return null;
      const { catalog: today, roads } = await this.#groundOf([vehicleNo]);
      const since = past.rule && past.rule.updatedAt <= time ? past.rule.updatedAt : null;
      const whyNot = { vehicleId: vehicle.id, ruleId, since };
      const task = { catalog: asItWas(today, past), roads, rules: [past.rule], to: time, whyNot };
      const from = since === null ? 0 : since - BEFORE_RULE_MS;
      const { answer, fed: read } = await this.#run(task, (post) => this.#feedBack(vehicleNo, from, time + 1, post));
      return answer.whyNot && { rules: answer.whyNot, read, forms: past.forms };
    });
  }

  /** `feed`: gives the thread its fixes, and says of them what `fed` is. */
  async #run<T>(task: RehearsalTask, feed: (post: Post) => Promise<T>): Promise<{ answer: RehearsalAnswer; fed: T }> {
    const worker = new Worker(this.worker, { workerData: task, name: 'rehearsal' });
    const answer = new Promise<RehearsalAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the rehearsal ended without an answer')));
    });
    answer.catch(() => {}); // told to whoever awaits it below
    try {
      const fed = await feed((order) => worker.postMessage(order));
      return { answer: await answer, fed };
    } finally {
      await worker.terminate();
    }
  }

  /** True where the window holds more fixes than are judged. */
  async #feed({ vehicles, from, to }: RehearsalWindow, post: Post): Promise<boolean> {
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

  /** The vehicle's newest fixes with from ≤ fixTime < to, epoch ms. */
  async #feedBack(vehicleNo: number, from: number, to: number, post: Post): Promise<PastRead> {
    const found = await this.parts.history.before(vehicleNo, to, from, MAX_LOOK_BACK + 1);
    const fixes = Math.min(found.length, MAX_LOOK_BACK);
    let oldest: number | null = null;
    let left = fixes;
    for (const { fixTime } of found) if (left-- > 0) oldest = fixTime;
    post({ type: 'fixes', blocks: blocksOf(found, fixes) });
    post({ type: 'end' });
    return { from: oldest, fixes, complete: found.length <= MAX_LOOK_BACK };
  }

  /** The catalog with these vehicles only, and the roads: what is sent to the thread. */
  async #groundOf(vehicles: readonly number[]): Promise<{ catalog: CatalogSnapshot; roads: Uint8Array }> {
    const catalog = this.parts.catalog();
    const roads = catalog.roads.snapshotBy(jsonListInTurns);
    const found = vehicles.flatMap((no) => catalog.vehicles.get(no) ?? []);
    const snapshot = { ...catalog.snapshot(), vehicles: found, terminals: [], rules: [] };
    return { catalog: snapshot, roads: await roads };
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
