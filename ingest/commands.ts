import { advance, type Command, type CommandEvent, type CommandMessage, type CommandReason } from '../model/command.js';
import type { CommandBook } from '../model/command-book.js';
import { count, type Tally } from '../model/stats.js';
import { type TerminalRef, terminalKey } from '../model/vehicle.js';
import type { Commanded, CommandResponse, CommandSet } from '../protocols/protocol.js';
import type { Registry } from '../store/registry.js';
import { fitAnswer } from './fit-answer.js';
import { TimerWheel } from './timer-wheel.js';

/** A connection on which a terminal can be told something. */
export interface TerminalLink {
  /** Sends a command; `again` repeats the one with this serial number. Null where nothing can be sent on it any more. */
  command(
    command: CommandMessage,
    again?: number,
  ): { serial: number; parts: number } | { refused: CommandReason; detail: string } | null;
}

/** What a listener tells of its terminals; numbers without leading zeros. */
export interface CommandPort {
  /** The terminal is here from now on; a link of it before is not used any more. */
  connected(protocol: string, terminal: string, link: TerminalLink): void;
  disconnected(protocol: string, terminal: string, link: TerminalLink): void;
  response(protocol: string, response: CommandResponse): void;
}

export interface CommandOptions {
  book: CommandBook;
  registry: Registry;
  protocols: readonly Commanded[];
  /** Epoch ms. */
  clock: () => number;
  /** Until a command without a response is sent again for the first time, ms. */
  ackTimeoutMs?: number;
  /** How often it is sent again. */
  retries?: number;
  /** Commands of one terminal that may wait for its acknowledgement at once; the others stay queued. */
  window?: number;
}

/** Defaults of parameters 0x0002 and 0x0003 in the field. */
const ACK_TIMEOUT_MS = 10_000;
const RETRIES = 3;
const WINDOW = 16;
/** What each further frame of a split message adds to the wait: 1 kB on a line of 4 kB/s. */
const PART_MS = 250;
const SLOT_MS = 250;
const SLOTS = 2048; // a turn of the wheel is eight and a half minutes
/** Steps that go into the log as one change. */
const STEPS_AT_ONCE = 500;

/** A command that the terminal has been sent. */
interface Flight {
  command: Command;
  serial: number;
  /** Frames that it took: a response may name any of them. */
  parts: number;
  /** The terminal has acknowledged a part of it, though not the last. */
  partly: boolean;
  /** The terminal has acknowledged it and owes the answer. */
  acknowledged: boolean;
  tries: number;
  /** How long the present wait is, ms, and when it ends. */
  waitMs: number;
  due: number;
}

/** One terminal that is here, or owes an answer. */
interface Line {
  link: TerminalLink | null;
  /** By command id, oldest first. */
  flights: Map<string, Flight>;
}

/**
 * Brings commands to their terminals and hears what comes back. A command goes out when its terminal is connected, is
 * sent again while no response comes (T(n+1) = T(n) × (n+1), JT/T 808-2013 §7.1), once more from the beginning when the
 * terminal comes back, and ends by a response, by giving up, or by expiry.
 *
 * Every step is in the book at once, in the log by the end of the event loop's turn, and told to others when the log is
 * flushed. Memory: one entry for each terminal that is here, one for each alive command.
 */
export class CommandDispatcher implements CommandPort {
  readonly #book: CommandBook;
  readonly #registry: Registry;
  readonly #sets: ReadonlyMap<string, CommandSet>;
  readonly #clock: () => number;
  readonly #ackTimeoutMs: number;
  readonly #retries: number;
  readonly #window: number;
  /** By terminalKey. */
  readonly #lines = new Map<string, Line>();
  readonly #wheel: TimerWheel;
  readonly #timer: NodeJS.Timeout;
  /** Commands with steps that are not in the log yet. */
  readonly #progressed = new Set<Command>();
  #flushDue = false;
  #closed = false;
  readonly #listeners = new Set<(command: Command) => void>();
  readonly #arrivals = new Set<(terminal: TerminalRef) => void>();
  /** Commands that ended since the process started, by the state they ended in; responses that no command waited for. */
  readonly ended: Tally = {};
  unmatchedResponses = 0;

