import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTracks } from '../../cli/support/tracks.js';
import { ACC_KNOWN, ACC_ON, LOCATED, Position } from '../../model/position.js';
import { SUSPECT_PLACE } from '../../model/quality.js';
import type { Journey } from '../../model/trip.js';
import { type Driving, journeyFrom, tripsAndStops } from '../../tracks/trips.js';
import { needs } from '../support/needs.js';
import { taxiFile } from '../support/wuxi.js';
import { at, clock } from './support.js';

/** A journey as lines: `trip start–end metres why`, `stop start–end`. */
function lines({ trips, stops }: Journey): string[] {
  const told = [
    ...trips.map((t) => [t.start, `trip ${clock(t.start)}–${clock(t.end)} ${Math.round(t.distanceM)} ${t.ended}`]),
    ...stops.map((s) => [s.start, `stop ${clock(s.start)}–${clock(s.end)}${s.open ? ' open' : ''}`]),
  ] as [number, string][];
  return told.sort((a, b) => a[0] - b[0]).map(([, line]) => line);
}

/** A fix a minute at these metres east, from minute `from`. */
function everyMinute(metres: number[], from = 0, more: Partial<Position> = {}): Position[] {
  return metres.map((east, i) => at((from + i) * 60, east, 0, more));
}

describe('stops are places, not speeds', () => {
  test('a receiver that wanders while it is parked stands', () => {
    const wander = [0, 40, 10, 60, 30, 0, 50, 20].map((east, i) => at(i * 60, east, 0, { speedKmh: 6 }));
    expect(lines(tripsAndStops([...wander, ...everyMinute([400, 900], 8)]))).toEqual([
      'stop 00:00:00–00:07:00',
      'trip 00:07:00–00:09:00 880 null',
    ]);
  });

  test('a red light is no stop, five minutes are', () => {
    expect(lines(tripsAndStops(everyMinute([0, 500, 1000, 1010, 1010, 1010, 1010, 1500])))).toEqual([
      'trip 00:00:00–00:07:00 1500 null',
    ]);
    expect(lines(tripsAndStops(everyMinute([0, 500, 1000, 1010, 1010, 1010, 1010, 1010, 1500])))).toEqual([
      'trip 00:00:00–00:02:00 1000 stop',
      'stop 00:02:00–00:07:00',
      'trip 00:07:00–00:08:00 490 null',
    ]);
  });

  test('with the engine off two minutes are enough, and idling is counted with it on', () => {
    const off = { flags: LOCATED | ACC_KNOWN };
    const on = { flags: LOCATED | ACC_KNOWN | ACC_ON };
    const fixes = [...everyMinute([0, 500, 1000], 0, on), ...everyMinute([1000, 1000], 3, off), at(300, 1600, 0, on)];
    const { stops } = tripsAndStops(fixes);
    expect(stops.map((s) => [clock(s.start), clock(s.end), s.ignitionOff, s.idleMs])).toEqual([
      ['00:02:00', '00:04:00', true, 60_000],
    ]);
  });

  test('an outing into the yard does not end a stop; a drive away and back does', () => {
    const stay = [0, 0, 0, 0, 0, 0];
    expect(lines(tripsAndStops(everyMinute([...stay, 150, 160, ...stay])))).toEqual(['stop 00:00:00–00:13:00 open']);
    expect(lines(tripsAndStops(everyMinute([...stay, 150, 260, ...stay])))).toEqual([
      'stop 00:00:00–00:05:00',
      'trip 00:05:00–00:08:00 520 stop',
      'stop 00:08:00–00:13:00 open',
    ]);
  });
});

describe('silence', () => {
  test('who is silent for long and then near has stood; who is far has moved unseen', () => {
    const before = everyMinute([0, 600, 1200]);
    expect(lines(tripsAndStops([...before, ...everyMinute([1600, 2200], 60)]))).toEqual([
      'trip 00:00:00–00:02:00 1200 stop',
      'stop 00:02:00–01:00:00',
      'trip 01:00:00–01:01:00 600 null',
    ]);
    expect(lines(tripsAndStops([...before, ...everyMinute([2000, 2600], 60)]))).toEqual([
      'trip 00:00:00–00:02:00 1200 gap',
      'trip 01:00:00–01:01:00 600 null',
    ]);
  });

  test('ten minutes are not long', () => {
    expect(lines(tripsAndStops([...everyMinute([0, 600]), at(660, 1000)]))).toEqual([
      'trip 00:00:00–00:11:00 1000 null',
    ]);
  });
});

