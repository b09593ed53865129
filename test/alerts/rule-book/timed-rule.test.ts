import { deserialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import type { MemoriesSnapshot } from '../../../alerts/memory/vehicle-memory.js';
import { Engine } from '../../../engine.js';
import type { RuleDefinition } from '../../../model/rule.js';
import { ruleOf, tick } from '../defined-support.js';
import { type FixNote, Story, square, TEN } from '../support.js';

function story(others: Partial<RuleDefinition>): Story {
  const made = new Story().vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), []);
  ruleOf(made, 'forbidden-inside', {}, { scope: { fences: ['zone'] }, ...others });
  return made;
}

function path(text: string, step = 10): FixNote[] {
  return [...text].map((place, i) => ({ at: i * step, lon: place === 'i' ? 0.5 : 5 }));
}

/** The transitions, without type, vehicle and fence. */
const told = (s: Story) => s.tell().map((line) => line.replace(' forbidden-inside v1 zone', ''));

test('minDuration: more than so long, from the onset', () => {
  const s = story({ timing: { minDuration: 30 } }).fixes(1, ...path('oiiiioiiiii'));
  expect(told(s)).toEqual(['raised 10:01:00']); // 10 to 40 is not more than 30; 60 to 100 is
  expect(s.transitions[0].alert.evidence.checks).toMatchObject([{ what: 'inside' }, { what: 'duration', value: 40 }]);
});

test('minPrevious: absent for so long before, where that is known', () => {
  expect(told(story({ timing: { minPrevious: 25 } }).fixes(1, ...path('oiioiioooi')))).toEqual([
    'raised 10:00:10',
    'cleared 10:00:30',
    'raised 10:01:30',
  ]);
});

test('coolDown and maxTriggers', () => {
  expect(told(story({ timing: { coolDown: 25 } }).fixes(1, ...path('ioioooi')))).toEqual([
    'raised 10:00:00',
    'cleared 10:00:10',
    'raised 10:01:00',
  ]);
  expect(told(story({ timing: { maxTriggers: 1 } }).fixes(1, ...path('ioiooi')))).toEqual([
    'raised 10:00:00',
    'cleared 10:00:10',
  ]);
});

test('maxGap: a silence begins the count again', () => {
  const s = story({ timing: { minDuration: 30, maxGap: 60 } });
  s.fixes(1, { at: 0 }, { at: 20 }, { at: 100 }, { at: 120 }, { at: 131 });
  expect(told(s)).toEqual(['raised 10:01:40']);
});

test('linger: what comes back soon has not ended', () => {
  expect(told(story({ timing: { linger: 25 } }).fixes(1, ...path('ioiooo')))).toEqual([
    'raised 10:00:00',
    'cleared 10:00:50',
  ]);
});

test('linger: what every fix shows has not ended, however far they lie apart', () => {
  const s = story({ timing: { linger: 25 } }).fixes(1, { at: 0 }, { at: 60 }, { at: 600 });
  expect(told(s)).toEqual(['raised 10:00:00']);
  expect(told(tick(s, 4000))).toEqual([]);
  // What was seen to be over, and comes back too late, is another one.
  s.fixes(1, { at: 4010 }, { at: 4020, lon: 5 }, { at: 4060 });
  expect(told(s)).toEqual(['cleared 11:07:40', 'raised 11:07:40']);
  s.fixes(1, { at: 4070, lon: 5 });
  expect(told(s)).toEqual([]);
  expect(told(tick(s, 4300))).toEqual(['cleared 11:10:05 silent']);
});

test('linger shorter than the gap that a kind allows between fixes splits no event', () => {
  const made = new Story().settings({}).vehicle(1, 'v1', 'coach');
  ruleOf(made, 'speed-limit', { limit: 60 }, { timing: { minDuration: 0, linger: 5 } });
  made.fixes(1, ...[0, 10, 20, 70].map((at) => ({ at, speed: 80 })));
  expect(made.tell()).toEqual(['raised speed-limit v1 10:00:00']);
  made.fixes(1, { at: 80, speed: 50 }, { at: 141, speed: 80 });
  expect(made.tell()).toEqual(['cleared speed-limit v1 10:01:20', 'raised speed-limit v1 10:02:21']);
});