  constructor(options: CommandOptions) {
    this.#book = options.book;
    this.#registry = options.registry;
    this.#sets = new Map(options.protocols.flatMap(({ name, commands }) => (commands ? [[name, commands]] : [])));
    this.#clock = options.clock;
    this.#ackTimeoutMs = options.ackTimeoutMs ?? ACK_TIMEOUT_MS;
    this.#retries = options.retries ?? RETRIES;
    this.#window = options.window ?? WINDOW;
    this.#wheel = new TimerWheel(SLOT_MS, SLOTS, this.#clock());
    this.#takeUp();
    this.#timer = setInterval(() => this.tick(), SLOT_MS);
    this.#timer.unref();
  }

  /** `fn` hears of each command that was given or went on, once that is durable. Returns the way to stop it. */
  subscribe(fn: (command: Command) => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }

  /** `fn` hears of each terminal that is here from now on. Returns the way to stop it. */
  onConnected(fn: (terminal: TerminalRef) => void): () => void {
    this.#arrivals.add(fn);
    return () => this.#arrivals.delete(fn);
  }

  /** Ends a command that is not wanted any more; one that has been sent stays. */
  withdraw(id: string): void {
    const command = this.#book.get(id);
    if (command?.state === 'queued') this.#end(command, { state: 'failed', reason: 'superseded' });
  }

  isConnected(protocol: string, terminal: string): boolean {
    return this.#lines.get(terminalKey(protocol, terminal))?.link != null;
  }

  /** Commands that are in the book and durable: off they go, or wait. */
  take(commands: readonly Command[]): void {
    for (const command of commands) {
      this.#tell(command);
      // One may be on its way already: a response to another has made room while the log was being flushed.
      if (command.state !== 'queued') continue;
      const key = terminalKey(command.terminal.protocol, command.terminal.number);
      const line = this.#lines.get(key);
      if (command.neverLate && !line?.link) {
        this.#end(command, { state: 'failed', reason: 'not-connected' });
        continue;
      }
      this.#wheel.set(command.id, command.expiresAt);
      if (line) this.#pump(line, command.terminal);
    }
  }

  // What listeners tell: CommandPort.

