import { onTestFinished } from 'vitest';
import { CommandDesk } from '../../ingest/command-desk.js';
import { CommandDispatcher, type CommandOptions, type TerminalLink } from '../../ingest/commands.js';
import { Catalog } from '../../model/catalog.js';
import type { Change } from '../../model/change.js';
import type { Command, CommandInput } from '../../model/command.js';
import { BOOK_LIMITS, type BookLimits, CommandBook } from '../../model/command-book.js';
import { commanded } from '../../protocols/index.js';
import type { CommandResponse } from '../../protocols/protocol.js';
import { Registry } from '../../store/registry.js';
import { NOW } from './support.js';

/** A log that takes everything at once and keeps it. */
class KeptLog {
  accepting = true;
  readonly changes: Change[] = [];
  addChange(change: Change): void {
    this.changes.push(JSON.parse(JSON.stringify(change)) as Change);
  }
  whenAccepted(fn: () => void): void {
    queueMicrotask(fn);
  }
}

/** A connection that writes down what it was told to send. */
export class FakeLink implements TerminalLink {
  readonly sent: { type: string; serial: number; again: boolean }[] = [];
  open = true;
  next = 100;
  /** Frames that each command takes. */
  parts = 1;

  command(...[{ type }, again]: Parameters<TerminalLink['command']>): ReturnType<TerminalLink['command']> {
    if (!this.open) return null;
    if (type === 'link-check') return { refused: 'not-in-edition', detail: 'not in 2013' };
    const { parts } = this;
    const serial = again ?? this.next;
    if (again === undefined) this.next += parts;
    this.sent.push({ type, serial, again: again !== undefined });
    return { serial, parts };
  }
}

export interface DispatchOptions extends Partial<Pick<CommandOptions, 'ackTimeoutMs' | 'retries' | 'window'>> {
  limits?: Partial<BookLimits>;
}

/** Desk and dispatcher over a log in memory and a clock that stands still until it is told to move. */
export function commandDispatch(options: DispatchOptions = {}) {
  const log = new KeptLog();
  const limits = { ...BOOK_LIMITS, ...options.limits };
  const time = { now: NOW };
  const clock = () => time.now;
  const { ackTimeoutMs = 10_000, retries = 3, window } = options;
  const start = (catalog: Catalog, book: CommandBook) => {
    const registry = new Registry(catalog, log, clock);
    const parts = { book, registry, protocols: commanded, clock };
    const dispatcher = new CommandDispatcher({ ...parts, ackTimeoutMs, retries, window });
    onTestFinished(() => dispatcher.close());
    return { registry, book, dispatcher, desk: new CommandDesk({ ...parts, dispatcher }) };
  };
  let now = start(new Catalog(), new CommandBook(limits));
  const told: string[] = [];
  now.dispatcher.subscribe((command) => told.push(`${command.id} ${command.state}`));

  return {
    log,
    told,
    get dispatcher() {
      return now.dispatcher;
    },
    get book() {
      return now.book;
    },
    get registry() {
      return now.registry;
    },
    get desk() {
      return now.desk;
    },
    /** Registers a vehicle with a terminal of the same name. */
    vehicle: (number: string) => now.registry.ensureVehicleForTerminal('jt808', number),
    connect(number: string, link = new FakeLink()) {
      now.dispatcher.connected('jt808', number, link);
      return link;
    },
    /** The newest word on a command. */
    command: (id: string) => now.book.get(id) as Command,
    async give(number: string, type: string, more: Partial<CommandInput> = {}): Promise<Command> {
      const [outcome] = await this.giveMany([number], type, more);
      if ('refused' in outcome) throw new Error(outcome.refused);
      return outcome.command;
    },
    async giveMany(numbers: string[], type: string, more: Partial<CommandInput> = {}) {
      const vehicles = numbers.map((number) => this.vehicle(number));
      const params = type === 'text' ? { text: 'a' } : type === 'vehicle-control' ? { doors: 'lock' } : {};
      const input = { params, expiresInMs: 86_400_000, neverLate: false, by: 'test', asBatch: false };
      const answer = await now.desk.give({ vehicles, type, ...input, ...more });
      if ('problems' in answer) throw new Error(JSON.stringify(answer.problems));
      return answer.outcomes;
    },
    respond(response: Partial<CommandResponse> & Pick<CommandResponse, 'terminal' | 'says'>) {
      now.dispatcher.response('jt808', { serial: null, types: [], ...response });
    },
    /** Moves the clock in steps of a quarter of a second, as time goes. */
    pass(ms: number): void {
      for (const end = time.now + ms; time.now < end; ) {
        time.now += 250;
        now.dispatcher.tick();
      }
    },
    /** Waits until what was done has reached the log, and who listens. */
    async settle(): Promise<void> {
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    },
    /** Ends, and starts anew from what the log holds. */
    restart(): void {
      now.dispatcher.close();
      const catalog = new Catalog();
      const book = new CommandBook(limits);
      for (const change of log.changes) if (catalog.apply(change)) book.apply(change);
      now = start(catalog, book);
    },
  };
}

/** States of a command's history, and seconds since it was given. */
export function story(command: Command): string[] {
  return command.history.map(({ state, at, reason }) => {
    return `${(at - command.createdAt) / 1000} s ${state}${reason ? ` (${reason})` : ''}`;
  });
}

export const OK = { refused: null } as const;
