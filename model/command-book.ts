import type { Change } from './change.js';
import type { Command, CommandProgress } from './command.js';
import { TerminalAreas } from './terminal-area.js';
import { type TerminalRef, terminalKey } from './vehicle.js';

/** What the book may hold. */
export interface BookLimits {
  /** Alive commands of one terminal (security sheet SEC-043). */
  perTerminal: number;
  /** Alive commands in all. */
  alive: number;
  /** Ended commands that are remembered, the newest; the database has all. */
  ended: number;
  /** Bytes of parameters and answers, as JSON, of the alive and of the ended each. */
  bytes: number;
}

export const BOOK_LIMITS: BookLimits = { perTerminal: 100, alive: 250_000, ended: 20_000, bytes: 128 * 1024 * 1024 };

/** A book as JSON: what checkpoints keep. */
export type CommandBookSnapshot = Command[];

/**
 * Commands as the log has told them so far: all that are alive, and the newest that have ended. The same changes in the
 * same order make the same book.
 */
export class CommandBook {
  /** In the order of their ids. */
  readonly #commands = new Map<string, Command>();
  /** By terminalKey: alive ones, oldest first. */
  readonly #queues = new Map<string, Set<Command>>();
  /** Oldest end first. */
  readonly #ended = new Map<string, number>();
  #bytesAlive = 0;
  #bytesEnded = 0;
  #alive = 0;
  #lastId: string | undefined;

  constructor(
    readonly limits: BookLimits = BOOK_LIMITS,
    /** What the ended ones have left on the terminals, also those that are not remembered any more. */
    readonly areas = new TerminalAreas(),
  ) {}

  get alive(): number {
    return this.#alive;
  }

  get size(): number {
    return this.#commands.size;
  }

  /** The greatest id that was ever put in; undefined before the first. */
  get lastId(): string | undefined {
    return this.#lastId;
  }

  get(id: string): Command | undefined {
    return this.#commands.get(id);
  }

  /** All of them, oldest first. */
  all(): Iterable<Command> {
    return this.#commands.values();
  }

  /** Alive commands of a terminal, oldest first. */
  queue(terminal: TerminalRef): ReadonlySet<Command> {
    return this.#queues.get(terminalKey(terminal.protocol, terminal.number)) ?? EMPTY;
  }

  /** Why one more command with parameters of `bytes` cannot be taken; null where it can. */
  refuses(terminal: TerminalRef, bytes: number): 'terminal-full' | 'full' | null {
    if (this.queue(terminal).size >= this.limits.perTerminal) return 'terminal-full';
    const full = this.#alive >= this.limits.alive || this.#bytesAlive + bytes > this.limits.bytes;
    return full ? 'full' : null;
  }

  apply(change: Change): void {
    if (change.type === 'command-put') for (const command of change.commands) this.#put(command);
    else if (change.type === 'command-step') for (const step of change.steps) this.step(step);
  }

  /** Takes in what became of a command; one that is no longer known is passed over. */
  step(step: CommandProgress): void {
    const command = this.#commands.get(step.id);
    if (!command || command.endedAt !== null) return;
    if (step.endedAt !== null) this.#leaveQueue(command);
    Object.assign(command, step);
    if (command.endedAt === null) return;
    this.areas.ended(command);
    this.#keepEnded(command);
  }

  snapshot(): CommandBookSnapshot {
    return [...this.#commands.values()];
  }

  static from(snapshot: CommandBookSnapshot, limits = BOOK_LIMITS, areas = new TerminalAreas()): CommandBook {
    const book = new CommandBook(limits, areas);
    for (const command of snapshot) book.#put(command);
    return book;
  }

  #put(given: Command): void {
    if (this.#commands.has(given.id)) return;
    const command = { ...given };
    if (this.#lastId === undefined || command.id > this.#lastId) this.#lastId = command.id;
    this.#commands.set(command.id, command);
    if (command.endedAt === null) this.#join(command);
    else this.#keepEnded(command);
  }

  #join(command: Command): void {
    this.#alive++;
    this.#bytesAlive += paramsBytes(command.params);
    const key = terminalKey(command.terminal.protocol, command.terminal.number);
    const queue = this.#queues.get(key);
    if (queue) queue.add(command);
    else this.#queues.set(key, new Set([command]));
  }

  #leaveQueue(command: Command): void {
    this.#alive--;
    this.#bytesAlive -= paramsBytes(command.params);
    const key = terminalKey(command.terminal.protocol, command.terminal.number);
    const queue = this.#queues.get(key);
    queue?.delete(command);
    if (queue?.size === 0) this.#queues.delete(key);
  }

  #keepEnded(command: Command): void {
    const bytes = paramsBytes(command.params) + (command.answer === null ? 0 : JSON.stringify(command.answer).length);
    this.#ended.set(command.id, bytes);
    this.#bytesEnded += bytes;
    for (const [id, size] of this.#ended) {
      if (this.#ended.size <= this.limits.ended && this.#bytesEnded <= this.limits.bytes) break;
      this.#ended.delete(id);
      this.#bytesEnded -= size;
      this.#commands.delete(id);
    }
  }
}

const EMPTY: ReadonlySet<Command> = new Set();

// Parameters never change, and the commands of one order share theirs.
const measured = new WeakMap<object, number>();

/** Length of the parameters as JSON. */
export function paramsBytes(params: Record<string, unknown>): number {
  let bytes = measured.get(params);
  if (bytes === undefined) measured.set(params, (bytes = JSON.stringify(params).length));
  return bytes;
}