  connected(protocol: string, terminal: string, link: TerminalLink): void {
    const key = terminalKey(protocol, terminal);
    const line = this.#lines.get(key) ?? { link: null, flights: new Map() };
    if (line.link !== null && line.link !== link) this.#unlink(line, { protocol, number: terminal });
    line.link = link;
    this.#lines.set(key, line);
    for (const listener of this.#arrivals) listener({ protocol, number: terminal });
    if (this.#book.queue({ protocol, number: terminal }).size === 0) return;
    // The login is being answered: what is sent now must come behind that, and the answer waits for the log.
    setImmediate(() => this.#registry.log.whenAccepted(() => this.#pump(line, { protocol, number: terminal })));
  }

  disconnected(protocol: string, terminal: string, link: TerminalLink): void {
    const key = terminalKey(protocol, terminal);
    const line = this.#lines.get(key);
    if (line?.link !== link) return;
    this.#unlink(line, { protocol, number: terminal });
    if (line.flights.size === 0) this.#lines.delete(key);
  }

  response(protocol: string, { terminal, id, serial, types, says }: CommandResponse): void {
    const key = terminalKey(protocol, terminal);
    const line = this.#lines.get(key);
    const flight =
      line &&
      (id === undefined ? findFlight(line, serial, types) : (line.flights.get(id) ?? this.#earlier(line, id, key)));
    if (!flight) {
      this.unmatchedResponses++;
      return;
    }
    const { command } = flight;
    const set = this.#sets.get(protocol);
    if ('answer' in says) {
      const reason = set?.judge(command.type, command.params, says.answer) ?? null;
      this.#end(command, reason === null ? { state: 'answered' } : { state: 'failed', reason }, fitAnswer(says.answer));
    } else if (says.refused !== null) {
      this.#end(command, { state: 'failed', reason: says.refused });
    } else if (serial !== null && ((serial - flight.serial) & 0xffff) < flight.parts - 1) {
      // Some terminals acknowledge each part, some one of them for the whole: the last one decides, or silence after it.
      flight.partly = true;
      flight.due = this.#clock() + flight.waitMs;
    } else {
      this.#acknowledged(flight);
    }
    this.#pump(line, command.terminal);
  }

  /** A command of this terminal that went out before its connection, or the server, was gone, and has arrived all the same. */
  #earlier(line: Line, id: string, key: string): Flight | undefined {
    const command = this.#book.get(id);
    if (!command || command.endedAt !== null || command.attempts === 0) return undefined;
    if (terminalKey(command.terminal.protocol, command.terminal.number) !== key) return undefined;
    const flight = earlierFlight(command, false, this.#clock());
    line.flights.set(id, flight);
    return flight;
  }

  #acknowledged(flight: Flight): void {
    const { command } = flight;
    const set = this.#sets.get(command.terminal.protocol);
    if (flight.acknowledged) return;
    if (!set?.expectsAnswer(command.type)) {
      this.#end(command, { state: 'acknowledged' });
      return;
    }
    flight.acknowledged = true;
    flight.due = this.#clock() + set.answerWithinMs(command.type);
    this.#step(command, { state: 'acknowledged' });
    this.#wheel.set(command.id, Math.min(flight.due, command.expiresAt));
  }

  // Time.

  /** Sends again, gives up, expires: whatever its time has come for. */
  tick(): void {
    this.#wheel.advance(this.#clock(), (id) => {
      const command = this.#book.get(id);
      if (command && command.endedAt === null) this.#due(command);
    });
  }

  #due(command: Command): void {
    const now = this.#clock();
    const { protocol, number } = command.terminal;
    const line = this.#lines.get(terminalKey(protocol, number));
    const flight = line?.flights.get(command.id);
    if (now >= command.expiresAt) {
      if (command.state === 'acknowledged') this.#end(command, { state: 'acknowledged', reason: 'no-answer' });
      else this.#end(command, { state: 'expired', reason: line?.link ? 'no-response' : 'not-connected' });
    } else if (flight && now >= flight.due) {
      if (flight.acknowledged) this.#end(command, { state: 'acknowledged', reason: 'no-answer' });
      else if (flight.partly) this.#acknowledged(flight);
      else if (flight.tries > this.#retries) this.#end(command, { state: 'failed', reason: 'no-response' });
      else this.#sendAgain(flight, line?.link ?? null);
    } else {
      this.#wheel.set(command.id, Math.min(flight?.due ?? Infinity, command.expiresAt));
    }
    // Room for the next one; or one that its connection could not take before.
    if (line && (command.endedAt !== null || command.state === 'queued')) this.#pump(line, command.terminal);
  }

  #sendAgain(flight: Flight, link: TerminalLink | null): void {
    const { command, serial } = flight;
    const sent = link?.command(command, serial);
    flight.tries++;
    flight.waitMs *= flight.tries;
    flight.due = this.#clock() + flight.waitMs;
    if (sent && 'serial' in sent) this.#step(command, { state: 'sent', serial });
    this.#wheel.set(command.id, Math.min(flight.due, command.expiresAt));
  }

  // Sending.

  /** Sends what is queued for a terminal, as far as its window allows. */
  #pump(line: Line, terminal: Command['terminal']): void {
    const { link } = line;
    if (link === null) return;
    let open = 0;
    for (const flight of line.flights.values()) if (!flight.acknowledged) open++;
    for (const command of [...this.#book.queue(terminal)]) {
      if (open >= this.#window) return;
      if (line.flights.has(command.id) || command.state === 'acknowledged') continue;
      const outcome = this.#send(command, line, link);
      if (outcome === 'closed') {
        this.#wheel.set(command.id, Math.min(this.#clock() + this.#ackTimeoutMs, command.expiresAt));
        return;
      }
      if (outcome === 'sent') open++;
    }
  }

  #send(command: Command, line: Line, link: TerminalLink): 'sent' | 'ended' | 'closed' {
    const { protocol, number } = command.terminal;
    if (this.#registry.catalog.vehicleByTerminal(protocol, number)?.id !== command.vehicleId) {
      this.#end(command, { state: 'failed', reason: 'terminal-moved' });
      return 'ended';
    }
    const sent = link.command(command);
    if (sent === null) return 'closed';
    if ('refused' in sent) {
      this.#end(command, { state: 'failed', reason: sent.refused, detail: sent.detail });
      return 'ended';
    }
    const waitMs = this.#ackTimeoutMs + (sent.parts - 1) * PART_MS;
    const due = this.#clock() + waitMs;
    line.flights.set(command.id, { command, ...sent, partly: false, acknowledged: false, tries: 1, waitMs, due });
    this.#step(command, { state: 'sent', serial: sent.serial });
    this.#wheel.set(command.id, Math.min(due, command.expiresAt));
    return 'sent';
  }

  /** The connection is gone: what it had not answered is sent anew on the next one, unless that would be late. */
  #unlink(line: Line, terminal: Command['terminal']): void {
    line.link = null;
    for (const flight of [...line.flights.values()]) {
      if (flight.acknowledged) continue;
      line.flights.delete(flight.command.id);
      if (flight.command.neverLate) this.#end(flight.command, { state: 'failed', reason: 'connection-lost' });
    }
    for (const command of [...this.#book.queue(terminal)]) {
      if (command.neverLate && command.state === 'queued') {
        this.#end(command, { state: 'failed', reason: 'not-connected' });
      }
    }
  }

  /** Commands of before the start: no connection has outlived it. */
  #takeUp(): void {
    const now = this.#clock();
    for (const command of this.#book.all()) {
      if (command.endedAt !== null) continue;
      if (command.neverLate) {
        this.#end(command, { state: 'failed', reason: 'restarted' });
      } else if (command.state === 'acknowledged') {
        const { protocol, number } = command.terminal;
        const key = terminalKey(protocol, number);
        const line = this.#lines.get(key) ?? { link: null, flights: new Map<string, Flight>() };
        const due = now + (this.#sets.get(protocol)?.answerWithinMs(command.type) ?? 0);
        line.flights.set(command.id, earlierFlight(command, true, due));
        this.#lines.set(key, line);
        this.#wheel.set(command.id, Math.min(due, command.expiresAt));
      } else {
        this.#wheel.set(command.id, command.expiresAt);
      }
    }
  }

  // What becomes of a command.

  #step(command: Command, what: Omit<CommandEvent, 'at'>): void {
    this.#record(command, what, false);
  }

