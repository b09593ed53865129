import type { Catalog } from '../model/catalog.js';
import type { Change } from '../model/change.js';
import type { AreaOrder, Command } from '../model/command.js';
import type { CommandBook } from '../model/command-book.js';
import { AREA_KINDS, type AreaKind, type Fence } from '../model/fence.js';
import {
  areaKey,
  areaKindOf,
  belongsOnTerminal,
  type FenceConsistency,
  type HeldArea,
} from '../model/terminal-area.js';
import { type TerminalRef, terminalKey, type Vehicle } from '../model/vehicle.js';
import type { Commanded, FenceSet } from '../protocols/protocol.js';
import type { Registry } from '../store/registry.js';
import type { CommandDesk } from './command-desk.js';
import type { CommandDispatcher } from './commands.js';

export interface TerminalFencesOptions {
  catalog: Catalog;
  registry: Registry;
  book: CommandBook;
  desk: CommandDesk;
  dispatcher: CommandDispatcher;
  protocols: readonly Commanded[];
  /** Commands that one turn may give, and ms from turn to turn: by default 400 a second in all. */
  perTurn?: number;
  turnMs?: number;
  log: (line: string) => void;
}

const PER_TURN = 100;
const TURN_MS = 250;
const TERMINALS_PER_TURN = 1000;
/** Commands about fences that one terminal may have under way: the rest of its window is for people. */
const PER_TERMINAL = 8;
/** Longer than any command of a connection lives: repeats of it end after 330 s. */
const EXPIRES_MS = 600_000;
/** Areas that one question names. */
const IDS_AT_ONCE = 250;
const BY = 'terminal-fences';

/** A fence that a terminal is to hold, or holds. */
interface Fact {
  kind: AreaKind;
  no: number;
  /** Null where the terminal is to hold none under this number. */
  fence: Fence | null;
  area: HeldArea | undefined;
}

/**
 * Keeps fences that are marked `onTerminal` on their terminals in step: compares what the catalog wants with what the
 * terminal has acknowledged (CommandBook.areas), and gives the commands that lie between. Both sides come from the log, so
 * there is nothing here to lose: after a restart each terminal is compared when it logs in.
 *
 * Terminals are compared when they log in, when a fence or their vehicle changes, and when a command about a fence ends.
 * Only connected terminals are told anything; a command that is still queued when its fence changes is withdrawn. A
 * terminal that does not answer is asked once in a connection, one that refuses once for each form of the fence.
 */
export class TerminalFences {
  readonly #o: TerminalFencesOptions;
  readonly #sets: ReadonlyMap<string, FenceSet>;
  /** By terminalKey: to be compared at the next turn, oldest first. */
  readonly #due = new Map<string, TerminalRef>();
  /** By terminalKey, then areaKey: the revision (null: removal) that the terminal was told in this connection. */
  readonly #told = new Map<string, Map<string, number | null>>();
  /** The same keys: areas that a check found missing or different since. */
  readonly #drifted = new Map<string, Map<string, 'missing' | 'different'>>();
  /** Questions that are under way, by id of the command. */
  readonly #checks = new Map<string, AreaKind>();
  /** Fences that the protocol cannot say, and why: the same for every terminal. */
  readonly #unsayable = new WeakMap<Fence, string>();
  /** Fences that are marked, until one changes. */
  #marked: Fence[] | null = null;
  #allDue = false;
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: (() => void)[];

