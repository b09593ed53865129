import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Verdict, type VerdictPolicy } from '../../ingest/verdict.js';
import { KIND_FIXES, readBlock, sealBlock } from '../../model/block.js';
import { FixBatch, FixBatchBuilder } from '../../model/fix-batch.js';
import { Fleet } from '../../model/fleet.js';
import { BACKFILLED, LOCATED, type Position } from '../../model/position.js';
import { qualityNames } from '../../model/quality.js';
import { fix, LIVE, NOW } from './support.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const REPLAY: VerdictPolicy = { ...LIVE, time: 'replay' };

/** Marks of the fix, or why it is refused. `before`: what the vehicle has already given, in order. */
function judge(p: Position, policy = LIVE, before: Position[] = []): string[] | string {
  const verdict = new Verdict(policy);
  const head = new Fleet();
  for (const earlier of before) {
    expect(verdict.judge(earlier, head)).toBeNull();
    head.apply(earlier);
  }
  return verdict.judge(p, head) ?? qualityNames(p.quality);
}

describe('time, live (reliability §7)', () => {
  test.each([
    ['now', 0, []],
    ['10 min ago is no longer live', -10 * MINUTE, ['late']],
    ['just under 10 min ago', -10 * MINUTE + 1, []],
    ['2 min ahead', 2 * MINUTE, []],
    ['just over 2 min ahead', 2 * MINUTE + 1, ['suspect-time']],
    ['24 h ahead', DAY, ['suspect-time']],
    ['just over 24 h ahead', DAY + 1, 'bad-time'],
    ['just under 72 h ago', -72 * HOUR + 1, ['late']],
    ['72 h ago', -72 * HOUR, ['very-late']],
    ['just under 180 days ago', -180 * DAY + 1, ['very-late']],
    ['180 days ago', -180 * DAY, 'too-old'],
    ['no time', NaN, 'bad-time'],
    ['before 2010', Date.UTC(2009, 11, 31) - NOW, 'bad-time'],
  ])('%s', (_, offset, expected) => {
    expect(judge(fix({ fixTime: NOW + offset }))).toEqual(expected);
  });

  test('a fix from a blind area is late however fresh', () => {
    expect(judge(fix({ flags: LOCATED | BACKFILLED }))).toEqual(['late']);
    expect(judge(fix({ flags: LOCATED | BACKFILLED, fixTime: NOW - 80 * HOUR }))).toEqual(['very-late']);
  });
});

describe('time, replay', () => {
  test.each([
    ['of 2008', Date.UTC(2008, 1, 2), []],
    ['a year ahead', NOW + 365 * DAY, []],
    ['of 1999', Date.UTC(1999, 11, 31), 'bad-time'],
    ['of 2100', Date.UTC(2100, 0, 1), 'bad-time'],
    ['none', NaN, 'bad-time'],
  ])('%s', (_, fixTime, expected) => {
    expect(judge(fix({ fixTime }), REPLAY)).toEqual(expected);
  });

  test('however far it leaps ahead of its vehicle and of the others', () => {
    const noon = Date.UTC(2008, 1, 2, 4);
    const head = new Fleet();
    for (const vehicleNo of [1, 2, 3, 4]) head.apply(fix({ vehicleNo, fixTime: noon }));
    const p = fix({ vehicleNo: 4, fixTime: noon + 6 * HOUR, lon: 120.000001 });
    expect(new Verdict(REPLAY).judge(p, head)).toBeNull();
    expect(qualityNames(p.quality)).toEqual([]);
  });
});

