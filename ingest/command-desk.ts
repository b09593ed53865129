import { setImmediate as afterEvents } from 'node:timers/promises';
import type {
  Command,
  CommandAnswer,
  CommandInput,
  CommandOutcome,
  CommandProblem,
  CommandRefusal,
  CommandTypeInfo,
} from '../model/command.js';
import { type CommandBook, paramsBytes } from '../model/command-book.js';
import { count, type Tally } from '../model/stats.js';
import type { TerminalRef, Vehicle } from '../model/vehicle.js';
import type { Commanded, CommandSet } from '../protocols/protocol.js';
import type { Registry } from '../store/registry.js';
import { CommandIds } from './command-ids.js';
import type { CommandDispatcher } from './commands.js';

/** Commands in one record of the log, and bytes of their parameters: a record has a greatest length. */
const COMMANDS_AT_ONCE = 500;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/** Takes commands in: checks them, finds the terminal, keeps the queues within their bounds, writes them down. */
export class CommandDesk {
  readonly #book: CommandBook;
  readonly #registry: Registry;
  readonly #dispatcher: CommandDispatcher;
  readonly #sets: ReadonlyMap<string, CommandSet>;
  readonly #clock: () => number;
  readonly #ids: CommandIds;
  readonly types: readonly CommandTypeInfo[];
  /** Commands not taken since the process started, by reason. */
  readonly refused: Tally = {};

  constructor(options: {
    book: CommandBook;
    registry: Registry;
    dispatcher: CommandDispatcher;
    protocols: readonly Commanded[];
    /** Epoch ms. */
    clock: () => number;
  }) {
    this.#book = options.book;
    this.#registry = options.registry;
    this.#dispatcher = options.dispatcher;
    this.#clock = options.clock;
    this.#sets = new Map(options.protocols.flatMap(({ name, commands }) => (commands ? [[name, commands]] : [])));
    this.types = [...this.#sets.values()].flatMap((set) => set.types);
    this.#ids = new CommandIds(this.#book.lastId);
  }

  /** Resolves once what was taken is durable, and has been sent where the terminal is connected. */
  async give(input: CommandInput): Promise<CommandAnswer> {
    const checked = this.#check(input.type, input.params);
    if ('problems' in checked) return checked;
    const now = this.#clock();
    const batch = input.asBatch ? this.#ids.next(now) : null;
    const outcomes: CommandOutcome[] = [];
    const taken: Command[] = [];
    let unrecorded: Command[] = [];
    for (const vehicle of input.vehicles) {
      const found = this.#terminal(vehicle, checked, input.terminal);
      const params = found && checked.get(found.protocol);
      const refused = params ? this.#refuses(found, params) : 'no-terminal';
      if (refused !== null || !params) {
        outcomes.push(this.#refusal(vehicle.id, refused ?? 'no-terminal', input.type));
        continue;
      }
      const command: Command = {
        id: this.#ids.next(now),
        vehicleId: vehicle.id,
        terminal: { ...found },
        type: input.type,
        params,
        batch,
        createdAt: now,
        expiresAt: now + input.expiresInMs,
        neverLate: input.neverLate,
        by: input.by,
        ...(input.area && { area: input.area }),
        state: 'queued',
        attempts: 0,
        history: [{ state: 'queued', at: now }],
        answer: null,
        reason: null,
        endedAt: null,
      };
      unrecorded.push(command);
      taken.push(command);
      outcomes.push({ vehicleId: vehicle.id, command });
      if (unrecorded.length >= COMMANDS_AT_ONCE || unrecorded.length * paramsBytes(params) >= BYTES_AT_ONCE) {
        this.#record(unrecorded);
        unrecorded = [];
        await afterEvents();
      }
    }
    if (unrecorded.length > 0) this.#record(unrecorded);
    if (taken.length > 0) await this.#send(taken);
    // As they are now: most have been sent.
    const newest = outcomes.map((o) =>
      'command' in o ? { ...o, command: this.#book.get(o.command.id) ?? o.command } : o,
    );
    return { batch, outcomes: newest };
  }

  /** The parameters as each protocol keeps them; a command that several know is taken in the words of each. */
  #check(type: string, params: unknown): Map<string, Record<string, unknown>> | { problems: CommandProblem[] } {
    const checked = new Map<string, Record<string, unknown>>();
    let problems: CommandProblem[] = [];
    for (const [protocol, set] of this.#sets) {
      const outcome = set.check(type, params);
      if (outcome === null) continue;
      if ('params' in outcome) checked.set(protocol, outcome.params);
      else problems = outcome.problems.map(({ path, message }) => ({ path: inParams(path), message }));
    }
    if (checked.size > 0) return checked;
    if (problems.length > 0) return { problems };
    const allowed = [...new Set(this.types.map((known) => known.type))].join(', ');
    return { problems: [{ path: 'type', message: `"${type}" is no type of command; allowed: ${allowed}` }] };
  }

  /** The vehicle's terminal that takes such a command: the one that is meant, or one that is connected before one that is not. */
  #terminal(vehicle: Vehicle, checked: ReadonlyMap<string, unknown>, meant?: TerminalRef): TerminalRef | undefined {
    const able = vehicle.terminals.filter(
      ({ protocol, number }) =>
        checked.has(protocol) && (!meant || (protocol === meant.protocol && number === meant.number)),
    );
    return able.find(({ protocol, number }) => this.#dispatcher.isConnected(protocol, number)) ?? able[0];
  }

  #refuses(terminal: TerminalRef, params: Record<string, unknown>): CommandRefusal | null {
    if (!this.#registry.log.accepting) return 'not-recorded';
    const full = this.#book.refuses(terminal, paramsBytes(params));
    return full === 'terminal-full' ? 'queue-full' : full;
  }

  #refusal(vehicleId: string, refused: CommandRefusal, type: string): CommandOutcome {
    count(this.refused, refused);
    return { vehicleId, refused, message: this.#explain(refused, type) };
  }

  #explain(refused: CommandRefusal, type: string): string {
    switch (refused) {
      case 'no-terminal':
        return `the vehicle has no terminal that takes ${type}`;
      case 'queue-full':
        return `${this.#book.limits.perTerminal} commands wait for this terminal already`;
      case 'full':
        return 'too many commands are under way';
      case 'not-recorded':
        return 'nothing can be recorded just now: the log is full or its disk refuses writes; try again';
    }
  }

  #record(commands: Command[]): void {
    this.#book.apply(this.#registry.recordCommands({ type: 'command-put', commands }));
  }

  /** In slices, so that ten thousand frames do not hold up everybody else's. What came of it is durable in the end. */
  async #send(taken: readonly Command[]): Promise<void> {
    const accepted = () => new Promise<void>((resolve) => this.#registry.log.whenAccepted(resolve));
    await accepted();
    for (let i = 0; i < taken.length; i += COMMANDS_AT_ONCE) {
      if (i > 0) await afterEvents();
      const slice = taken.slice(i, i + COMMANDS_AT_ONCE);
      this.#dispatcher.take(slice.flatMap(({ id }) => this.#book.get(id) ?? []));
    }
    this.#dispatcher.flush();
    await accepted();
  }
}

function inParams(path: string): string {
  return path === '' ? 'params' : path.startsWith('[') ? `params${path}` : `params.${path}`;
}