  constructor(options: TerminalFencesOptions) {
    this.#o = options;
    this.#sets = new Map(options.protocols.flatMap(({ name, fences }) => (fences ? [[name, fences]] : [])));
    this.#unsubscribe = [
      options.registry.subscribe((change) => this.#changed(change)),
      options.dispatcher.onConnected((terminal) => {
        this.#told.delete(terminalKey(terminal.protocol, terminal.number));
        this.#mark(terminal);
      }),
      options.dispatcher.subscribe((command) => this.#ended(command)),
    ];
    this.#timer = setInterval(() => this.turn(), options.turnMs ?? TURN_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    for (const stop of this.#unsubscribe) stop();
  }

  /** Fence by fence, for the vehicles given, in their order; `fence`: only this one. */
  *consistency(vehicles: Iterable<Vehicle>, fence?: Fence): Generator<FenceConsistency> {
    for (const vehicle of vehicles) {
      for (const terminal of this.#terminalsOf(vehicle)) {
        const facts = terminal ? this.#facts(vehicle, terminal) : this.#wanted(vehicle);
        for (const [key, fact] of facts) {
          if (!fence || fact.no === fence.no) yield this.#consistency(vehicle, terminal, key, fact);
        }
      }
    }
  }

  /** Asks the vehicle's terminals which areas they have; ids of the commands, none where there is nothing to ask for. */
  async check(vehicle: Vehicle): Promise<string[]> {
    const ids: string[] = [];
    for (const terminal of this.#terminalsOf(vehicle)) {
      const set = terminal && this.#sets.get(terminal.protocol);
      if (!set) continue;
      const facts = [...this.#facts(vehicle, terminal).values()];
      for (const kind of AREA_KINDS) {
        const nos = facts.flatMap((fact) => (fact.kind === kind ? [fact.no] : []));
        for (let i = 0; i < nos.length; i += IDS_AT_ONCE) {
          const { type, params } = set.query(kind, nos.slice(i, i + IDS_AT_ONCE));
          const answer = await this.#give(vehicle, terminal, type, params);
          const outcome = 'outcomes' in answer ? answer.outcomes[0] : undefined;
          if (!outcome || !('command' in outcome)) continue;
          ids.push(outcome.command.id);
          if (outcome.command.endedAt === null) this.#checks.set(outcome.command.id, kind);
        }
      }
    }
    return ids;
  }

  /** Compares the terminals that are due, as far as the rate allows. */
  turn(): void {
    if (!this.#o.registry.log.accepting) return;
    if (this.#allDue) this.#markAll();
    let left = this.#o.perTurn ?? PER_TURN;
    let compared = 0;
    for (const [key, terminal] of [...this.#due]) {
      if (left <= 0 || compared++ >= TERMINALS_PER_TURN) return;
      this.#due.delete(key);
      left -= this.#compare(key, terminal, left);
    }
  }

  // What makes terminals due.

  #changed(change: Change): void {
    if (change.type === 'fence-put' || change.type === 'fence-delete') {
      this.#marked = null;
      this.#allDue = true;
    } else if (change.type === 'vehicle-put') {
      for (const terminal of change.vehicle.terminals) this.#mark(terminal);
    }
  }

  #mark(terminal: TerminalRef): void {
    const { protocol, number } = terminal;
    if (!this.#sets.has(protocol) || !this.#o.dispatcher.isConnected(protocol, number)) return;
    this.#due.set(terminalKey(protocol, number), { protocol, number });
  }

  #markAll(): void {
    this.#allDue = false;
    for (const { terminals } of this.#o.catalog.vehicles.values())
      for (const terminal of terminals) this.#mark(terminal);
  }

  #ended(command: Command): void {
    if (command.endedAt === null) return;
    const kind = this.#checks.get(command.id);
    if (kind !== undefined) {
      this.#checks.delete(command.id);
      if (command.state === 'answered' && command.answer) this.#hear(command, kind, command.answer);
    }
    if (command.area === undefined) return;
    if (command.state === 'acknowledged') {
      const { terminal, area } = command;
      this.#drifted.get(terminalKey(terminal.protocol, terminal.number))?.delete(areaKey(area.kind, area.no));
    }
    this.#mark(command.terminal);
  }

  /** The terminal has told which areas it has: what is not as it acknowledged is sent again. */
  #hear({ terminal, params }: Command, kind: AreaKind, answer: Record<string, unknown>): void {
    const set = this.#sets.get(terminal.protocol);
    const vehicle = this.#o.catalog.vehicleByTerminal(terminal.protocol, terminal.number);
    if (!set || !vehicle || answer.cut !== undefined) return; // of an answer that was too long to keep, a part says nothing
    const key = terminalKey(terminal.protocol, terminal.number);
    const drifted = new Map(this.#drifted.get(key));
    const reported = set.read(answer);
    const facts = this.#facts(vehicle, terminal);
    for (const no of params.ids as number[]) {
      const of = areaKey(kind, no);
      drifted.delete(of);
      const { fence, area } = facts.get(of) ?? {};
      // Of an older form it will be told the new one anyway.
      if (!fence || area?.held !== fence.revision) continue;
      const found = reported.get(no);
      if (found && set.same(fence, found)) continue;
      drifted.set(of, found ? 'different' : 'missing');
      this.#told.get(key)?.delete(of);
    }
    this.#drifted.set(key, drifted);
    this.#mark(terminal);
  }

  // Comparing.

  /** Withdraws and gives commands, at most `most`; how many it gave. */
  #compare(key: string, terminal: TerminalRef, most: number): number {
    const set = this.#sets.get(terminal.protocol);
    const vehicle = this.#o.catalog.vehicleByTerminal(terminal.protocol, terminal.number);
    if (!set || !vehicle || !this.#o.dispatcher.isConnected(terminal.protocol, terminal.number)) return 0;
    const facts = this.#facts(vehicle, terminal);
    const alive = this.#alive(terminal);
    for (const [of, command] of alive) {
      if (command.state !== 'queued' || command.area?.revision === (facts.get(of)?.fence?.revision ?? null)) continue;
      this.#o.dispatcher.withdraw(command.id);
      alive.delete(of);
    }
    const told = this.#told.get(key) ?? new Map<string, number | null>();
    this.#told.set(key, told);
    const needed = [...facts].filter(([of, fact]) => !alive.has(of) && this.#needs(key, of, fact));
    // What is taken out makes room first.
    needed.sort(([, a], [, b]) => Number(a.fence !== null) - Number(b.fence !== null));
    const room = Math.max(0, PER_TERMINAL - alive.size);
    for (const [of, { fence, kind, no, area }] of needed.slice(0, Math.min(room, most))) {
      const { type, params } = fence ? set.put(fence, area?.held != null && !area.unsure) : set.remove(kind, no);
      told.set(of, fence?.revision ?? null);
      this.#order(vehicle, terminal, type, params, { kind, no, revision: fence?.revision ?? null }, fence);
    }
    if (Math.min(room, needed.length) > most) this.#mark(terminal);
    return Math.min(room, most, needed.length);
  }

  #needs(key: string, of: string, { fence, area }: Fact): boolean {
    const wanted = fence?.revision ?? null;
    if (area?.refused?.revision === wanted || this.#told.get(key)?.get(of) === wanted) return false;
    if (fence && this.#unsayable.has(fence)) return false;
    return area?.unsure === true || (area?.held ?? null) !== wanted || (this.#drifted.get(key)?.has(of) ?? false);
  }

  #order(
    vehicle: Vehicle,
    terminal: TerminalRef,
    type: string,
    params: Record<string, unknown>,
    area: AreaOrder,
    fence: Fence | null,
  ): void {
    const forget = () => {
      this.#told.get(terminalKey(terminal.protocol, terminal.number))?.delete(areaKey(area.kind, area.no));
      this.#mark(terminal);
    };
    this.#give(vehicle, terminal, type, params, area).then(
      (answer) => {
        if ('problems' in answer) {
          const { path, message } = answer.problems[0];
          if (fence) this.#unsayable.set(fence, `${path}: ${message}`);
          this.#o.log(`fence ${area.no} cannot be told to terminals: ${path}: ${message}`);
        } else if ('refused' in answer.outcomes[0]) {
          forget(); // there is no room for it just now
        }
      },
      (error: Error) => this.#o.log(`fence ${area.no} was not told to terminal ${terminal.number}: ${error.message}`),
    );
  }

  #give(vehicle: Vehicle, terminal: TerminalRef, type: string, params: Record<string, unknown>, area?: AreaOrder) {
    const order = { expiresInMs: EXPIRES_MS, neverLate: true, by: BY, asBatch: false };
    return this.#o.desk.give({ vehicles: [vehicle], terminal, type, params, ...order, area });
  }

  /** Commands about fences that are under way, by areaKey. */
  #alive(terminal: TerminalRef): Map<string, Command> {
    const alive = new Map<string, Command>();
    for (const command of this.#o.book.queue(terminal)) {
      if (command.area) alive.set(areaKey(command.area.kind, command.area.no), command);
    }
    return alive;
  }

  /** Terminals that can hold fences; null for a vehicle without one. */
  #terminalsOf(vehicle: Vehicle): (TerminalRef | null)[] {
    const able = vehicle.terminals.filter(({ protocol }) => this.#sets.has(protocol));
    return able.length > 0 ? able : [null];
  }

  #wanted(vehicle: Vehicle): Map<string, Fact> {
    this.#marked ??= [...this.#o.catalog.fences.values()].filter(({ properties }) => properties.onTerminal);
    const facts = new Map<string, Fact>();
    for (const fence of this.#marked) {
      const kind = areaKindOf(fence);
      if (kind === null || !belongsOnTerminal(fence, vehicle)) continue;
      facts.set(areaKey(kind, fence.no), { kind, no: fence.no, fence, area: undefined });
    }
    return facts;
  }

  #facts(vehicle: Vehicle, terminal: TerminalRef): Map<string, Fact> {
    const facts = this.#wanted(vehicle);
    for (const [of, area] of this.#o.book.areas.of(terminal)) {
      const { kind, no, held, unsure, refused } = area;
      const fence = facts.get(of)?.fence ?? null;
      // What it refused before the fence was taken back, it need not be rid of.
      if (!fence && held === null && !unsure && refused?.revision !== null) continue;
      facts.set(of, { kind, no, fence, area });
    }
    return facts;
  }

