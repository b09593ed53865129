import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Catalog } from '../model/catalog.js';
import { type Datum, datumFlags, usualDatum } from '../model/datum.js';
import { BACKFILLED, type Position } from '../model/position.js';
import type { QuarantineEntry, QuarantineGroup, RerunResult } from '../model/quarantine.js';
import { quirksInForce } from '../model/quirks.js';
import { sourceNumber } from '../model/source.js';
import type { Protocol } from '../protocols/protocol.js';
import type { Intake } from './intake.js';
import type { Quarantine } from './quarantine.js';
import { fingerprint, groupEntries } from './quarantine-groups.js';
import type { ReceiveClock } from './receive-clock.js';
import { TrialSink } from './trial-sink.js';

export interface RerunOptions {
  quarantine: Quarantine;
  protocols: readonly Protocol[];
  catalog: Catalog;
  /** What coordinates of a protocol refer to where it is not WGS-84, by its name. */
  datums?: Readonly<Record<string, Datum>>;
  intake: Intake;
  clock: Pick<ReceiveClock, 'now'>;
  /** Gets a line for each call that changed something. */
  log: (facts: Record<string, unknown>, message: string) => void;
}

/** Which entries: those with these numbers, or all of a group. */
export type RerunWanted = { numbers: readonly number[] } | { group: string };

/** Entries decoded between two turns of the event loop. */
const PER_TURN = 50;

/**
 * What kept frames give today: after the decoder was mended, or a terminal's quirks were set. What they gave when they
 * came has been counted then, and stays so; fixes that are put in now enter like any others.
 */
export class Rerun {
  readonly #options: RerunOptions;
  /** Entries whose fixes are in the log; no longer than the quarantine itself. */
  readonly #applied = new Set<number>();

  constructor(options: RerunOptions) {
    this.#options = options;
  }

  groups(): QuarantineGroup[] {
    return groupEntries(this.#options.quarantine.all(), this.#context);
  }

  /**
   * One result per entry, oldest first; numbers that are not kept any more have none. With `apply` the fixes that decode
   * enter as backfilled data (补报) of the terminal that the frame names, and the promise waits until they are durable.
   * `by`: who asked for it.
   */
  async run(wanted: RerunWanted, apply: boolean, by: string): Promise<RerunResult[]> {
    const { quarantine, intake, log } = this.#options;
    this.#forgetGone();
    const entries = quarantine
      .all()
      .filter(
        'numbers' in wanted
          ? ({ number }) => wanted.numbers.includes(number)
          : (entry) => fingerprint(entry, this.#context).key === wanted.group,
      );
    const results: RerunResult[] = [];
    for (const entry of entries) {
      if (results.length > 0 && results.length % PER_TURN === 0) await nextTurn();
      results.push(this.#entry(entry, apply));
    }
    await intake.whenDurable();
    const applied = results.filter(({ outcome }) => outcome === 'applied');
    if (applied.length > 0) {
      const fixes = applied.reduce((sum, result) => sum + result.fixes, 0);
      const vehicles = [...new Set(applied.map(({ vehicleId }) => vehicleId))];
      const numbers = applied.map(({ number }) => number);
      log({ by, numbers, vehicles, fixes }, `quarantine: ${fixes} fixes of ${applied.length} frames put in late`);
    }
    return results;
  }

  get #context() {
    const { protocols, catalog } = this.#options;
    return { protocols, terminals: catalog.terminals };
  }

  #entry(entry: QuarantineEntry, apply: boolean): RerunResult {
    const { protocols, catalog } = this.#options;
    const protocol = protocols.find(({ name }) => name === entry.source);
    const head = protocol?.tools?.head(Buffer.from(entry.bytes)) ?? null;
    const terminal = head?.terminal ?? entry.peer;
    const vehicle = terminal === null ? undefined : catalog.vehicleByTerminal(entry.source, terminal);
    const result: RerunResult = {
      number: entry.number,
      outcome: 'rejected',
      before: entry.reason,
      reason: null,
      detail: '',
      messageId: head?.messageId ?? null,
      terminal,
      vehicleId: vehicle?.id ?? null,
      fixes: 0,
    };
    if (protocol?.tools === undefined) return { ...result, outcome: 'no-frame' };
    if (entry.length > entry.bytes.length) return { ...result, outcome: 'cut-off' };
    if (this.#applied.has(entry.number)) return { ...result, outcome: 'applied-before' };

    const quirksOf = (number: string) =>
      quirksInForce(catalog, protocol.quirks, { protocol: protocol.name, number }).names;
    const wire = protocol.tools.onTheWire(Buffer.from(entry.bytes));
    const { positions, rejected, part } = trial(protocol, wire, new TrialSink(quirksOf));
    result.fixes = positions.length;
    if (rejected !== null) return { ...result, ...rejected };
    if (part) return { ...result, outcome: 'part' };
    if (positions.length === 0) return { ...result, outcome: 'decodes' };
    if (vehicle === undefined) return { ...result, outcome: 'unknown-terminal' };
    for (const p of positions) {
      p.source = sourceNumber(protocol.name);
      p.receivedTime = this.#options.clock.now();
      p.vehicleNo = vehicle.no;
      p.flags |= BACKFILLED | datumFlags(usualDatum(protocol, vehicle, this.#options.datums?.[protocol.name]));
    }
    return { ...result, ...this.#judge(entry, positions, apply) };
  }

  /** All fixes of a frame or none: a frame is either mended or not. */
  #judge(
    entry: QuarantineEntry,
    positions: Position[],
    apply: boolean,
  ): Pick<RerunResult, 'outcome'> & Partial<Pick<RerunResult, 'reason'>> {
    const { intake } = this.#options;
    for (const p of positions) {
      const reason = intake.objection(p);
      if (reason !== null) return { outcome: 'rejected', reason };
    }
    if (!apply) return { outcome: 'decodes' };
    if (intake.full) return { outcome: 'full' };
    // Taken from here on: what the intake says of the second fix may depend on the first, but it refuses none.
    for (const p of positions) intake.accept(p, entry);
    this.#applied.add(entry.number);
    return { outcome: 'applied' };
  }

  #forgetGone(): void {
    const oldest = this.#options.quarantine.all()[0]?.number ?? Infinity;
    for (const number of this.#applied) if (number < oldest) this.#applied.delete(number);
  }
}

/** What a conversation that has heard nothing before makes of the bytes. */
function trial(
  protocol: Protocol,
  bytes: Buffer,
  sink: TrialSink,
): Pick<TrialSink, 'positions' | 'rejected'> & { part: boolean } {
  try {
    const conversation = protocol.open(sink);
    conversation.receive(bytes);
    const { positions, rejected } = sink;
    const part = conversation.held > 0;
    conversation.close(); // rejects the part that it holds: that is no news
    return { positions, rejected, part };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { positions: [], rejected: { reason: 'decoder-bug', detail }, part: false };
  }
}