test('hours, days and dates', () => {
  expect(told(story({ schedule: { hours: [{ from: '10:00', to: '10:01' }] } }).fixes(1, ...path('iiiiiiii')))).toEqual([
    'raised 10:00:00',
    'cleared 10:01:00 out-of-hours',
  ]);
  // 1 March 2026 is a Sunday, and no working day.
  expect(told(story({ schedule: { weekdays: [1, 2, 3] } }).fixes(1, ...path('ii')))).toEqual([]);
  expect(told(story({ schedule: { days: 'workdays' } }).fixes(1, ...path('ii')))).toEqual([]);
  expect(told(story({ schedule: { days: 'days-off' } }).fixes(1, ...path('ii')))).toEqual(['raised 10:00:00']);
  expect(told(story({ effectiveFrom: TEN + 15_000 }).fixes(1, ...path('iii')))).toEqual(['raised 10:00:20']);
  expect(told(story({ effectiveTo: TEN }).fixes(1, ...path('iii')))).toEqual([]);
});

test('hours over midnight are of the day on which they begin', () => {
  const FRIDAY = 5 * 86_400;
  const hour = (h: number) => ({ at: FRIDAY + (h - 10) * 3600 });
  const night = (others: RuleDefinition['schedule']) =>
    story({ schedule: { hours: [{ from: '22:00', to: '05:00' }], ...others } });
  const fridays = night({ weekdays: [5] }).fixes(
    1,
    hour(4),
    hour(21),
    hour(22),
    hour(25),
    hour(28),
    hour(29),
    hour(47),
  );
  expect(told(fridays)).toEqual(['raised 22:00:00', 'cleared 05:00:00 out-of-hours']);
  // Friday is a working day; Saturday is none, and its early morning is still of Friday's night.
  const worked = night({ days: 'workdays' }).fixes(1, hour(26), hour(48 + 2));
  expect(told(worked)).toEqual(['raised 02:00:00', 'cleared 05:00:00 out-of-hours']);
});

test('scope: who is not meant is not judged, and who is no more meant is let go', () => {
  for (const scope of [
    { categories: ['truck' as const] },
    { companies: ['x'] },
    { regions: ['32'] },
    { vehicles: ['v2'] },
  ]) {
    expect(told(story({ scope: { ...scope, fences: ['zone'] } }).fixes(1, ...path('ii')))).toEqual([]);
  }
  expect(told(story({ enabled: false }).fixes(1, ...path('ii')))).toEqual([]);
  const s = story({ scope: { categories: ['coach'], fences: ['zone'] } }).fixes(1, ...path('i'));
  told(s);
  expect(told(s.vehicle(1, 'v1', 'truck').fixes(1, { at: 20 }))).toEqual(['cleared 10:00:00 rule-removed']);
});

