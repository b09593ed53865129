import { expect, test } from 'vitest';
import { parseFence } from '../../geo/fence-input.js';

const feature = (rule: object, others: object = {}) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [116, 39] },
  properties: { radius: 500, rules: [rule], ...others },
});

function ruleOf(rule: object) {
  const read = parseFence(feature(rule));
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.properties.rules[0];
}

function problems(rule: object, others?: object) {
  const read = parseFence(feature(rule, others));
  return 'problems' in read ? read.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

test('a rule has the timing and the schedule of rules of their own', () => {
  const rule = {
    type: 'enter',
    severity: 'critical',
    timing: { minDuration: 300, minPrevious: 60, coolDown: 3600, maxTriggers: 5, maxGap: 120, linger: 30 },
    schedule: {
      hours: [{ from: '22:00', to: '06:00' }],
      weekdays: [1, 5],
      days: 'workdays',
      calendar: { off: ['2027-01-01'] },
    },
  };
  expect(ruleOf(rule)).toEqual(rule);
});

test('what says nothing is left out', () => {
  expect(ruleOf({ type: 'exit', timing: {}, schedule: {} })).toEqual({ type: 'exit' });
  expect(ruleOf({ type: 'exit', timing: null, schedule: null })).toEqual({ type: 'exit' });
});

test('how long an excess lasts is its duration, and is said once', () => {
  expect(ruleOf({ type: 'overspeed', limit: 60, timing: { minDuration: 30 } })).toEqual({
    type: 'overspeed',
    limit: 60,
    duration: 30,
  });
  const both = ruleOf({ type: 'overspeed', limit: 60, timing: { minDuration: 30, coolDown: 600 } });
  expect(both).toEqual({ type: 'overspeed', limit: 60, duration: 30, timing: { coolDown: 600 } });
  expect(ruleOf(both)).toEqual(both);
  expect(problems({ type: 'overspeed', limit: 60, duration: 10, timing: { minDuration: 30 } })).toEqual([
    'properties.rules[0].timing.minDuration: is what duration says; give one of them',
  ]);
  expect(problems({ type: 'overspeed', limit: 60, timing: { minDuration: 4000 } })).toEqual([
    'properties.rules[0].timing.minDuration: must be a number of seconds, 0 to 3600',
  ]);
});

test.each<[object, string[]]>([
  [{ timing: 30 }, ['properties.rules[0].timing']],
  [{ timing: { minDuration: -1 } }, ['properties.rules[0].timing.minDuration']],
  [{ timing: { maxTriggers: 1.5 } }, ['properties.rules[0].timing.maxTriggers']],
  [{ timing: { cooldown: 60 } }, ['properties.rules[0].timing.cooldown']],
  [
    { schedule: { hours: [{ from: '22:00', to: '26:00' }], weekdays: [0] } },
    ['properties.rules[0].schedule.hours[0].to', 'properties.rules[0].schedule.weekdays[0]'],
  ],
  [{ schedule: { calendar: { off: ['1 May'] } } }, ['properties.rules[0].schedule.calendar.off[0]']],
])('%j is refused with its place', (when, places) => {
  expect(problems({ type: 'enter', ...when }).map((text) => text.split(': ')[0])).toEqual(places);
});

test('terminals keep neither, and a fence for them says so', () => {
  const onTerminal = { onTerminal: true };
  expect(problems({ type: 'enter', timing: { minDuration: 60 } }, onTerminal)).toEqual([
    'properties.rules[0].timing: onTerminal: a terminal keeps no timing but the duration of overspeed',
  ]);
  expect(problems({ type: 'exit', schedule: { weekdays: [1] } }, onTerminal)).toEqual([
    'properties.rules[0].schedule: onTerminal: a terminal keeps no schedule but the hours of the fence',
  ]);
  expect(problems({ type: 'overspeed', limit: 60, timing: { minDuration: 30 } }, onTerminal)).toEqual([]);
});
