import { describe, expect, test } from 'vitest';
import { ACC_KNOWN } from '../../../model/position.js';
import { SUSPECT_MOTION } from '../../../model/quality.js';
import { cardOf, ruleOf, tick } from '../defined-support.js';
import { type FixNote, fixOf, Story } from '../support.js';

function story(type: string, params: object = {}, others: object = {}): Story {
  const made = new Story().settings({}).vehicle(1, 'v1', 'coach').vehicle(2, 'v2', 'coach');
  ruleOf(made, type, params, others);
  return made;
}

/** A fix each `step` seconds from `from` until `to`. */
function drive(from: number, to: number, speed: number, step = 60): FixNote[] {
  const notes: FixNote[] = [];
  for (let at = from; at <= to; at += step) notes.push({ at, speed });
  return notes;
}

const H = 3600;

describe('speed-limit', () => {
  test('by day the limit, at night 80 % of it', () => {
    const day = story('speed-limit', { limit: 100, night: { from: '22:00', to: '05:00' } });
    expect(day.fixes(1, ...drive(0, 60, 90, 10)).tell()).toEqual([]);
    // 22:00 is twelve hours after ten.
    expect(day.fixes(1, ...drive(12 * H, 12 * H + 60, 90, 10)).tell()).toEqual(['raised speed-limit v1 22:00:00']);
    expect(day.transitions[0].alert.evidence.checks).toMatchObject([{ what: 'speed at night', threshold: 80 }, {}]);
  });

  test('the peak is that of the event, and a vehicle that drives as it may leaves nothing behind', () => {
    const twice = story('speed-limit', { limit: 100 }).fixes(1, ...drive(0, 60, 150, 10), ...drive(70, 200, 90, 10));
    const peaks = () =>
      twice.transitions.map(({ transition, alert }) => {
        const { fixes, end } = alert.evidence as { fixes: { peak: { speed: number } }; end?: { fixes: object } };
        return [transition, fixes.peak.speed, end?.fixes];
      });
    twice.tell();
    expect(peaks()).toEqual([
      ['raised', 150, undefined],
      ['cleared', 150, expect.objectContaining({ peak: expect.objectContaining({ speed: 150 }) })],
    ]);
    twice.fixes(1, ...drive(210, 250, 110, 10)).tell();
    expect(peaks()).toEqual([['raised', 110, undefined]]);
  });

  test('a vehicle that falls silent while too fast has its event closed by the tick', () => {
    const fast = story('speed-limit', { limit: 100 }).fixes(1, ...drive(0, 60, 110, 10));
    fast.tell();
    expect(tick(fast, 240).tell()).toEqual([]);
    expect(tick(fast, 241).tell()).toEqual(['cleared speed-limit v1 10:04:00 silent']);
  });

  test('so has one that is too fast for its kind', () => {
    const fast = new Story()
      .settings({ coach: 100 })
      .vehicle(1, 'v1', 'coach')
      .fixes(1, ...drive(0, 60, 110, 10));
    fast.tell();
    expect(tick(fast, 240).tell()).toEqual([]);
    expect(tick(fast, 241).tell()).toEqual(['cleared overspeed v1 10:04:00 silent']);
  });
});

describe('night-ban', () => {
  test('driving from 02:00 to 05:00', () => {
    // 02:00 is sixteen hours after ten.
    const late = story('night-ban').fixes(1, ...drive(16 * H - 120, 16 * H + 180, 60));
    expect(late.tell()).toEqual(['raised night-ban v1 02:00:00']);
    // Nothing was heard of it for hours: silence ends the event, with or without a tick in between.
    expect(late.fixes(1, ...drive(19 * H - 60, 19 * H + 400, 60)).tell()).toEqual([
      'cleared night-ban v1 02:10:00 silent',
    ]);
  });

  test('standing is no driving', () => {
    expect(
      story('night-ban')
        .fixes(1, ...drive(16 * H, 16 * H + 600, 2))
        .tell(),
    ).toEqual([]);
  });
});