  #end(command: Command, what: Omit<CommandEvent, 'at'>, answer = command.answer): void {
    const { protocol, number } = command.terminal;
    const key = terminalKey(protocol, number);
    const line = this.#lines.get(key);
    line?.flights.delete(command.id);
    if (line && line.link === null && line.flights.size === 0) this.#lines.delete(key);
    this.#wheel.delete(command.id);
    count(this.ended, what.state);
    this.#record(command, what, true, answer);
  }

  #record(command: Command, what: Omit<CommandEvent, 'at'>, ends: boolean, answer = command.answer): void {
    this.#book.step(advance(command, { ...what, at: this.#clock() }, ends, answer));
    this.#progressed.add(command);
    if (this.#flushDue) return;
    this.#flushDue = true;
    setImmediate(() => this.flush());
  }

  /** Puts the steps so far into the log: those of one turn of the event loop as one record. */
  flush(): void {
    if (this.#closed) return;
    this.#flushDue = false;
    const commands = [...this.#progressed];
    this.#progressed.clear();
    for (let i = 0; i < commands.length; i += STEPS_AT_ONCE) {
      const some = commands.slice(i, i + STEPS_AT_ONCE);
      const steps = some.map(({ id, state, attempts, history, answer, reason, endedAt }) => {
        return { id, state, attempts, history, answer, reason, endedAt };
      });
      this.#registry.recordCommands({ type: 'command-step', steps });
    }
    if (commands.length > 0) {
      this.#registry.log.whenAccepted(() => {
        for (const command of commands) this.#tell(command);
      });
    }
  }

  #tell(command: Command): void {
    for (const listener of this.#listeners) listener(command);
  }

  /** Steps so far go into the log; nothing that happens from now on does. */
  close(): void {
    clearInterval(this.#timer);
    this.flush();
    this.#closed = true;
  }
}

/** A command that went out on a connection of before, or before the start. */
function earlierFlight(command: Command, acknowledged: boolean, due: number): Flight {
  const serial = command.history.findLast((event) => event.serial !== undefined)?.serial ?? 0;
  return { command, serial, parts: 1, partly: false, acknowledged, tries: 1, waitMs: 0, due };
}

/** The command that a response belongs to: by serial number where it has one, else the oldest of its types. */
function findFlight(line: Line, serial: number | null, types: readonly string[]): Flight | undefined {
  for (const flight of line.flights.values()) {
    if (!types.includes(flight.command.type)) continue;
    if (serial === null || ((serial - flight.serial) & 0xffff) < flight.parts) return flight;
  }
  return undefined;
}