  #consistency(vehicle: Vehicle, terminal: TerminalRef | null, of: string, fact: Fact): FenceConsistency {
    const { kind, no, fence, area } = fact;
    const standing = terminal
      ? this.#standing(terminal, of, fact)
      : ({ state: 'unknown', reason: 'no-terminal' } as const);
    const wanted = fence?.revision ?? null;
    return { vehicle, terminal, no, kind, wanted, held: area?.held ?? null, reason: null, detail: null, ...standing };
  }

  #standing(
    terminal: TerminalRef,
    of: string,
    { fence, area }: Fact,
  ): Pick<FenceConsistency, 'state'> & Partial<Pick<FenceConsistency, 'reason' | 'detail'>> {
    const key = terminalKey(terminal.protocol, terminal.number);
    const wanted = fence?.revision ?? null;
    const unsayable = fence && this.#unsayable.get(fence);
    if (unsayable) return { state: 'refused', reason: 'cannot-encode', detail: unsayable };
    if (area?.refused?.revision === wanted) {
      return { state: 'refused', reason: area.refused.reason, detail: area.refused.detail ?? null };
    }
    if (this.#alive(terminal).has(of)) return { state: 'pending', reason: 'under-way' };
    const drifted = this.#drifted.get(key)?.get(of);
    if (!drifted && !area?.unsure && (area?.held ?? null) === wanted) return { state: 'in-step' };
    if (!this.#o.dispatcher.isConnected(terminal.protocol, terminal.number)) {
      return { state: area?.unsure ? 'unknown' : 'pending', reason: 'not-connected' };
    }
    if (this.#told.get(key)?.get(of) === wanted) return { state: 'unknown', reason: 'no-response' };
    return { state: 'pending', reason: drifted ?? 'waiting' };
  }
}