describe('a fix that does not say how fast the vehicle is, or nothing credible, says neither that it drives nor that it stands', () => {
  const DOUBTFUL = [{ speed: NaN }, { speed: 6553.5, quality: SUSPECT_MOTION }];

  test.each(DOUBTFUL)('in banned hours: %j', (doubtful) => {
    const notes = drive(16 * H, 16 * H + 120, 60, 20);
    const among = notes.map((note, i) => (i === 2 ? { ...note, ...doubtful } : note));
    const late = story('night-ban').fixes(1, ...among);
    expect(late.tell()).toEqual(['raised night-ban v1 02:00:00']);
    expect(late.transitions[0].alert.position.time).toBe('2026-03-01T18:01:20.000Z');
    const parked = drive(16 * H, 16 * H + 600, 0).map((note) => ({ ...note, ...doubtful }));
    expect(
      story('night-ban')
        .fixes(1, ...parked)
        .tell(),
    ).toEqual([]);
  });

  test.each(DOUBTFUL)('in a long drive, and in a rest: %j', (doubtful) => {
    const every = (notes: FixNote[]) => notes.map((note, i) => (i % 4 === 2 ? { ...note, ...doubtful } : note));
    const tired = story('fatigue').fixes(1, ...every(drive(0, 4 * H + 60, 60)));
    expect(tired.tell()).toEqual(['raised fatigue v1 10:00:00']);
    const rested = story('fatigue').fixes(1, ...every([...drive(0, 3 * H, 60), ...drive(3 * H + 60, 4 * H, 0)]));
    expect(rested.fixes(1, ...drive(4 * H + 60, 7 * H, 60)).tell()).toEqual([]);
    // A silence would be as long.
    const unknown = drive(2 * H, 2 * H + 1260, 0).map((note) => ({ ...note, ...doubtful }));
    const blind = story('fatigue').fixes(1, ...drive(0, 2 * H, 60), ...unknown, ...drive(2.5 * H, 6 * H, 60));
    expect(blind.tell()).toEqual([]);
  });

  test('who has the ignition off does not drive', () => {
    const off = story('night-ban');
    for (const note of drive(16 * H, 16 * H + 600, 20)) {
      const p = fixOf(1, note);
      p.flags |= ACC_KNOWN;
      off.log.fix(p);
    }
    expect(off.tell()).toEqual([]);
  });
});

