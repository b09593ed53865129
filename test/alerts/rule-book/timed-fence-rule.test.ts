import { expect, test } from 'vitest';
import { Engine } from '../../../engine.js';
import type { FenceRule } from '../../../model/fence.js';
import { tick } from '../defined-support.js';
import { type FixNote, Story, square } from '../support.js';

const fenced = (...rules: FenceRule[]) => new Story().vehicle(1, 'v1').fence(1, 'zone', square(0, 0), rules);

/** A fix each ten seconds: i inside, o outside. */
const path = (text: string, from = 0): FixNote[] =>
  [...text].map((place, i) => ({ at: from + i * 10, lon: place === 'i' ? 0.5 : 5 }));

/** The transitions, without vehicle and fence. */
const told = (s: Story) => s.tell().map((line) => line.replace(' v1 zone', ''));

test('enter counts after a stay of more than minDuration, under the id and the type that it has without', () => {
  const s = fenced({ type: 'enter', timing: { minDuration: 30 } }).fixes(1, ...path('oiiiioiiiii'));
  expect(told(s)).toEqual(['raised fence-enter 10:01:00']);
  const [{ alert }] = s.transitions;
  expect(alert).toMatchObject({ ruleId: 'fence:zone:enter', ruleRevision: 2, severity: 'warning', fenceId: 'zone' });
  expect(alert.evidence).toMatchObject({
    rule: { id: 'fence:zone:enter', revision: 2 },
    fixes: { onset: { time: '2026-03-01T02:01:00.000Z' }, deciding: { time: '2026-03-01T02:01:40.000Z' } },
    checks: [
      { what: 'inside', value: true },
      { what: 'duration', value: 40, is: '>', threshold: 30, result: true },
    ],
  });
});

test.each<[string, FenceRule, string, string[]]>([
  [
    'minPrevious',
    { type: 'enter', timing: { minPrevious: 25 } },
    'oiioiioooi',
    ['raised fence-enter 10:00:10', 'cleared fence-enter 10:00:30', 'raised fence-enter 10:01:30'],
  ],
  [
    'coolDown',
    { type: 'enter', timing: { coolDown: 25 } },
    'ioioooi',
    ['raised fence-enter 10:00:00', 'cleared fence-enter 10:00:10', 'raised fence-enter 10:01:00'],
  ],
  [
    'maxTriggers',
    { type: 'exit', timing: { maxTriggers: 1 } },
    'ioioi',
    ['raised fence-exit 10:00:10', 'cleared fence-exit 10:00:20'],
  ],
  [
    'linger',
    { type: 'enter', timing: { linger: 25 } },
    'ioiooo',
    ['raised fence-enter 10:00:00', 'cleared fence-enter 10:00:50'],
  ],
  ['exit for long enough', { type: 'exit', timing: { minDuration: 25 } }, 'ioioooo', ['raised fence-exit 10:00:30']],
  [
    'hours',
    { type: 'enter', schedule: { hours: [{ from: '10:00', to: '10:01' }] } },
    'iiiiiiii',
    ['raised fence-enter 10:00:00', 'cleared fence-enter 10:01:00 out-of-hours'],
  ],
  // 1 March 2026 is a Sunday.
  ['weekdays', { type: 'enter', schedule: { weekdays: [1, 2, 3, 4, 5] } }, 'ii', []],
  [
    'calendar',
    { type: 'enter', schedule: { days: 'workdays', calendar: { work: ['2026-03-01'] } } },
    'ii',
    ['raised fence-enter 10:00:00'],
  ],
])('%s', (_, rule, fixes, expected) => {
  expect(told(fenced(rule).fixes(1, ...path(fixes)))).toEqual(expected);
});

test('maxGap: a silence begins the count again', () => {
  const s = fenced({ type: 'enter', timing: { minDuration: 30, maxGap: 60 } });
  s.fixes(1, { at: 0 }, { at: 20 }, { at: 100 }, { at: 120 }, { at: 131 });
  expect(told(s)).toEqual(['raised fence-enter 10:01:40']);
});