test('doubtful fixes count for nothing', () => {
  const stray = at(90, 90_000, 0, { quality: SUSPECT_PLACE });
  const nowhere = at(95, 0, 0, { lon: NaN });
  expect(lines(tripsAndStops([at(0, 0), at(60, 500), stray, nowhere, at(120, 1000)]))).toEqual([
    'trip 00:00:00–00:02:00 1000 null',
  ]);
  expect(tripsAndStops([stray])).toEqual({ trips: [], stops: [] });
});

/** Rides of changing pace with stands, outings and silences among them. */
const rides = fc
  .array(
    fc.record({
      s: fc.constantFrom(20, 30, 60, 120, 300, 601, 1800),
      m: fc.constantFrom(0, 0, 0, 5, -20, 60, 110, -150, 400, 501, 900),
      off: fc.boolean(),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .map((steps) => {
    let seconds = 0;
    let east = 0;
    return steps.map(({ s, m, off }) => at((seconds += s), (east += m), 0, { flags: ACC_KNOWN | (off ? 0 : ACC_ON) }));
  });

test('every moment is in one trip, stop or gap, in order', () => {
  fc.assert(
    fc.property(rides, (fixes) => {
      const { trips, stops } = tripsAndStops(fixes);
      const spans = [...trips, ...stops].sort((a, b) => a.start - b.start || a.end - b.end);
      for (let i = 1; i < spans.length; i++) expect(spans[i].start).toBeGreaterThanOrEqual(spans[i - 1].end);
      for (const { start, end } of spans) expect(end).toBeGreaterThan(start);
      expect(
        stops.filter((stop) => stop.open).length + trips.filter((trip) => trip.ended === null).length,
      ).toBeLessThan(2);
    }),
    { seed: 4, numRuns: 300 },
  );
});

test('going on from the last stop that was over gives what the whole gives', () => {
  let gone = 0;
  fc.assert(
    fc.property(rides, fc.nat(), (fixes, pick) => {
      const fresh = fixes[pick % fixes.length].fixTime;
      const known = tripsAndStops(fixes.filter((p) => p.fixTime < fresh));
      const stop = known.stops.findLast(({ end }) => end < fresh);
      if (!stop) return;
      gone++;
      const whole = tripsAndStops(fixes);
      const rest = journeyFrom(
        fixes.filter((p) => p.fixTime >= stop.seenUntil),
        { standing: stop },
        -Infinity,
      );
      expect(rest.stops).toEqual(whole.stops.filter(({ start }) => start >= stop.start));
      expect(rest.trips).toEqual(whole.trips.filter(({ start }) => start >= stop.start));
    }),
    { seed: 5, numRuns: 500 },
  );
  expect(gone).toBeGreaterThan(100);
});

test('going on from what was driven so far, again and again, gives what the whole gives', () => {
  let driven = 0;
  fc.assert(
    fc.property(rides, fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), (fixes, picks) => {
      const news = [...new Set(picks.map((pick) => fixes[pick % fixes.length].fixTime))].sort((a, b) => a - b);
      let driving: Driving | null = null;
      for (const [i, fresh] of news.entries()) {
        const from = driving?.trip.end ?? -Infinity;
        const until = news[i + 1] ?? Infinity; // what was there when these news were looked at
        const known = fixes.filter((p) => p.fixTime < until);
        const whole = tripsAndStops(known);
        const rest = journeyFrom(
          known.filter((p) => p.fixTime >= from),
          driving ? { driving } : {},
          fresh,
        );
        const since = driving?.trip.start ?? -Infinity;
        expect(rest.stops).toEqual(whole.stops.filter(({ start }) => start >= since));
        expect(rest.trips).toEqual(whole.trips.filter(({ start }) => start >= since));
        driving = rest.driving;
        if (!driving) continue;
        driven++;
        expect(driving.trip.end).toBeLessThan(fresh);
      }
    }),
    { seed: 6, numRuns: 2000 },
  );
  expect(driven).toBeGreaterThan(300);
});

/**
 * Six real taxis, worked out by hand: the fixes of each were printed with the time since the one before and the
 * great-circle metres of every leg (haversine, R = 6,371,008.8 m, with another program), and read with a pencil:
 *
 * - a stop where all fixes for 5 min are within 100 m of the first of them, or where more than 10 min of silence end at
 *   most 500 m from where they began; it is over with the last such fix, or, where the vehicle is found more than 100 m
 *   away after the silence, with that fix;
 * - a gap where more than 10 min of silence end more than 500 m away;
 * - metres of a trip: the sum of its legs.
 *
 * Remarks name the fixes (counted from 0) that decide.
 */
const BY_HAND: Record<string, string[]> = {
  // 0–3 stay near but for 175 s only. 5–6: 79 m apart, then 11,912 s of silence and 234 m: stood. 7–8: 1018 s, 120 m.
  // 10–11: 970 s, 154 m. Legs 13.5 + 0 + 23.3 + 249.5; 269.6; 167.0 + 335.0; 376.0 + 480.0 + 129.5.
  '86627503130642': [
    'trip 08:01:35–08:05:25 286 stop',
    'stop 08:05:25–11:24:52',
    'trip 11:24:52–11:25:47 270 stop',
    'stop 11:25:47–11:42:45',
    'trip 11:42:45–11:44:34 502 stop',
    'stop 11:44:34–12:00:44',
    'trip 12:00:44–12:03:29 986 null',
  ],
  // 3–9 within 96 m of 3 for 332 s; then 5786 s of silence and 521 m: a gap. 12–13: 2504 s, 445 m: stood.
  // 15–16: 10,771 s, 368 m: stood. Legs 384.0 + 401.7 + 209.3; 314.3 + 290.8; 485.8 + 273.2; 418.7 + 273.0.
  '86627503130775': [
    'trip 09:21:20–09:24:05 995 stop',
    'stop 09:24:05–09:29:37',
    'trip 11:06:03–11:07:53 605 stop',
    'stop 11:07:53–11:49:37',
    'trip 11:49:37–11:51:28 759 stop',
    'stop 11:51:28–14:50:59',
    'trip 14:50:59–14:52:50 692 null',
  ],
  // 4–5: 2783 s of silence, 68 m, still within the radius; 6 is 997 m away. 8–12 within 22 m of 8 for 603 s; 13 and 14
  // stand 241 m away for 153 s only. Legs: 4277.0; 6795.0 − 4344.9; 11115.1 − 6848.6 (running sums).
  '86860703150822': [
    'trip 14:15:19–14:25:28 4277 stop',
    'stop 14:25:28–15:11:51',
    'trip 15:11:51–15:19:26 2450 stop',
    'stop 15:19:26–15:29:29',
    'trip 15:29:29–15:44:42 4267 null',
  ],
  // 2–3: 10,060 s, 205 m: stood, left in silence. 3–4 only 151 s. 14–17 within 42 m of 14 for 659 s (13 is 104 m from
  // 15). Running sums: 2154.3; 5974.9 − 2359.4; 9401.3 − 6017.6.
  '86860703196251': [
    'trip 14:46:15–14:51:14 2154 stop',
    'stop 14:51:14–17:38:54',
    'trip 17:38:54–17:51:28 3616 stop',
    'stop 17:51:28–18:02:27',
    'trip 18:02:27–18:10:27 3384 null',
  ],
  // 7–11 within 22 m of 7 for 606 s; 12 is 131 m away. 20–21 in one place, then 10,908 s and 109 m: stood, left in
  // silence. Running sums: 5985.5; 12280.0 − 6007.6; 438.6 + 507.8.
  '86860703231823': [
    'trip 16:34:00–16:51:41 5985 stop',
    'stop 16:51:41–17:01:47',
    'trip 17:01:47–17:24:32 6272 stop',
    'stop 17:24:32–20:28:51',
    'trip 20:28:51–20:34:01 946 null',
  ],
  // 1–2: 728 s, 348 m: stood. 6–7: 932 s, 1116 m: gap; 7–8: 31,540 s, 287 m: stood, so 7 alone is no trip. 12–16 within
  // 5 m for 602 s. 19–20: 3376 s, 740 m: gap, and 20 alone is no trip.
  // Running sums: 1298.4; 5952.9 − 1645.9; 10910.7 − 7355.9; 16335.3 − 10915.5.
  '86860703192486': [
    'trip 08:07:16–08:09:52 1298 stop',
    'stop 08:09:52–08:22:00',
    'trip 08:22:00–08:34:44 4307 gap',
    'stop 08:50:16–17:35:56',
    'trip 17:35:56–17:45:59 3555 stop',
    'stop 17:45:59–17:56:01',
    'trip 17:56:01–18:03:54 5420 gap',
  ],
};

needs('recordings', 'trips and stops of real taxis', (shared) => {
  test.each(Object.entries(BY_HAND))('taxi %s, as worked out by hand', async (taxi, expected) => {
    const { byVehicle } = await readTracks(taxiFile(shared));
    const fixes = byVehicle
      .get(taxi)!
      .map(({ time, lon, lat }) => Object.assign(new Position(), { fixTime: time, lon, lat }));
    expect(lines(tripsAndStops(fixes))).toEqual(expected);
  });
});
