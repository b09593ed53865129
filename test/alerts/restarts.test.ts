import fc from 'fast-check';
import type { Polygon } from 'geojson';
import { expect, test } from 'vitest';
import { Engine } from '../../engine.js';
import type { FenceRule } from '../../model/fence.js';
import { LATE, NO_FIX, OUT_OF_ORDER, SUSPECT_MOTION } from '../../model/quality.js';
import { cardOf, ruleOf, tick } from './defined-support.js';
import { Story, square, TEN } from './support.js';

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
  ['dwell-too-long', { seconds: 90, absence: 30 }, { id: 'at-the-edge', scope: zone }],
  ['dwell-too-short', { seconds: 60 }, { scope: zone }],
  ['fabricated-data', { frozenFixes: 3 }, {}],
  ['dangerous-goods-ban', { hours: HOURS[1] }, { scope: both }],
  ['fatigue', { dayHours: 0.1, restMinutes: 1 }, {}],
  ['fence-enter', {}, { scope: both, schedule: { hours: HOURS } }],
  ['fence-exit', {}, { scope: both, timing: { minPrevious: 15, coolDown: 40 } }],
  ['forbidden-inside', {}, { scope: zone, timing: { minDuration: 20, linger: 30 } }],
  ['frozen-clock', { reports: 3 }, {}],
  ['gathering', { count: 2, radius: 1000 }, { timing: { minDuration: 10 } }],
  ['night-ban', { hours: HOURS[0] }, { timing: { minDuration: 10, linger: 20 } }],
  ['no-fix-driving', { seconds: 20 }, {}],
  ['offline', { seconds: 60 }, {}],
  ['offline-displacement', { seconds: 60, metres: 100 }, {}],
  ['offline', { seconds: 60 }, { id: 'by-hours', schedule: { hours: HOURS }, timing: { minDuration: 90 } }],
  ['offline', { seconds: 60 }, { id: 'now-and-then', timing: { coolDown: 200, maxTriggers: 2 } }],
  ['offline-displacement', { seconds: 60, metres: 500 }, {}],
  ['plate-watch', { plates: ['沪A?'] }, { scope: { categories: ['truck'] } }],
  ['required-inside', {}, { scope: both }],
  ['road-speed', {}, { timing: { minDuration: 5 } }],
  [
    'route-deviation',
    {
      line: [
        [0, 0.5],
        [2, 0.5],
      ],
      width: 500,
    },
    {},
  ],
  ['sos', {}, { scope: { companies: ['north'] } }],
  ['speed-limit', { limit: 60 }, {}],
  ['speed-limit', { limit: 50 }, { id: 'in-zone', scope: zone, effectiveTo: TEN + 700_000 }],
  ['stay-still', { seconds: 90 }, { timing: { linger: 20 } }],
  ['terminal-fault', {}, { timing: { maxGap: 30 } }],
];

