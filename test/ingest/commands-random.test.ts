import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TerminalLink } from '../../ingest/commands.js';
import { Catalog } from '../../model/catalog.js';
import { CommandBook } from '../../model/command-book.js';
import { commandDispatch } from './commands-support.js';

const TERMINALS = ['1', '2'];
const PER_TERMINAL = 5;
const EXPIRES_MS = 120_000;

/** A connection that knows which command it was given by its text, and what has gone out on it. */
class TracedLink implements TerminalLink {
  readonly serials = new Map<string, number>();
  readonly sent: string[] = [];
  open = true;
  #next = 0;

  constructor(readonly seen: (text: string) => void) {}

  command(...[{ params }, again]: Parameters<TerminalLink['command']>): ReturnType<TerminalLink['command']> {
    const text = params.text as string;
    if (!this.open) return null;
    this.seen(text);
    // A repetition has the serial number of the first time, and only this connection has it.
    if (again !== undefined) expect(again).toBe(this.serials.get(text));
    else expect(this.serials.has(text)).toBe(false);
    const serial = again ?? this.#next++;
    this.serials.set(text, serial);
    this.sent.push(text);
    return { serial, parts: 1 };
  }
}

const terminal = fc.constantFrom(...TERMINALS);
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('give' as const), terminal, neverLate: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), terminal }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disconnect' as const), terminal }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('respond' as const),
      terminal,
      serial: fc.integer({ min: 0, max: 6 }),
      refused: fc.constantFrom(null, 'failed'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 250, max: 40_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

test('whatever happens, a command ends in time, is not sent once it has ended, and never late where it must not be', async () => {
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 60 }), async (events) => {
      const d = commandDispatch({ window: 3, limits: { perTerminal: PER_TERMINAL } });
      const links = new Map<string, TracedLink>();
      /** By text: its id, and the connection that was there when it was given. */
      const given = new Map<string, { id: string; link: TracedLink | undefined; neverLate: boolean }>();
      let last = '';
      const seen = (link: () => TracedLink | undefined) => (text: string) => {
        const about = given.get(text);
        if (!about) return; // being given just now, to the connection that is there
        expect(d.command(about.id).endedAt, `${text} is over`).toBeNull();
        if (about.neverLate) expect(link()).toBe(about.link);
      };
      for (const [i, what] of events.entries()) {
        if (what.do === 'give') {
          const { neverLate } = what;
          const text = `${i}`;
          const link = links.get(what.terminal);
          const params = { text };
          const [outcome] = await d.giveMany([what.terminal], 'text', { params, neverLate, expiresInMs: EXPIRES_MS });
          if ('refused' in outcome) {
            expect(d.book.queue({ protocol: 'jt808', number: what.terminal }).size).toBe(PER_TERMINAL);
          } else {
            expect(outcome.command.id > last).toBe(true);
            last = outcome.command.id;
            given.set(text, { id: last, link, neverLate });
          }
        } else if (what.do === 'connect') {
          const link: TracedLink = new TracedLink(seen(() => link));
          const before = links.get(what.terminal);
          if (before) before.open = false;
          links.set(what.terminal, link);
          d.dispatcher.connected('jt808', what.terminal, link);
        } else if (what.do === 'disconnect') {
          const link = links.get(what.terminal);
          if (link) d.dispatcher.disconnected('jt808', what.terminal, link);
          links.delete(what.terminal);
        } else if (what.do === 'respond') {
          const { serial, refused } = what;
          d.respond({ terminal: what.terminal, serial, types: ['text'], says: { refused } });
        } else if (what.do === 'pass') {
          d.pass(what.ms);
        } else {
          d.restart();
          links.clear();
        }
        await d.settle();
        for (const number of TERMINALS) {
          expect(d.book.queue({ protocol: 'jt808', number }).size).toBeLessThanOrEqual(PER_TERMINAL);
        }
      }
      // What the log holds makes the same book.
      const catalog = new Catalog();
      const book = new CommandBook();
      for (const change of d.log.changes) if (catalog.apply(change)) book.apply(change);
      expect(book.snapshot()).toEqual(d.book.snapshot());

      d.pass(EXPIRES_MS + 250);
      for (const { id } of given.values()) {
        const command = d.command(id);
        expect(command.endedAt).not.toBeNull();
        expect(command.endedAt).toBeLessThanOrEqual(command.expiresAt + 250);
        expect(command.attempts).toBe(command.history.filter(({ state }) => state === 'sent').length);
        ended++;
      }
      expect(d.book.alive).toBe(0);
      d.dispatcher.close();
    }),
    { seed: 8043, numRuns: 300 },
  );
  expect(ended).toBeGreaterThan(500);
});
