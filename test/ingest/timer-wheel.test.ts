import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CommandIds } from '../../ingest/command-ids.js';
import { TimerWheel } from '../../ingest/timer-wheel.js';

const SLOT = 100;
const SLOTS = 16;

/** Names, each with a delay; then how far time moves on, again and again. */
const timers = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 5000 })), {
  maxLength: 60,
});
const moves = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 20 });

test('every name is called up once, not before its time and no more than a slot after it, whatever is set anew or taken out', () => {
  fc.assert(
    fc.property(timers, moves, fc.integer({ min: 0, max: 1e6 }), (set, steps, start) => {
      const wheel = new TimerWheel(SLOT, SLOTS, start);
      const due = new Map<string, number>();
      for (const [n, delay] of set) {
        if (delay === 0) {
          due.delete(`t${n}`);
          wheel.delete(`t${n}`);
        } else {
          due.set(`t${n}`, start + delay);
          wheel.set(`t${n}`, start + delay);
        }
      }
      expect(wheel.size).toBe(due.size);
      let now = start;
      for (const step of [...steps, 6000]) {
        now += step;
        const called: string[] = [];
        wheel.advance(now, (name) => {
          const at = due.get(name);
          if (at === undefined) throw new Error(`${name} was called up a second time, or though it was taken out`);
          // Early, because it is more than a turn away: set again, as its owner does.
          if (at > now) wheel.set(name, at);
          else called.push(name);
        });
        for (const name of called) due.delete(name);
        // Nothing is overdue by more than a slot.
        for (const at of due.values()) expect(now - at).toBeLessThan(SLOT);
      }
      expect([due.size, wheel.size]).toEqual([0, 0]);
    }),
    { seed: 8, numRuns: 300 },
  );
});

test('ids grow, byte by byte, within a millisecond, over a clock that goes back, and from one process to the next', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4e12 }), { minLength: 2, maxLength: 50 }), (clock) => {
      const ids = new CommandIds();
      let last = '';
      for (const now of clock) {
        const id = ids.next(now);
        expect(id).toMatch(/^c[0-9a-z]{17}$/);
        expect(id > last).toBe(true);
        last = id;
      }
      expect(new CommandIds(last).next(1) > last).toBe(true);
    }),
    { seed: 8, numRuns: 200 },
  );
});
