import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Silences } from '../../../api/stream/silences.js';

/** Everybody is looked at, each time. */
class Naive {
  readonly until = new Map<number, number>();
  look(now: number): number[] {
    const silent = [...this.until].filter(([, until]) => until < now).map(([no]) => no);
    for (const no of silent) this.until.delete(no);
    return silent.sort((a, b) => a - b);
  }
}

const event = fc.record({
  no: fc.integer({ min: 1, max: 30 }),
  /** Of the clock, ms; it may be set back. */
  after: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.integer({ min: -3000, max: 20_000 })),
  windowMs: fc.constantFrom(0, 1, 999, 1000, 5000, 30_000),
  /** Said to `Silences` at once, or only found when the slot comes, as where a vehicle goes on reporting. */
  told: fc.boolean(),
});

test('who is silent is found at the first look after it, as if everybody had been looked at', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const [silences, naive] = [new Silences(), new Naive()];
      let now = 1_700_000_000_000;
      for (const { no, after, windowMs, told } of events) {
        now += after;
        const until = now + windowMs;
        const before = naive.until.get(no);
        naive.until.set(no, until);
        // One that waits for something already may be left to be found; an earlier time must be told.
        if (told || before === undefined || until < before) silences.wait(no, until);
        const found: number[] = [];
        silences.look(now, (one) => {
          const really = naive.until.get(one);
          if (really === undefined) return null;
          if (really >= now) return really;
          found.push(one);
          return null;
        });
        expect(found.sort((a, b) => a - b)).toEqual(naive.look(now));
      }
    }),
    { seed: 11, numRuns: 500 },
  );
});

test('a look calls only those whose second has come, however many there are', () => {
  const silences = new Silences();
  for (let no = 1; no <= 100_000; no++) silences.wait(no, no * 1000);
  let calls = 0;
  const count = () => {
    calls++;
    return null;
  };
  silences.look(50_500, count);
  expect(calls).toBe(50);
  silences.look(50_900, count);
  expect(calls).toBe(50);
  silences.clear();
  silences.look(1e9, count);
  expect(calls).toBe(50);
});