describe('a vehicle that is silent', () => {
  const parked = (type: string, params: object, others: Partial<RuleDefinition>, properties = {}) => {
    const made = new Story().vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), [{ type: 'enter' }], properties);
    ruleOf(made, type, params, others);
    return made.fixes(1, { at: 0 });
  };
  const coaches = { scope: { categories: ['coach' as const] } };
  const inZone = { scope: { categories: ['coach' as const], fences: ['zone'] } };

  test('and is no more meant by a rule has no alert of it any more', () => {
    const s = parked('offline', { seconds: 60 }, coaches);
    expect(tick(s, 70).tell()).toHaveLength(2);
    expect(s.vehicle(1, 'v1', 'truck').tell()).toEqual(['cleared offline v1 10:00:00 rule-removed']);
    expect(tick(s, 200).tell()).toEqual([]);
  });

  test('nor gets one', () => {
    const s = parked('dwell-too-long', { seconds: 60 }, inZone).vehicle(1, 'v1', 'truck');
    expect(tick(s, 70).tell()).toEqual(['raised fence-enter v1 zone 10:00:00']);
    const other = parked('dwell-too-long', { seconds: 60 }, inZone);
    other.fence(1, 'zone', square(0, 0), [], { categories: ['truck'] });
    expect(tick(other, 70).tell()).toHaveLength(2); // of the fence's own rule
  });

  test('and that the fence means no more, neither', () => {
    const s = parked('forbidden-inside', {}, inZone);
    s.tell();
    s.fence(1, 'zone', square(0, 0), [{ type: 'enter' }], { categories: ['truck'] });
    expect(s.tell()).toEqual([
      'cleared fence-enter v1 zone 10:00:00 rule-removed',
      'cleared forbidden-inside v1 zone 10:00:00 rule-removed',
    ]);
    expect(s.fixes(1, { at: 10 }).tell()).toEqual([]);
  });

  test('is told of by rules about silence that mean it now', () => {
    const s = parked('offline', { seconds: 60 }, { scope: { categories: ['truck'] } });
    ruleOf(s, 'dwell-too-long', { seconds: 90 }, { scope: { categories: ['truck'], fences: ['zone'] } });
    expect(tick(s, 70).tell()).toHaveLength(1);
    expect(tick(s.vehicle(1, 'v1', 'truck'), 80).tell()).toEqual(['raised offline v1 10:00:00']);
    expect(tick(s.vehicle(1, 'v1', 'truck'), 100).tell()).toEqual(['raised dwell-too-long v1 zone 10:00:00']);
  });

  test('has not stayed too long in a fence that went away from it, and has in one that came', () => {
    const s = parked('dwell-too-long', { seconds: 60 }, inZone).fence(1, 'zone', square(1, 0), []);
    expect(tick(s, 70).tell()).toEqual([
      'raised fence-enter v1 zone 10:00:00',
      'cleared fence-enter v1 zone 10:00:00 rule-removed',
    ]);
    expect(tick(s.fence(1, 'zone', square(0, 0), []), 80).tell()).toEqual(['raised dwell-too-long v1 zone 10:00:00']);
    expect(s.fence(1, 'zone', square(0, 0), []).tell()).toEqual([]); // and goes on to
  });
});

test('a rule that is changed ends what it had, and begins anew under its new revision', () => {
  const s = story({}).fixes(1, ...path('i'));
  told(s);
  const before = s.transitions[0].alert.ruleRevision;
  ruleOf(s, 'forbidden-inside', {}, { scope: { fences: ['zone'] }, severity: 'critical' });
  expect(told(s.fixes(1, { at: 10 }))).toEqual(['cleared 10:00:00 rule-changed', 'raised 10:00:10']);
  expect(s.transitions[1].alert).toMatchObject({ severity: 'critical', ruleId: 'rule:forbidden-inside:zone' });
  expect(s.transitions[1].alert.ruleRevision).toBeGreaterThan(before);
});

test('a restart changes nothing, with time that passes too', () => {
  const tale = () => {
    const s = story({ timing: { minDuration: 30 } });
    ruleOf(s, 'offline', { seconds: 60 });
    ruleOf(s, 'dwell-too-long', { seconds: 45 }, { scope: { fences: ['zone'] } });
    ruleOf(s, 'fatigue', { dayHours: 0.1 });
    s.fixes(1, ...path('oiiiiiii'));
    tick(s, 100);
    tick(s, 131);
    s.fixes(1, { at: 140 }, { at: 150, lon: 5 }, ...Array.from({ length: 40 }, (_, i) => ({ at: 160 + i * 10 })));
    return tick(s, 700);
  };
  const whole = tale();
  const expected = whole.tell();
  expect(expected.length).toBeGreaterThan(6);
  for (let cut = 1; cut < whole.log.blocks.length; cut++) {
    let engine = new Engine();
    const lines: string[] = [];
    for (const [i, block] of whole.log.blocks.entries()) {
      if (i === cut) engine = Engine.from(engine.snapshot()) as Engine;
      engine.apply(block);
      lines.push(...engine.take().map(({ transition, alert }) => `${transition} ${alert.id}`));
    }
    expect(lines).toEqual(whole.transitions.map(({ transition, alert }) => `${transition} ${alert.id}`));
  }
});

test('minPrevious: what began too soon does not count for absence, nor by lasting', () => {
  const s = story({ timing: { minPrevious: 25 } });
  expect(told(s.fixes(1, ...path('iooiiiiiiooi')))).toEqual(['raised 10:00:00', 'cleared 10:00:10']);
  expect(told(s.fixes(1, { at: 120, lon: 5 }, { at: 140, lon: 5 }, { at: 150 }))).toEqual(['raised 10:02:30']);
});