test('overspeed: at once where it has no duration, and once in a while where it says so', () => {
  const fast = (...speeds: number[]) => speeds.map((speed, i) => ({ at: i * 10, speed }));
  const s = fenced({ type: 'overspeed', limit: 60, timing: { coolDown: 120 } });
  s.fixes(1, ...fast(50, 61, 70, 50), { at: 90, speed: 50 }, { at: 200, speed: 70 }, { at: 270, speed: 50 });
  expect(told(s)).toEqual(['raised overspeed 10:00:10', 'cleared overspeed 10:01:30']);
  expect(s.transitions[0].alert).toMatchObject({
    ruleId: 'fence:zone:overspeed',
    evidence: { fixes: { peak: { speed: 61 } }, checks: [{ what: 'speed', value: 61, is: '>', threshold: 60 }] },
  });
  expect(told(s.fixes(1, { at: 280, speed: 70 }))).toEqual(['raised overspeed 10:04:40']);
  const lasting = fenced({ type: 'overspeed', limit: 60, duration: 20, timing: { coolDown: 120 } });
  expect(told(lasting.fixes(1, ...fast(61, 61, 61)))).toEqual([]);
  expect(told(lasting.fixes(1, { at: 30, speed: 65 }))).toEqual(['raised overspeed 10:00:00']);
});

test('the limit of a corridor is that of the segment, with timing too', () => {
  const coordinates = [0.5, 0.51, 0.52].map((lon) => [lon, 0.5]);
  const s = new Story()
    .vehicle(1, 'v1')
    .fence(
      1,
      'zone',
      { type: 'LineString', coordinates },
      [{ type: 'overspeed', limit: [90, 60], timing: { coolDown: 60 } }],
      { width: [40, 40] },
    );
  s.fixes(1, { at: 0, lon: 0.504, speed: 80 }, { at: 10, lon: 0.516, speed: 80 });
  expect(told(s)).toEqual(['raised overspeed 10:00:10']);
  expect(s.transitions[0].alert.evidence).toMatchObject({ segment: 1, checks: [{ value: 80, threshold: 60 }] });
});

test('the hours and the kinds of vehicles of the fence hold as well', () => {
  const rule: FenceRule = { type: 'enter', timing: { minDuration: 10 } };
  const hours = { from: '10:01', to: '10:02' };
  const s = new Story().vehicle(1, 'v1', 'truck').vehicle(2, 'v2', 'bus');
  s.fence(1, 'zone', square(0, 0), [rule], { hours, categories: ['truck'], severity: 'critical' });
  s.fixes(1, ...path('iiiiiiiiiiiii')).fixes(2, ...path('iiiiiiiiiiiii'));
  expect(told(s)).toEqual(['raised fence-enter 10:01:00', 'cleared fence-enter 10:02:00 out-of-hours']);
  expect(s.transitions[0].alert.severity).toBe('critical');
});

test('a rule that gets timing begins anew, and one whose timing changes goes on', () => {
  const s = fenced({ type: 'enter' }).fixes(1, ...path('oi'));
  expect(told(s)).toEqual(['raised fence-enter 10:00:10']);
  s.fence(1, 'zone', square(0, 0), [{ type: 'enter', timing: { minDuration: 15 } }]);
  expect(told(s.fixes(1, ...path('ii', 20)))).toEqual(['cleared fence-enter 10:00:10 rule-removed']);
  s.fence(1, 'zone', square(0, 0), [{ type: 'enter', timing: { minDuration: 25 } }]);
  expect(told(s.fixes(1, ...path('ii', 40)))).toEqual(['raised fence-enter 10:00:20']);
  s.fence(1, 'zone', square(0, 0), [{ type: 'enter' }]);
  expect(told(s.fixes(1, ...path('i', 60)))).toEqual([
    'cleared fence-enter 10:00:20 rule-removed',
    'raised fence-enter 10:01:00',
  ]);
});

test('an engine that is restored goes on counting', () => {
  const s = fenced({ type: 'enter', timing: { minDuration: 30, maxTriggers: 1 } }).fixes(1, ...path('oii'));
  expect(told(s)).toEqual([]);
  s.engine = Engine.from(s.engine.snapshot()) as Engine;
  expect(told(s.fixes(1, ...path('iii', 30)))).toEqual(['raised fence-enter 10:00:10']);
  s.engine = Engine.from(s.engine.snapshot()) as Engine;
  expect(told(s.fixes(1, ...path('oiiiiii', 60)))).toEqual(['cleared fence-enter 10:01:00']);
});

test('hours end by the clock, whether the vehicle speaks or not', () => {
  const s = fenced({ type: 'enter', schedule: { hours: [{ from: '09:00', to: '10:01' }] } }).fixes(1, ...path('oi'));
  expect(told(s)).toEqual(['raised fence-enter 10:00:10']);
  expect(told(tick(s, 90))).toEqual(['cleared fence-enter 10:01:00 out-of-hours']);
});