describe('fatigue', () => {
  const law = { dayHours: 4, nightHours: 2, hoursIn24: 8 };

  test('four hours by day without a rest of twenty minutes', () => {
    const tired = story('fatigue', law).fixes(1, ...drive(0, 2 * H, 60), ...drive(2 * H + 60, 2 * H + 900, 0));
    tired.fixes(1, ...drive(2 * H + 960, 4 * H, 60));
    expect(tired.tell()).toEqual([]); // fifteen minutes are no rest, and four hours are not more than four
    expect(tired.fixes(1, { at: 4 * H + 60, speed: 60 }).tell()).toEqual(['raised fatigue v1 10:00:00']);
    expect(tired.fixes(1, ...drive(4 * H + 120, 4 * H + 1500, 0)).tell()).toEqual(['cleared fatigue v1 14:21:00']);
  });

  test('a rest begins the count again', () => {
    const rested = story('fatigue', law).fixes(1, ...drive(0, 3 * H, 60), ...drive(3 * H + 60, 3 * H + 1500, 0));
    expect(rested.fixes(1, ...drive(3 * H + 1560, 6 * H, 60)).tell()).toEqual([]);
  });

  test('two hours at night', () => {
    const night = story('fatigue', law).fixes(1, ...drive(11 * H, 14 * H, 60));
    expect(night.tell()).toEqual([]); // an hour by day, two at night
    expect(night.fixes(1, { at: 14 * H + 60, speed: 60 }).tell()).toEqual(['raised fatigue v1 21:00:00']);
  });

  test('eight hours in twenty-four, with rests', () => {
    const long = story('fatigue', { ...law, nightHours: 24 });
    for (const from of [0, 4, 8]) long.fixes(1, ...drive(from * H, (from + 3) * H, 60));
    expect(long.tell()).toEqual(['raised fatigue v1 18:00:00']); // 3 + 3 + a little more than 2
    expect(long.transitions[0].alert.evidence.checks).toMatchObject([
      { result: false },
      { result: false },
      { result: true },
    ]);
  });

  test('who stands has driven no longer than until he stopped', () => {
    const waiting = story('fatigue', law).fixes(1, ...drive(0, 4 * H - 300, 60), ...drive(4 * H - 240, 4 * H + 780, 0));
    expect(waiting.tell()).toEqual([]);
  });

  test('forty-four hours in seven days', () => {
    const week = story('fatigue', { dayHours: 24, nightHours: 24, hoursIn7Days: 44 });
    for (let day = 0; day < 6; day++) week.fixes(1, ...drive(day * 24 * H, (day * 24 + 7) * H, 60));
    expect(week.tell()).toEqual([]); // six times seven
    week.fixes(1, ...drive(6 * 24 * H, (6 * 24 + 3) * H, 60));
    expect(week.tell()).toEqual(['raised fatigue v1 10:00:00']);
    expect(week.transitions[0].alert.evidence.checks).toMatchObject([{}, {}, {}, { what: 'driving in 7 days' }]);
    // The first day has left the week by then.
    expect(week.fixes(1, ...drive((7 * 24 + 5) * H, (7 * 24 + 5) * H + 120, 60)).tell()).toEqual([
      'cleared fatigue v1 15:00:00',
    ]);
  });

  test('a driver takes the hours along to another vehicle', () => {
    const drivers = story('fatigue', law);
    const wang = { name: '王', certificate: '32010' };
    cardOf(drivers, 1, 0, wang);
    drivers.fixes(1, ...drive(0, 3 * H, 60));
    cardOf(drivers, 1, 3 * H, null);
    cardOf(drivers, 2, 3 * H + 60, wang);
    drivers.fixes(2, ...drive(3 * H + 60, 4 * H + 120, 60));
    expect(drivers.tell()).toEqual(['raised fatigue v2 10:00:00']);
    expect(drivers.transitions[0].alert.evidence.driver).toBe('****0');
  });

  test('what nobody saw a driver drive is not his: he was away, and his vehicle of today was driven by another', () => {
    const drivers = story('fatigue', law);
    const wang = { name: '王', certificate: '32010' };
    cardOf(drivers, 1, 0, wang);
    // Driving still at the last fix with the card.
    drivers.fixes(1, ...moving(0, H));
    cardOf(drivers, 1, H + 1, null);
    drivers.fixes(2, ...moving(9 * H, 10 * H - 60));
    cardOf(drivers, 2, 10 * H - 30, wang);
    expect(drivers.fixes(2, ...moving(10 * H, 10 * H + 300)).tell()).toEqual([]);
  });

  test('a silence in which there was time for a rest begins the count again; one in which there was none does not', () => {
    const rested = story('fatigue', law).fixes(1, ...moving(0, H), ...moving(11 * H, 11 * H + 600, 120));
    expect(rested.tell()).toEqual([]); // 60 km in ten hours
    const hurried = story('fatigue', law).fixes(1, ...moving(0, 2 * H), ...moving(2.5 * H, 4 * H + 60, 156));
    expect(hurried.tell()).toEqual(['raised fatigue v1 10:00:00']); // 36 km in half an hour
  });
});

/** A fix each minute at 60 km/h to the east, beginning so many kilometres east of 0.5°. */
function moving(from: number, to: number, km = 0): FixNote[] {
  return drive(from, to, 60).map((note) => ({ ...note, lon: 0.5 + (km + (note.at - from) / 60) / 111 }));
}
