import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine } from '../../engine.js';
import { LATE, NO_FIX, OUT_OF_ORDER } from '../../model/quality.js';
import { cardOf, ruleOf, tick } from './defined-support.js';
import { Story, square } from './support.js';

const HOURS = [
  { from: '10:00', to: '10:06' },
  { from: '10:08', to: '11:00' },
];
const zone = { fences: ['zone'] };
const both = { fences: ['zone', 'beside'] };
/** Rules whose conditions come and go within some minutes. */
const RULES: [type: string, params: object, others: object][] = [
  ['crossing', {}, { scope: { fences: ['beside'] } }],
  ['driver-card', {}, {}],
  ['dwell-too-long', { seconds: 60 }, { scope: zone, timing: { linger: 40 } }],
  ['dwell-too-short', { seconds: 60 }, { scope: zone }],
  ['fabricated-data', { frozenFixes: 3 }, {}],
  ['fatigue', { dayHours: 0.1, restMinutes: 1 }, {}],
  ['fence-enter', {}, { scope: both, schedule: { hours: HOURS } }],
  ['fence-exit', {}, { scope: both, timing: { minPrevious: 15, coolDown: 40 } }],
  ['forbidden-inside', {}, { scope: zone, timing: { minDuration: 20, linger: 30 } }],
  ['frozen-clock', { reports: 3 }, {}],
  ['gathering', { count: 2, radius: 1000 }, { timing: { minDuration: 10 } }],
  ['no-fix-driving', { seconds: 20 }, {}],
  ['offline', { seconds: 60 }, {}],
  ['required-inside', {}, { scope: both }],
  ['speed-limit', { limit: 60 }, {}],
  ['stay-still', { seconds: 90 }, { timing: { linger: 20 } }],
  ['terminal-fault', {}, { timing: { maxGap: 30 } }],
];

const vehicle = fc.integer({ min: 1, max: 3 });
const lon = fc.constantFrom(0.5, 0.5, 1.5, 5);
const speed = fc.constantFrom(0, 40, 80);
const event = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.record({
      what: fc.constant('fix' as const),
      vehicle,
      lon,
      speed,
      after: fc.constantFrom(0, 5, 5, 10, 10, 70),
      alarms: fc.constantFrom(0, 0, 0, 0x11),
      quality: fc.constantFrom(0, 0, 0, 0, 0, NO_FIX),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      what: fc.constant('late' as const),
      vehicle,
      lon,
      speed,
      before: fc.integer({ min: 1, max: 200 }),
      quality: fc.constantFrom(LATE, OUT_OF_ORDER),
    }),
  },
  { weight: 12, arbitrary: fc.record({ what: fc.constant('tick' as const), after: fc.integer({ min: 5, max: 100 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('card' as const), vehicle, card: fc.constantFrom(null, '1') }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('rule' as const), rule: fc.nat(RULES.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('moved' as const), south: fc.constantFrom(0, 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('kind' as const),
      vehicle,
      category: fc.constantFrom('coach' as const, 'truck' as const, null),
    }),
  },
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

function storyOf(rules: readonly number[], events: readonly Event[]): Story {
  const s = new Story().settings({ coach: 70 });
  for (const no of [1, 2, 3]) s.vehicle(no, `v${no}`, 'coach');
  s.fence(1, 'zone', square(0, 0), [
    { type: 'enter' },
    { type: 'exit' },
    { type: 'enter', timing: { minDuration: 15, maxGap: 40 } },
    { type: 'overspeed', limit: 60, timing: { coolDown: 60 }, schedule: { hours: HOURS } },
  ]);
  s.fence(2, 'beside', square(1, 0), [{ type: 'exit' }]);
  for (const rule of rules) ruleOf(s, ...RULES[rule]);
  const newest = [0, 0, 0, 0];
  let now = 0;
  for (const e of events) {
    if (e.what === 'fix') {
      newest[e.vehicle] = Math.max(newest[e.vehicle] + e.after, now - 30);
      now = Math.max(now, newest[e.vehicle]);
      s.fixes(e.vehicle, { ...e, at: newest[e.vehicle] });
    } else if (e.what === 'late') s.fixes(e.vehicle, { ...e, at: newest[e.vehicle] - e.before, delay: 20 });
    else if (e.what === 'tick') tick(s, (now += e.after));
    else if (e.what === 'card') cardOf(s, e.vehicle, now, e.card === null ? null : { name: '王', certificate: e.card });
    else if (e.what === 'rule') ruleOf(s, ...RULES[e.rule]);
    else if (e.what === 'moved')
      s.fence(2, 'beside', square(1, e.south), [{ type: 'exit', ...(e.south === 1 && { timing: { coolDown: 30 } }) }]);
    else {
      if (e.category === null) s.change({ type: 'vehicle-delete', no: e.vehicle });
      s.vehicle(e.vehicle, `v${e.vehicle}`, e.category ?? 'coach');
    }
  }
  s.log.flush();
  return s;
}

/** What is told, with a restart before block `cut`; and what failed. */
function told({ log }: Story, cut = -1): string[] {
  let engine = new Engine();
  const lines: string[] = [];
  const failed = (what: string, error: unknown) => void lines.push(`failed: ${what}, ${(error as Error).message}`);
  engine.onFailure = failed;
  for (const [i, block] of log.blocks.entries()) {
    if (i === cut) {
      engine = Engine.from(engine.snapshot()) as Engine;
      engine.onFailure = failed;
    }
    engine.apply(block);
    for (const { transition, at, alert } of engine.take()) {
      lines.push(`${transition} ${at} ${alert.id} ${alert.revision} ${alert.clearReason}`);
    }
  }
  return lines;
}

test('whatever rules there are, and however fixes, facts and time come, a restart anywhere changes nothing', () => {
  let lines = 0;
  const rules = fc.uniqueArray(fc.nat(RULES.length - 1), { minLength: 6 });
  fc.assert(
    fc.property(rules, fc.array(event, { minLength: 60, maxLength: 120 }), fc.nat(8), (chosen, events, first) => {
      const story = storyOf(chosen, events);
      const expected = told(story);
      lines += expected.length;
      expect(expected.filter((line) => line.startsWith('failed'))).toEqual([]);
      for (let cut = first + 1; cut < story.log.blocks.length; cut += 9) expect(told(story, cut)).toEqual(expected);
    }),
    { seed: 35, numRuns: 15 },
  );
  expect(lines).toBeGreaterThan(1000);
});

test('rules are asked in one order, in whatever order they were put', () => {
  const s = new Story().vehicle(1, 'v1').fence(1, 'zone', square(0, 0), []);
  for (const id of ['b', 'a', 'b']) ruleOf(s, 'forbidden-inside', {}, { id, scope: zone });
  s.fixes(1, { at: 0 });
  s.log.flush();
  const whole = told(s);
  expect(whole).toHaveLength(2);
  for (let cut = 1; cut < s.log.blocks.length; cut++) expect(told(s, cut)).toEqual(whole);
});
