import type { WhyNot } from '../alerts/judging/why-not.js';
import { Engine } from '../engine.js';
import {
  allocBlock,
  BLOCK_HEADER_BYTES,
  type Block,
  closeBlock,
  KIND_CHANGE,
  KIND_FIXES,
  readBlock,
} from '../model/block.js';
import type { CatalogSnapshot } from '../model/catalog.js';
import type { Change } from '../model/change.js';
import { FixBatch, FixBatchBuilder } from '../model/fix-batch.js';
import { Position } from '../model/position.js';
import { LATE, NOT_NEWS, OUT_OF_ORDER, VERY_LATE } from '../model/quality.js';
import type { RehearsedAlert } from '../model/rehearsal.js';
import type { RuleDefinition } from '../model/rule.js';

/** In hindsight a fix that came late is in its place. */
const HINDSIGHT = LATE | VERY_LATE | OUT_OF_ORDER;
const TICK_MS = 60_000;

type Fact = Change extends infer C ? (C extends Change ? Omit<C, 'revision' | 'at'> : never) : never;

/** An engine of its own that is told a catalog, one rule, and stored fixes in the order of their times. */
export class RehearsalRun {
  readonly #engine = new Engine();
  readonly #alerts = new Map<string, RehearsedAlert>();
  #seq = 0;
  #fixes = 0;
  #revision = 0;
  /** Not in force before a time that has not come. */
  #later: { rule: RuleDefinition; since: number } | null = null;

  /**
   * `roads`: `RoadBook.snapshot`. `rule` null: the fences and limits of the catalog are asked instead. `since`: it is put in force then, epoch ms;
   * null: before the first fix.
   */
  constructor(catalog: CatalogSnapshot, roads: Uint8Array, rule: RuleDefinition | null, since: number | null = null) {
    const { settings } = catalog;
    this.#tell({ type: 'settings-put', settings: rule ? { ...settings, speedLimits: {} } : settings });
    for (const vehicle of catalog.vehicles) this.#tell({ type: 'vehicle-put', vehicle });
    for (const fence of catalog.fences) {
      const properties = rule ? { ...fence.properties, rules: [] } : fence.properties;
      this.#tell({ type: 'fence-put', fence: { ...fence, properties } });
    }
    this.#tell({ type: 'roads-put', roads: JSON.parse(Buffer.from(roads).toString()) });
    for (const weather of catalog.weather ?? []) this.#tell({ type: 'weather-put', weather });
    if (rule && since !== null) this.#later = { rule, since };
    else if (rule) this.#tell({ type: 'rule-put', rule });
  }

  /** `fixes` by time; with time itself passing between them, and until `to` (epoch ms). */
  run(fixes: readonly Position[], to: number): void {
    const batch = new FixBatchBuilder();
    let now = fixes[0]?.fixTime ?? to;
    const passTo = (time: number) => {
      if (this.#later && this.#later.since <= time) {
        this.#flush(batch);
        this.#putInForce();
      }
      while (time - now >= TICK_MS) {
        now += TICK_MS;
        this.#flush(batch);
        this.#tell({ type: 'tick', time: now });
      }
      now = Math.max(now, time);
    };
    for (const p of fixes) {
      passTo(p.fixTime);
      p.quality &= ~HINDSIGHT;
      if (!batch.add(p)) {
        this.#flush(batch);
        batch.add(p);
      }
    }
    passTo(to);
    this.#flush(batch);
  }

  alerts(): RehearsedAlert[] {
    return [...this.#alerts.values()];
  }

  /**
   * What the rule says of the vehicle when it is `to`, epoch ms, after `fixes` of its own, by time: of the newest that counts, as it meets
   * it, of those since the rule was put in force. Null where the vehicle or the rule is not known.
   */
  whyNot(fixes: readonly Position[], to: number, vehicleId: string, ruleId: string): WhyNot[] | null {
    const since = this.#later?.since ?? -Infinity;
    const newest = fixes.findLastIndex(
      ({ quality, fixTime }) => fixTime >= since && (quality & ~HINDSIGHT & NOT_NEWS) === 0,
    );
    const before = newest < 0 ? fixes.length : newest;
    this.run(fixes.slice(0, before), fixes[newest]?.fixTime ?? to);
    const answers = this.#engine.whyNot(vehicleId, ruleId, fixes[newest] ?? null);
    this.run(fixes.slice(before), to);
    this.#tell({ type: 'tick', time: to }); // what is due by then has been told
    return answers && this.#engine.whyNotSince(vehicleId, ruleId, answers, to);
  }

  #putInForce(): void {
    if (this.#later) this.#tell({ type: 'rule-put', rule: this.#later.rule });
    this.#later = null;
  }

  #flush(batch: FixBatchBuilder): void {
    const { count } = batch;
    if (count > 0) this.#apply(batch.take(), KIND_FIXES, count);
  }

  #tell(fact: Fact): void {
    const body = Buffer.from(JSON.stringify({ ...fact, revision: ++this.#revision, at: 0 }));
    const bytes = allocBlock(body.length);
    body.copy(bytes, BLOCK_HEADER_BYTES);
    this.#apply(bytes, KIND_CHANGE, 1);
  }

  #apply(bytes: Buffer, kind: typeof KIND_FIXES | typeof KIND_CHANGE, count: number): void {
    this.#engine.apply(
      closeBlock(bytes, { kind, firstSeq: this.#seq + 1, count, fixesBefore: this.#fixes, closedAt: 0 }),
    );
    this.#seq += count;
    if (kind === KIND_FIXES) this.#fixes += count;
    for (const { alert } of this.#engine.take()) {
      const { vehicleId, fenceId, occurredAt, clearedAt, evidence } = alert;
      this.#alerts.set(alert.id, { vehicleId, fenceId, occurredAt, clearedAt, evidence });
    }
  }
}

/** Fixes out of sealed blocks, by time, then by vehicle and the order within a second. */
export function fixesOf(blocks: readonly Uint8Array[]): Position[] {
  const fixes: Position[] = [];
  for (const bytes of blocks) {
    const batch = new FixBatch(readBlock(Buffer.from(bytes), 0) as Block);
    for (let i = 0; i < batch.count; i++) fixes.push(batch.read(i, new Position()));
  }
  return fixes.sort((a, b) => a.fixTime - b.fixTime || a.vehicleNo - b.vehicleNo || a.subSeq - b.subSeq);
}