test('a vehicle that has been in many fences is remembered for none of them for longer than the timing asks for', () => {
  const s = new Story().vehicle(1, 'v1');
  const fences = Array.from({ length: 30 }, (_, i) => `f${i}`);
  for (const [i, id] of fences.entries()) s.fence(i + 1, id, square(2 * i, 0), []);
  const timing = { minPrevious: 60, coolDown: 60 };
  ruleOf(s, 'forbidden-inside', {}, { scope: { fences }, timing });
  s.fixes(
    1,
    ...fences.flatMap((_, i) => [
      { at: i * 20, lon: 2 * i + 0.5 },
      { at: i * 20 + 10, lon: 2 * i + 1.5 },
    ]),
  );
  expect(s.tell()).toHaveLength(60);
  const remembered = () => (deserialize(s.engine.snapshot()) as { memories: MemoriesSnapshot }).memories.vehicles[0][1];
  expect(remembered().rules?.size).toBeLessThanOrEqual(5);
  s.fixes(1, { at: 700, lon: 0.5 }, { at: 710, lon: 1.5 }, { at: 730, lon: 0.5 }, { at: 800, lon: 1.5 });
  // Well rested; then too soon.
  expect(s.tell()).toEqual(['raised forbidden-inside v1 f0 10:11:40', 'cleared forbidden-inside v1 f0 10:11:50']);
});

test('an alert that begins again after its end is another one', () => {
  const made = new Story().vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), []);
  const hours = [
    { from: '10:01', to: '10:02' },
    { from: '10:03', to: '10:04' },
  ];
  ruleOf(made, 'dwell-too-long', { seconds: 20 }, { scope: { fences: ['zone'] }, schedule: { hours } });
  expect(made.fixes(1, ...path('iiiiiiiiiiiiiiiiiiiii')).tell()).toEqual([
    'raised dwell-too-long v1 zone 10:00:00',
    'cleared dwell-too-long v1 zone 10:02:00 out-of-hours',
    'raised dwell-too-long v1 zone 10:03:00',
  ]);
});

describe('linger, where silence itself says that the condition holds', () => {
  const dwelling = () => {
    const made = new Story().vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), []);
    ruleOf(made, 'dwell-too-long', { seconds: 600 }, { scope: { fences: ['zone'] }, timing: { linger: 60 } });
    return made.fixes(1, ...path('oiii'));
  };

  test('it lasts in silence, and its next fix finds it lasting', () => {
    const s = tick(dwelling(), 620);
    expect(s.tell()).toEqual(['raised dwell-too-long v1 zone 10:00:10']);
    expect(tick(tick(s, 900), 2000).tell()).toEqual([]);
    expect(s.fixes(1, { at: 5000 }).tell()).toEqual([]);
    expect(s.fixes(1, { at: 5010, lon: 5 }, { at: 5080, lon: 5 }).tell()).toEqual([
      'cleared dwell-too-long v1 zone 11:24:40',
    ]);
  });

  test('a day that ends while the rule goes on ends nothing', () => {
    const made = new Story().vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), []);
    const others = { scope: { fences: ['zone'] }, timing: { linger: 60 }, schedule: { weekdays: [7, 1] } };
    ruleOf(made, 'dwell-too-long', { seconds: 600 }, others);
    expect(tick(made.fixes(1, { at: 0 }), 620).tell()).toEqual(['raised dwell-too-long v1 zone 10:00:00']);
    expect(tick(made, 15 * 3600).tell()).toEqual([]);
    expect(tick(made, 39 * 3600).tell()).toEqual(['cleared dwell-too-long v1 zone 00:00:00 out-of-hours']);
  });

  test('who left and falls silent has left', () => {
    const s = tick(dwelling(), 620).fixes(1, { at: 630, lon: 5 });
    s.tell();
    expect(tick(s, 900).tell()).toEqual(['cleared dwell-too-long v1 zone 10:13:10 silent']);
    expect(s.engine.counters.stepFailures).toEqual({});
  });
});

