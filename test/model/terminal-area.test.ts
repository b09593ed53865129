import { describe, expect, test } from 'vitest';
import { type AreaOrder, advance, type Command, type CommandEvent } from '../../model/command.js';
import { BOOK_LIMITS, CommandBook } from '../../model/command-book.js';
import { TerminalAreas } from '../../model/terminal-area.js';

const TERMINAL = { protocol: 'jt808', number: '1' };
const AREA: AreaOrder = { kind: 'circle', no: 7, revision: 3 };

function order(id: string, area: AreaOrder = AREA): Command {
  return {
    ...{ id, vehicleId: 'v', terminal: TERMINAL, type: 'set-circles', params: {}, batch: null, by: 'test', area },
    ...{ createdAt: 0, expiresAt: 1000, neverLate: true, state: 'queued', attempts: 0, answer: null, reason: null },
    ...{ history: [], endedAt: null },
  };
}

/** A book after these commands: each is sent (or not) and ends. */
function bookAfter(...ends: [area: Partial<AreaOrder>, sent: boolean, end: Omit<CommandEvent, 'at'>][]): CommandBook {
  const book = new CommandBook({ ...BOOK_LIMITS, ended: 1 });
  ends.forEach(([area, sent, end], i) => {
    const id = `c${i}`;
    book.apply({ type: 'command-put', revision: i, at: 0, commands: [order(id, { ...AREA, ...area })] });
    if (sent) book.step(advance(book.get(id)!, { state: 'sent', at: 1, serial: 1 }, false));
    book.step(advance(book.get(id)!, { ...end, at: 2 }, true));
  });
  return book;
}

const held = (book: CommandBook) => [...book.areas.of(TERMINAL).values()];
const GOOD = { state: 'acknowledged' } as const;

describe('what a terminal holds', () => {
  test('what it acknowledged last, also when the commands are forgotten', () => {
    const book = bookAfter([{}, true, GOOD], [{ no: 8 }, true, GOOD], [{ revision: 5 }, true, GOOD]);
    expect(book.size).toBe(1);
    expect(held(book)).toMatchObject([
      { no: 7, held: 5, unsure: false, refused: null },
      { no: 8, held: 3 },
    ]);
    const kept = TerminalAreas.from(JSON.parse(JSON.stringify(book.areas.snapshot())));
    expect(kept).toEqual(book.areas);
  });

  test('nothing of it once it has acknowledged that it is gone', () => {
    const book = bookAfter([{}, true, GOOD], [{ revision: null }, true, GOOD]);
    expect(held(book)).toEqual([]);
    expect(book.areas.snapshot()).toEqual([]);
  });

  test.each(['no-response', 'connection-lost', 'restarted'])('not known after %s of what was sent', (reason) => {
    expect(held(bookAfter([{}, true, GOOD], [{ revision: 5 }, true, { state: 'failed', reason }]))).toMatchObject([
      { held: 3, unsure: true, refused: null },
    ]);
  });

  test.each(['not-connected', 'superseded', 'terminal-moved'])('as before after %s of what was not', (reason) => {
    expect(held(bookAfter([{}, true, GOOD], [{ revision: 5 }, false, { state: 'failed', reason }]))).toMatchObject([
      { held: 3, unsure: false, refused: null },
    ]);
  });

  test('as before where it says no, and the no', () => {
    const no = { state: 'failed', reason: 'not-supported' } as const;
    expect(held(bookAfter([{}, true, GOOD], [{ revision: 5 }, true, no]))).toMatchObject([
      { held: 3, unsure: false, refused: { revision: 5, reason: 'not-supported' } },
    ]);
  });
});