describe('place', () => {
  const region: VerdictPolicy = { ...LIVE, region: [119, 31, 121, 32] };
  test.each([
    ['0/0', { lon: 0, lat: 0 }, LIVE, ['suspect-place']],
    ['on the equator', { lon: 0, lat: 10 }, LIVE, []],
    ['the corner of the world', { lon: 180, lat: -90 }, LIVE, []],
    ['beyond it', { lon: 180.0001, lat: 0 }, LIVE, 'bad-place'],
    ['beyond the pole', { lon: 0, lat: 90.1 }, LIVE, 'bad-place'],
    ['nowhere', { lon: NaN, lat: NaN }, LIVE, 'bad-place'],
    ['without a fix, wherever', { lon: 500, lat: 500, flags: 0 }, LIVE, ['no-fix']],
    ['without a fix at 0/0', { lon: 0, lat: 0, flags: 0 }, LIVE, ['no-fix']],
    ['in the region', { lon: 120, lat: 31.5 }, region, []],
    ['49 km north of the region', { lon: 120, lat: 32 + 49 / 111.195 }, region, []],
    ['51 km north of the region', { lon: 120, lat: 32 + 51 / 111.195 }, region, ['suspect-place']],
    ['49 km west of the region', { lon: 119 - 49 / (111.195 * Math.cos((32 * Math.PI) / 180)), lat: 32 }, region, []],
    [
      '60 km west of the region',
      { lon: 119 - 60 / (111.195 * Math.cos((32 * Math.PI) / 180)), lat: 32 },
      region,
      ['suspect-place'],
    ],
  ])('%s', (_, over, policy, expected) => {
    expect(judge(fix(over), policy)).toEqual(expected);
  });

  test('without a fix, an impossible place is forgotten', () => {
    const p = fix({ lon: 500, lat: 31, flags: 0 });
    judge(p);
    expect([p.lon, p.lat]).toEqual([NaN, NaN]);
  });
});

describe('a call for help is never refused', () => {
  const alarms = 1;
  test('without a position', () => {
    expect(judge(fix({ alarms, flags: 0, lon: NaN, lat: NaN }))).toEqual(['no-fix']);
  });
  test('with an impossible place it counts as made without a fix', () => {
    const p = fix({ alarms, lon: 120, lat: 100 });
    expect(judge(p)).toEqual(['no-fix']);
    expect(p.flags & LOCATED).toBe(0);
  });
  test.each([NaN, NOW + 2 * DAY, NOW - 200 * DAY])('with time %d it counts as made when it came', (fixTime) => {
    const p = fix({ alarms, fixTime });
    expect(judge(p)).toEqual(['suspect-time']);
    expect(p.fixTime).toBe(NOW);
  });
});

describe('against the newest fix of the vehicle', () => {
  const north = (km: number) => 31.5 + km / 111.195;

  test('the same fix again is a repeat and keeps its number', () => {
    expect(judge(fix(), LIVE, [fix()])).toEqual(['repeat']);
    expect(judge(fix({ speedKmh: NaN }), LIVE, [fix({ speedKmh: NaN })])).toEqual(['repeat']);
  });

  test.each([
    ['place', { lat: 31.6 }],
    ['speed', { speedKmh: 41 }],
    ['alarm word', { alarmWord: 1 }],
  ])('another %s in the same second is another fix', (_, over) => {
    const p = fix(over);
    expect(judge(p, LIVE, [fix()])).toEqual([]);
    expect(p.subSeq).toBe(1);
  });

  test('two fixes of one second, sent again as a pair, get the numbers they had', () => {
    const pair = () => [fix(), fix({ lat: 31.6 })];
    const first = fix();
    expect(judge(first, LIVE, pair())).toEqual(['out-of-order']);
    expect(first.subSeq).toBe(0);
    const second = fix({ lat: 31.6 });
    expect(judge(second, LIVE, [...pair(), fix()])).toEqual(['repeat']);
    expect(second.subSeq).toBe(1);
  });

  test('the same second from another source is a fact of its own', () => {
    const p = fix({ source: 6, lat: 31.6 });
    expect(judge(p, LIVE, [fix()])).toEqual([]);
    expect(p.subSeq).toBe(0);
  });

  test('older is out of order; much older is late and nothing else', () => {
    expect(judge(fix({ fixTime: NOW - 5 * SECOND }), LIVE, [fix()])).toEqual(['out-of-order']);
    expect(judge(fix({ fixTime: NOW - 20 * MINUTE }), LIVE, [fix()])).toEqual(['late']);
    expect(judge(fix({ fixTime: NOW - 20 * MINUTE }), REPLAY, [fix()])).toEqual(['out-of-order']);
  });

  test.each([
    ['0.26 km in 3 s is 312 km/h', 3, 0.26, ['suspect-motion']],
    ['0.24 km in 3 s is 288 km/h', 3, 0.24, []],
    ['under 3 s nothing is implied', 2, 5, []],
    ['100 km in 10 min', 600, 100, ['suspect-motion']],
    ['45 km in 10 min', 600, 45, []],
  ])('%s', (_, seconds, km, expected) => {
    const p = fix({ lat: north(km), receivedTime: NOW + seconds * SECOND, fixTime: NOW + seconds * SECOND });
    expect(judge(p, LIVE, [fix()])).toEqual(expected);
  });

  test('over the date line is not round the world', () => {
    const at = (lon: number, s: number) =>
      fix({ lon, lat: 0, fixTime: NOW + s * SECOND, receivedTime: NOW + s * SECOND });
    expect(judge(at(-179.999, 10), LIVE, [at(179.999, 0)])).toEqual([]);
  });

  test('too fast by its own speed', () => {
    expect(judge(fix({ speedKmh: 220 }))).toEqual([]);
    expect(judge(fix({ speedKmh: 220.1 }))).toEqual(['suspect-motion']);
  });

  test('another vehicle has no say in it', () => {
    expect(judge(fix({ vehicleNo: 2 }), LIVE, [fix()])).toEqual([]);
  });
});

