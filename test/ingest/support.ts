import { IngestStats } from '../../ingest/ingest-stats.js';
import { type FixLog, Intake, type Origin } from '../../ingest/intake.js';
import { Quarantine } from '../../ingest/quarantine.js';
import type { VerdictPolicy } from '../../ingest/verdict.js';
import { Catalog } from '../../model/catalog.js';
import { Fleet } from '../../model/fleet.js';
import { LOCATED, Position } from '../../model/position.js';
import { Registry } from '../../store/registry.js';

/** A log in memory that commits and refuses when told to. */
export class FakeLog implements FixLog {
  accepting = true;
  fixesAccepted = 0;
  readonly fixes: Position[] = [];
  readonly changes: unknown[] = [];
  readonly #commit: (() => void)[] = [];
  readonly #drain: (() => void)[] = [];
  #waiters: (() => void)[] = [];

  addFix(p: Position): boolean {
    if (!this.accepting) return false;
    this.fixes.push(p);
    return true;
  }
  addChange(change: unknown): void {
    this.changes.push(change);
  }
  whenAccepted(fn: () => void): void {
    this.#waiters.push(fn);
  }
  onCommit(fn: () => void): void {
    this.#commit.push(fn);
  }
  onDrain(fn: () => void): void {
    this.#drain.push(fn);
  }
  /** Makes durable what was added, or only the next `n` fixes. */
  commit(n = this.fixes.length - this.fixesAccepted): void {
    this.fixesAccepted += n;
    for (const fn of this.#commit) fn();
    for (const fn of this.#waiters.splice(0)) fn();
  }
  drain(): void {
    this.accepting = true;
    for (const fn of this.#drain) fn();
  }
}

export const NOW = Date.UTC(2026, 2, 1, 4, 0, 0);
export const LIVE: VerdictPolicy = { time: 'live', retentionMs: 180 * 86_400_000, region: null };
export const SOMEBODY: Origin = { peer: '13800000001', address: '192.0.2.1', bytes: Buffer.from('0200', 'hex') };

/** A good fix of vehicle 1, made and received at NOW. */
export function fix(over: Partial<Position> = {}): Position {
  const p = new Position();
  const good = { lon: 120.3, lat: 31.5, speedKmh: 40, headingDeg: 90, fixTime: NOW, receivedTime: NOW };
  return Object.assign(p, { flags: LOCATED, vehicleNo: 1, source: 1 }, good, over);
}

export function makeIntake(policy: VerdictPolicy = LIVE, log = new FakeLog(), keepRaw = false) {
  const head = new Fleet();
  const stats = new IngestStats();
  const quarantine = new Quarantine();
  const catalog = new Catalog();
  const registry = new Registry(catalog, log, () => NOW);
  const intake = new Intake({ log, head, policy, stats, quarantine, keepRaw });
  return { log, head, stats, quarantine, catalog, registry, intake };
}

/** received = accepted + pending + Σ rejected, which holds at every instant. */
export function sumsUp(intake: Intake): boolean {
  const { received, accepted, pending, rejected, bySource } = intake.counts();
  const sum = (tally: Record<string, number>) => Object.values(tally).reduce((a, b) => a + b, 0);
  return received === accepted + pending + sum(rejected) && received === sum(bySource) && pending >= 0;
}
