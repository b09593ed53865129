import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Timers } from '../../../alerts/life/timers.js';

test('those that are due come in the order of the times that they really wait for, each once', () => {
  const wait = fc.record({ at: fc.integer({ min: 0, max: 100 }), no: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(
      fc.array(wait, { maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 }),
      (waits, steps) => {
        const timers = new Timers();
        const really = new Map<number, number>();
        // As a rule does: the newest word counts, earlier or later than the one before.
        for (const { at, no } of waits) {
          really.set(no, at);
          timers.wait(at, no, 'r');
        }
        let now = 0;
        for (const step of [...steps, 1000]) {
          now += step;
          const due = timers.due(now, (no) => really.get(no) ?? null);
          const expected = [...really].filter(([, at]) => at <= now).sort(([a, x], [b, y]) => x - y || a - b);
          expect(due.map(({ no, at }) => [no, at])).toEqual(expected);
          for (const { no } of due) really.delete(no);
        }
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});

test('who waits no more is not told', () => {
  const timers = new Timers();
  timers.wait(10, 1, 'r');
  timers.wait(Infinity, 2, 'r');
  expect(timers.due(20, () => null)).toEqual([]);
  expect(timers.due(30, () => 5)).toEqual([]);
});