// A few places, times and speeds, so that repeats, pairs and disorder are common.
const someFix = fc.record({
  vehicleNo: fc.integer({ min: 1, max: 3 }),
  offset: fc.constantFrom(-HOUR, -5 * SECOND, -SECOND, 0, 0, 0, SECOND, 4 * SECOND, 3 * MINUTE),
  lon: fc.constantFrom(0, 120.3, 120.300001, 121.7654321),
  lat: fc.constantFrom(0, 31.5, 31.4999999),
  speedKmh: fc.constantFrom(NaN, 0, 36.7, 230),
  flags: fc.constantFrom(0, LOCATED, LOCATED, LOCATED, LOCATED | BACKFILLED),
  alarmWord: fc.constantFrom(0, 0, 1, 0x80000000),
});

test('a verdict is a function of the log and the fix: a fleet read back from the log judges the same', () => {
  fc.assert(
    fc.property(fc.array(someFix, { minLength: 1, maxLength: 40 }), (inputs) => {
      const verdict = new Verdict(LIVE);
      const head = new Fleet();
      const log = new FixBatchBuilder();
      for (const { offset, ...over } of inputs) {
        const again = new Fleet();
        for (const earlier of readBack(log)) again.apply(earlier);
        const p = fix({ ...over, fixTime: NOW + offset });
        const twin = fix({ ...over, fixTime: NOW + offset });
        expect(verdict.judge(twin, again)).toBe(verdict.judge(p, head));
        expect(twin).toEqual(p);
        head.apply(p);
        log.add(p);
      }
    }),
    { seed: 808, numRuns: 200 },
  );
});

test('whatever was accepted last as news is a repeat when it is sent again', () => {
  fc.assert(
    fc.property(fc.array(someFix, { minLength: 1, maxLength: 20 }), (inputs) => {
      const verdict = new Verdict(LIVE);
      const head = new Fleet();
      for (const { offset, ...over } of inputs) {
        const p = fix({ ...over, fixTime: NOW + offset });
        expect(verdict.judge(p, head)).toBeNull();
        const moved = head.apply(p) && (p.flags & LOCATED) !== 0;
        if (!moved) continue;
        const again = fix({ ...over, fixTime: NOW + offset });
        verdict.judge(again, head);
        expect(qualityNames(again.quality)).toContain('repeat');
        expect(again.subSeq).toBe(p.subSeq);
      }
    }),
    { seed: 2019, numRuns: 200 },
  );
});

/** What the log keeps of the fixes, without emptying it. */
function readBack(log: FixBatchBuilder): Position[] {
  const count = log.count;
  const block = log.take();
  const sealed = sealBlock(block, { kind: KIND_FIXES, firstSeq: 1, count, fixesBefore: 0, closedAt: 0 });
  const read = readBlock(sealed, 0);
  if (typeof read === 'string') throw new Error(read);
  const fixes = [...new FixBatch(read)];
  for (const p of fixes) log.add(p);
  return fixes;
}