describe('an alert of a vehicle that is silent ends with the hours of its rule', () => {
  const parked = (others: Partial<RuleDefinition>, properties = {}) => {
    const made = new Story().vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), [], properties);
    ruleOf(made, 'forbidden-inside', {}, { scope: { fences: ['zone'] }, ...others });
    return made.fixes(1, ...path('ii'));
  };
  const DAY = 86_400;

  test.each([
    ['its window', { schedule: { hours: [{ from: '09:00', to: '10:05' }] } }, {}, '10:05:00', 300],
    ['the last of two that adjoin', adjoining('10:05', '10:20'), {}, '10:20:00', 1200],
    ['its date', { effectiveTo: TEN + 400_000 }, {}, '10:06:40', 400],
    // A Sunday ends at midnight, fourteen hours after ten.
    ['its weekday', { schedule: { weekdays: [7] } }, {}, '00:00:00', 14 * 3600],
    ['the days off', { schedule: { days: 'days-off' as const } }, {}, '00:00:00', 14 * 3600],
    ['the hours of the fence', {}, { hours: { from: '22:00', to: '12:00' } }, '12:00:00', 7200],
  ])('%s', (_, others, properties, end, seconds) => {
    const s = parked(others, properties);
    expect(told(s)).toEqual(['raised 10:00:00']);
    expect(told(tick(s, seconds - 1))).toEqual([]);
    expect(told(tick(s, seconds + 5))).toEqual([`cleared ${end} out-of-hours`]);
    // Whether a tick came in between or the next fix only.
    const next = parked(others, properties);
    told(next);
    expect(told(next.fixes(1, { at: seconds + 10 }))[0]).toBe(`cleared ${end} out-of-hours`);
  });

  test('and is open for as long as it is in force', () => {
    const s = parked({ schedule: { weekdays: [1, 2, 7] } });
    told(s);
    for (let at = 3600; at < 2 * DAY; at += 3600) tick(s, at);
    expect(told(s)).toEqual([]);
    expect(told(tick(s, 3 * DAY))).toEqual(['cleared 00:00:00 out-of-hours']);
  });
});

function adjoining(end: string, to: string): Partial<RuleDefinition> {
  return {
    schedule: {
      hours: [
        { from: '09:00', to: end },
        { from: end, to },
      ],
    },
  };
}

describe('a rule about silence begins with what was heard last', () => {
  const silent = () =>
    new Story().vehicle(1, 'v1', 'coach').vehicle(2, 'v2', 'truck').fence(1, 'zone', square(0, 0), []);
  const heard = () => silent().fixes(1, { at: 0 }).fixes(2, { at: 5 });

  test('offline, for whoever is in its scope', () => {
    const s = heard();
    ruleOf(s, 'offline', { seconds: 600 }, { scope: { categories: ['coach'] } });
    expect(tick(s, 700).tell()).toEqual(['raised offline v1 10:00:00']);
    expect(s.transitions[0].alert.detectedAt).toBe(new Date(TEN + 700_000).toISOString());
    // Changed, it begins anew, though nothing has come since.
    ruleOf(s, 'offline', { seconds: 900 }, { scope: { categories: ['coach', 'truck'] } });
    expect(tick(s, 800).tell()).toEqual(['cleared offline v1 10:00:00 rule-changed']);
    expect(tick(s, 910).tell()).toEqual(['raised offline v1 10:00:00', 'raised offline v2 10:00:05']);
    expect(s.fixes(1, { at: 920 }).tell()).toEqual(['cleared offline v1 10:15:20']);
  });

  test('a stay in a fence, for whoever is there', () => {
    const s = heard().fixes(2, { at: 10, lon: 5 });
    ruleOf(s, 'dwell-too-long', { seconds: 60 }, { scope: { fences: ['zone'] } });
    expect(tick(s, 100).tell()).toEqual(['raised dwell-too-long v1 zone 10:00:00']);
  });

  test('what happens to be so at that fix is no news', () => {
    const s = heard();
    ruleOf(s, 'forbidden-inside', {}, { scope: { fences: ['zone'] } });
    ruleOf(s, 'speed-limit', { limit: 10 }, { timing: { minDuration: 0 } });
    expect(tick(s, 100).tell()).toEqual([]);
  });
});

