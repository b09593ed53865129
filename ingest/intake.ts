import type { Fleet } from '../model/fleet.js';
import { Position } from '../model/position.js';
import type { RejectReason } from '../model/reject.js';
import { SOURCE_NAMES } from '../model/source.js';
import type { LiveStats } from '../model/stats.js';
import type { IngestStats } from './ingest-stats.js';
import type { Quarantine } from './quarantine.js';
import { toWgs84 } from './to-wgs84.js';
import { Verdict, type VerdictPolicy } from './verdict.js';

/** The side of the spool that the intake needs. */
export interface FixLog {
  /** False while `addFix` refuses. */
  readonly accepting: boolean;
  /** Fixes in the log, durable, since it began. */
  readonly fixesAccepted: number;
  addFix(p: Position): boolean;
  onCommit(fn: () => void): void;
  onDrain(fn: () => void): void;
}

/** Who gave a fix, for the quarantine. */
export interface Origin {
  /** Terminal number, vehicle id or platform, as far as it is known. */
  readonly peer: string | null;
  readonly address: string | null;
  /** The bytes that the fix was read from. */
  readonly bytes: Uint8Array;
}

/** Fixes kept while the log has no room: what was already read when the callers were told to stop. */
const OVERFLOW_FIXES = 50_000;

export interface IntakeOptions {
  log: FixLog;
  /** The newest fix of each vehicle as appended, durable or not; restored from the log before the first fix. */
  head: Fleet;
  policy: VerdictPolicy;
  stats: IngestStats;
  quarantine: Quarantine;
  /** The frame of each fix goes into the log with it. */
  keepRaw?: boolean;
}

/**
 * Where every fix enters, whatever it came by: judged, counted, appended to the log. At every instant
 *
 *   received = accepted (durable) + pending + Σ rejected
 *
 * Fixes are durable in the order they were taken, so a caller that remembers `taken` after giving its fixes may
 * acknowledge them as soon as `durable` has reached that number.
 */
export class Intake {
  /** Fixes taken since the process started. */
  taken = 0;
  readonly #log: FixLog;
  readonly #head: Fleet;
  readonly #verdict: Verdict;
  readonly #stats: IngestStats;
  readonly #quarantine: Quarantine;
  readonly #keepRaw: boolean;
  readonly #acceptedBefore: number;
  #durable = 0;
  #overflow: Position[] = [];
  readonly #onDurable: (() => void)[] = [];
  readonly #onRoom: (() => void)[] = [];
  #waiting: { ticket: number; resolve: () => void }[] = [];

  constructor({ log, head, policy, stats, quarantine, keepRaw = false }: IntakeOptions) {
    this.#log = log;
    this.#head = head;
    this.#verdict = new Verdict(policy);
    this.#stats = stats;
    this.#quarantine = quarantine;
    this.#keepRaw = keepRaw;
    this.#acceptedBefore = log.fixesAccepted;
    log.onCommit(() => this.#committed());
    log.onDrain(() => this.#drained());
  }

  /** Of the fixes taken, how many are on disk at the acknowledgement level. */
  get durable(): number {
    return this.#durable;
  }

  /** True while callers must not read more input. A fix that is already in hand may still be given. */
  get full(): boolean {
    return this.#overflow.length > 0 || !this.#log.accepting;
  }

  /** Called when more has become durable. */
  onDurable(fn: () => void): void {
    this.#onDurable.push(fn);
  }

  /** Called when `full` has ended. */
  onRoom(fn: () => void): void {
    this.#onRoom.push(fn);
  }

  /** Resolves once every fix taken so far is durable. */
  whenDurable(): Promise<void> {
    if (this.#durable >= this.taken) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ ticket: this.taken, resolve }));
  }

  /**
   * Takes a fix that has its `vehicleNo`, `source` and `receivedTime`, in the datum that its flags name: null. Otherwise the reason why it was refused,
   * counted and kept in quarantine; or `full`, where it was neither taken nor counted, because its giver ignored `full`
   * for too long. Its `items` may be borrowed; everything else is the intake's from now on.
   */
  accept(p: Position, origin: Origin): RejectReason | 'full' | null {
    if (this.#overflow.length >= OVERFLOW_FIXES) return 'full';
    toWgs84(p);
    const refusal = this.#verdict.judge(p, this.#head);
    if (refusal !== null) {
      this.refuse(p, refusal, origin, '');
      return refusal;
    }
    this.#stats.fixesReceived++;
    this.#stats.fixesBySource[p.source]++;
    this.#head.apply(p);
    this.taken++;
    if (this.#keepRaw) p.raw = origin.bytes;
    if (this.#overflow.length > 0 || !this.#log.addFix(p)) {
      if (p.items !== null) p.items = Uint8Array.from(p.items);
      if (p.raw !== null) p.raw = Uint8Array.from(p.raw);
      this.#overflow.push(p);
    }
    return null;
  }

  /** Why `accept` would refuse the fix just now; it is neither taken nor counted, and stays as it is. */
  objection(p: Position): RejectReason | null {
    const copy = Object.assign(new Position(), p);
    toWgs84(copy);
    return this.#verdict.judge(copy, this.#head);
  }

  /** Counts a fix as received and refused. `detail` says more than the fix itself does. */
  refuse(p: Position, reason: RejectReason, origin: Origin, detail: string): void {
    this.#stats.fixesReceived++;
    this.#stats.fixesBySource[p.source]++;
    this.#stats.rejectFix(reason);
    if (!this.#quarantine.wants(reason, p.receivedTime)) return;
    this.#quarantine.add({
      at: p.receivedTime,
      reason,
      detail: detail || describeFix(p),
      source: SOURCE_NAMES[p.source],
      peer: origin.peer,
      address: origin.address,
      bytes: origin.bytes,
    });
  }

  counts(): LiveStats['fixes'] {
    return {
      received: this.#stats.fixesReceived,
      accepted: this.#durable,
      pending: this.taken - this.#durable,
      rejected: { ...this.#stats.fixesRejected },
      bySource: this.#stats.bySource(),
    };
  }

  #committed(): void {
    const durable = this.#log.fixesAccepted - this.#acceptedBefore;
    if (durable === this.#durable) return;
    this.#durable = durable;
    for (const fn of this.#onDurable) fn();
    while (this.#waiting.length > 0 && this.#waiting[0].ticket <= durable) this.#waiting.shift()?.resolve();
  }

  #drained(): void {
    let moved = 0;
    while (moved < this.#overflow.length && this.#log.addFix(this.#overflow[moved])) moved++;
    if (moved > 0) this.#overflow = this.#overflow.slice(moved);
    if (!this.full) for (const fn of this.#onRoom) fn();
  }
}

function describeFix(p: Position): string {
  const time = Number.isFinite(p.fixTime) ? new Date(p.fixTime).toISOString() : 'no time';
  return `${time}, longitude ${p.lon}, latitude ${p.lat}`;
}