const vehicle = fc.integer({ min: 1, max: 3 });
const lon = fc.constantFrom(0.5, 0.5, 1.5, 5);
const speed = fc.constantFrom(0, 40, 80, 80, NaN);
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
      quality: fc.constantFrom(0, 0, 0, 0, 0, NO_FIX, SUSPECT_MOTION),
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
  { weight: 1, arbitrary: fc.record({ what: fc.constant('rule gone' as const), rule: fc.nat(RULES.length - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('moved' as const),
      south: fc.constantFrom(0, 1),
      categories: fc.constantFrom(undefined, ['coach' as const]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('zone gone' as const, 'zone' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom('road' as const, 'road gone' as const, 'fog' as const, 'clear' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('kind' as const),
      vehicle,
      category: fc.constantFrom('coach' as const, 'truck' as const, 'dangerous-goods' as const, null),
    }),
  },
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** Along the parallel of the fixes. */
const ROAD = {
  ...{ id: 'street', set: 's', revision: 1, name: null, highway: null, oneWay: null },
  limits: { maxspeed: 60 },
  lines: [[0, 0.5, 6, 0.5]],
};
const FOG = {
  ...{ id: 'fog', revision: 1, createdAt: TEN, updatedAt: TEN, note: null, from: TEN, to: null, limit: null },
  ...{ kind: 'fog' as const, visibility: 40, area: square(0, 0) as Polygon },
};

function storyOf(rules: readonly number[], events: readonly Event[]): Story {
  const s = new Story().settings({ coach: 70 });
  const company = (no: number) => (no === 1 ? 'north' : null);
  for (const no of [1, 2, 3]) s.vehicle(no, `v${no}`, 'coach', { company: company(no) });
  const putZone = () =>
    s.fence(1, 'zone', square(0, 0), [{ type: 'enter', timing: { minDuration: 8 } }, { type: 'exit' }]);
  putZone();
  s.fence(2, 'beside', square(1, 0), [{ type: 'exit' }]);
  for (const rule of rules) ruleOf(s, ...RULES[rule]);
  const newest = [0, 0, 0, 0];
  let now = 0;
  for (const e of events) {
    const at = TEN + now * 1000;
    if (e.what === 'fix') {
      newest[e.vehicle] = Math.max(newest[e.vehicle] + e.after, now - 30);
      now = Math.max(now, newest[e.vehicle]);
      s.fixes(e.vehicle, { ...e, at: newest[e.vehicle] });
    } else if (e.what === 'late') s.fixes(e.vehicle, { ...e, at: newest[e.vehicle] - e.before, delay: 20 });
    else if (e.what === 'tick') tick(s, (now += e.after));
    else if (e.what === 'card') cardOf(s, e.vehicle, now, e.card === null ? null : { name: '王', certificate: e.card });
    else if (e.what === 'rule') ruleOf(s, ...RULES[e.rule]);
    else if (e.what === 'rule gone') s.change({ type: 'rule-delete', id: idOf(RULES[e.rule]) }, at);
    else if (e.what === 'moved') {
      const { south, categories } = e;
      s.fence(2, 'beside', square(1, south), [{ type: 'exit' }], categories && { categories: [...categories] });
    } else if (e.what === 'zone') putZone();
    else if (e.what === 'zone gone') s.change({ type: 'fence-delete', no: 1 }, at);
    else if (e.what === 'road') s.change({ type: 'roads-put', roads: [ROAD] }, at);
    else if (e.what === 'road gone') s.change({ type: 'roads-delete', ids: ['street'] }, at);
    else if (e.what === 'fog') s.change({ type: 'weather-put', weather: FOG }, at);
    else if (e.what === 'clear') s.change({ type: 'weather-delete', id: 'fog' }, at);
    else if (e.what === 'kind') {
      if (e.category === null) s.change({ type: 'vehicle-delete', no: e.vehicle }, at);
      s.vehicle(e.vehicle, `v${e.vehicle}`, e.category ?? 'coach', { company: company(e.vehicle) });
    }
  }
  s.log.flush();
  return s;
}

function idOf([type, , others]: (typeof RULES)[number]): string {
  return (others as { id?: string }).id ?? type;
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
    { seed: 35, numRuns: 12 },
  );
  expect(lines).toBeGreaterThan(1000);
});

test('whatever came, a rule has one alert open for a vehicle, and none when rules and fences are gone', () => {
  let some = 0;
  fc.assert(
    fc.property(fc.array(event, { minLength: 60, maxLength: 120 }), (events) => {
      const story = storyOf([...RULES.keys()], events);
      story.tell();
      const open = story.engine.openAlerts().map(({ vehicleId, ruleId }) => `${vehicleId} ${ruleId}`);
      expect(open).toEqual([...new Set(open)]);
      some += open.length;
      for (const rule of RULES) story.change({ type: 'rule-delete', id: idOf(rule) });
      for (const no of [1, 2]) story.change({ type: 'fence-delete', no });
      story.settings({}).tell();
      for (const { alert } of story.transitions) {
        if (alert.clearedAt !== null) expect(alert.clearedAt >= alert.occurredAt).toBe(true);
      }
      const left = story.engine.openAlerts().map(({ ruleId }) => ruleId);
      expect(left.filter((id) => !id.startsWith('terminal:'))).toEqual([]);
    }),
    { seed: 36, numRuns: 10 },
  );
  expect(some).toBeGreaterThan(50);
});

/** Of others, or of what was before: when they are asked makes a difference. */
const NOT_ALONE = ['gathering', 'driver-card', 'fabricated-data', 'fatigue'];

test('what silence decides is the same whenever somebody looks: at ticks, or with the next fix', () => {
  let some = 0;
  const alone = RULES.filter(([type]) => !NOT_ALONE.includes(type));
  const rules = fc.uniqueArray(fc.constantFrom(...alone), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(rules, fc.array(event, { minLength: 20, maxLength: 60 }), (chosen, events) => {
      const ticked = ofFixes(chosen, events, true);
      expect(ofFixes(chosen, events, false)).toEqual(ticked);
      some += ticked.filter((line) => /silence until 2|end 2/.test(line)).length;
    }),
    { seed: 37, numRuns: 25 },
  );
  expect(some).toBeGreaterThan(25);
});

/** What became of each alert in the end, of fixes in order, with ticks between them or none. */
function ofFixes(rules: readonly (typeof RULES)[number][], events: readonly Event[], ticks: boolean): string[] {
  const s = new Story().settings({ coach: 70 }).change({ type: 'roads-put', roads: [ROAD] });
  for (const [i, category] of (['coach', 'truck', 'dangerous-goods'] as const).entries()) {
    s.vehicle(i + 1, `v${i + 1}`, category, { company: 'north' });
  }
  const both: FenceRule[] = [{ type: 'enter' }, { type: 'exit' }];
  s.fence(1, 'zone', square(0, 0), both).fence(2, 'beside', square(1, 0), both, { hours: HOURS[0] });
  for (const rule of rules) ruleOf(s, ...rule);
  let now = 0;
  for (const e of events) {
    if (e.what !== 'fix' && e.what !== 'tick') continue;
    now += e.after;
    if (e.what === 'fix') s.fixes(e.vehicle, { ...e, at: now });
    else if (ticks) tick(s, now);
  }
  for (const no of [1, 2, 3]) s.fixes(no, { at: now + 100, lon: 5 });
  tick(s, now + 2000).tell();
  const last = new Map<string, string>();
  for (const { alert } of s.transitions) {
    const { decidedBySilenceUntil: raisedAt, end } = alert.evidence as Record<string, Record<string, unknown>>;
    const shown = `silence until ${raisedAt}, at its end ${end?.decidedBySilenceUntil}`;
    last.set(alert.id, [alert.id, alert.ruleId, alert.clearedAt, alert.clearReason, shown].join(' '));
  }
  return [...last.values()].sort();
}

test('rules are asked in one order, in whatever order they were put', () => {
  const s = new Story().vehicle(1, 'v1').fence(1, 'zone', square(0, 0), []);
  for (const id of ['b', 'a', 'b']) ruleOf(s, 'forbidden-inside', {}, { id, scope: zone });
  s.fixes(1, { at: 0 });
  s.log.flush();
  const whole = told(s);
  expect(whole).toHaveLength(2);
  for (let cut = 1; cut < s.log.blocks.length; cut++) expect(told(s, cut)).toEqual(whole);
});