describe('what silence shows too early to be told is told when it may be', () => {
  const DAY = 86_400;
  const zone = (others: Partial<RuleDefinition>, properties = {}) => {
    const made = new Story().vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), [], properties);
    ruleOf(made, 'dwell-too-long', { seconds: 60 }, { scope: { fences: ['zone'] }, ...others });
    return made.fixes(1, { at: 0 });
  };
  const noon = { schedule: { hours: [{ from: '12:00', to: '13:00' }] } };

  test.each([
    ['the hours of the rule begin', noon, {}, '10:00:00', 7200],
    ['its days begin', { schedule: { days: 'workdays' as const } }, {}, '10:00:00', 14 * 3600],
    ['its date comes', { effectiveFrom: TEN + 400_000 }, {}, '10:00:00', 400],
    ['the hours of the fence begin', {}, { hours: { from: '12:00', to: '13:00' } }, '10:00:00', 7200],
    ['it has lasted long enough', { timing: { minDuration: 300 } }, {}, '10:00:00', 301],
  ])('%s', (_, others, properties, onset, seconds) => {
    const s = zone(others, properties);
    for (const at of [70, 200, 299]) tick(s, at);
    expect(s.tell()).toEqual([]);
    expect(tick(s, seconds + 5).tell()).toEqual([`raised dwell-too-long v1 zone ${onset}`]);
    // Whether a tick came in between or the next fix only.
    const next = zone(others, properties).fixes(1, { at: seconds + 10 });
    expect(next.tell()).toEqual([`raised dwell-too-long v1 zone ${onset}`]);
    const asOf = (of: Story) => of.transitions[0].alert.evidence.decidedBySilenceUntil;
    expect(asOf(next)).toBe(asOf(s));
  });

  test('the next one of a silence that goes on is another alert', () => {
    const s = zone(noon);
    expect(tick(tick(s, 7205), 11_000).tell()).toEqual([
      'raised dwell-too-long v1 zone 10:00:00',
      'cleared dwell-too-long v1 zone 13:00:00 out-of-hours',
    ]);
    expect(tick(s, DAY + 7205).tell()).toEqual(['raised dwell-too-long v1 zone 12:00:00']);
    expect(s.transitions[0].alert.position.time).toBe(new Date(TEN).toISOString());
  });

  test('the time after the last alert has passed', () => {
    const s = new Story().vehicle(1, 'v1');
    ruleOf(s, 'offline', { seconds: 60 }, { timing: { coolDown: 600 } });
    expect(tick(s.fixes(1, { at: 0 }), 70).tell()).toEqual(['raised offline v1 10:00:00']);
    expect(tick(s.fixes(1, { at: 100 }), 200).tell()).toEqual(['cleared offline v1 10:01:40']);
    expect(tick(s, 705).tell()).toEqual(['raised offline v1 10:01:40']);
  });

  test('and nothing is where the rule is over, or has told as often as it may', () => {
    const over = zone({ ...noon, effectiveTo: TEN + 100_000 });
    expect(tick(tick(over, 70), 7205).tell()).toEqual([]);
    const once = zone({ ...noon, timing: { maxTriggers: 1 } });
    for (const at of [70, 7205, 11_000, DAY + 7205]) tick(once, at);
    expect(once.tell()).toHaveLength(2);
  });

  test('with a restart anywhere', () => {
    const s = zone(noon);
    for (const at of [70, 7100, 7300, 11_000, DAY, DAY + 7300]) tick(s, at);
    const expected = s.tell();
    expect(expected).toHaveLength(3);
    for (let cut = 1; cut < s.log.blocks.length; cut++) {
      let engine = new Engine();
      const ids: string[] = [];
      for (const [i, block] of s.log.blocks.entries()) {
        if (i === cut) engine = Engine.from(engine.snapshot()) as Engine;
        engine.apply(block);
        ids.push(...engine.take().map(({ transition, alert }) => `${transition} ${alert.id}`));
      }
      expect(ids).toEqual(s.transitions.map(({ transition, alert }) => `${transition} ${alert.id}`));
    }
  });
});
