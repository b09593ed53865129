import { describe, expect, test } from 'vitest';
import { ruleKindOf } from '../../alerts/rules/rule-kinds.js';
import { Catalog } from '../../model/catalog.js';
import type { Change } from '../../model/change.js';
import type { FenceProperties } from '../../model/fence.js';
import type { RuleDefinition } from '../../model/rule.js';
import { RehearsalRun } from '../../parts/rehearsal-run.js';
import { type FixNote, fixOf, square, TEN } from '../alerts/support.js';

/** A catalog with the coach v1, and a fence of one degree at 0, 0. */
function catalogWith(properties: Partial<FenceProperties> = {}): Catalog {
  const catalog = new Catalog();
  const times = { createdAt: TEN, updatedAt: TEN };
  const vehicle = { no: 1, id: 'v1', plate: '沪A1', plateColor: 2, category: 'coach' as const };
  const zone = { no: 1, id: 'zone', revision: 2, geometry: square(0, 0), ...times };
  const changes: Change[] = [
    {
      type: 'vehicle-put',
      revision: 1,
      at: TEN,
      vehicle: { ...vehicle, company: null, region: null, terminals: [], createdAt: TEN },
    },
    {
      type: 'fence-put',
      revision: 2,
      at: TEN,
      fence: { ...zone, properties: { name: 'zone', rules: [], ...properties } },
    },
  ];
  for (const change of changes) catalog.apply(change);
  return catalog;
}

function ruleOf(type: string, params: object = {}, others: Partial<RuleDefinition> = {}): RuleDefinition {
  const given = { id: 'r', name: type, type, scope: {}, schedule: {}, timing: {}, severity: 'warning' as const };
  const dates = { effectiveFrom: null, effectiveTo: null, createdAt: TEN, updatedAt: TEN };
  const read = ruleKindOf(type)?.params.parse(params) as Record<string, unknown>;
  return { ...given, params: read, clause: null, enabled: true, revision: 1, ...dates, ...others };
}

function runOf(rule: RuleDefinition | null, catalog = catalogWith()): RehearsalRun {
  return new RehearsalRun(catalog.snapshot(), catalog.roads.snapshot(), rule);
}

const fixes = (...notes: FixNote[]) => notes.map((note) => fixOf(1, note));
const at = (seconds: number) => TEN + seconds * 1000;

/** What a rule answers after these fixes, `until` seconds after ten: its one rule, with checks by what they compare. */
function why(rule: RuleDefinition | null, ruleId: string, notes: FixNote[], until: number, catalog = catalogWith()) {
  const answers = runOf(rule, catalog).whyNot(fixes(...notes), at(until), 'v1', ruleId) ?? [];
  expect(answers).toHaveLength(1);
  const [{ raised, checks }] = answers;
  return { raised, ...Object.fromEntries(checks.map(({ what, value, result }) => [what, [value, result]])) };
}

describe('why not', () => {
  const scope = { fences: ['zone'] };

  test('the fences, alarms and way of the fix itself', () => {
    const inside = why(ruleOf('required-inside', {}, { scope }), 'r', [{ at: 0 }, { at: 10 }], 20);
    expect(inside).toMatchObject({ raised: false, 'fences of the scope around the vehicle': [1, false] });
    const called = why(ruleOf('sos'), 'r', [{ at: 0 }, { at: 10, alarms: 1 }], 20);
    expect(called).toMatchObject({ raised: true, 'alarm emergency': [true, true] });
    const notes = [{ at: 0 }, { at: 700, lon: 0.51 }];
    expect(why(ruleOf('offline-displacement'), 'r', notes, 710)).toMatchObject({
      silence: [700, true],
      displacement: [expect.closeTo(1112, 0), false],
    });
  });

  test('silence counts until the time that is asked for', () => {
    expect(why(ruleOf('offline', { seconds: 600 }), 'r', [{ at: 0 }, { at: 10 }], 310)).toMatchObject({
      raised: false,
      silence: [300, false],
    });
    const stayed = why(ruleOf('dwell-too-long', { seconds: 600 }, { scope }), 'r', [{ at: 0 }, { at: 10 }], 310);
    expect(stayed).toMatchObject({ raised: false, 'time inside': [310, false] });
  });

  test('what the timing asks for', () => {
    const timing = { coolDown: 60, maxTriggers: 1, minPrevious: 30 };
    const rule = ruleOf('forbidden-inside', {}, { scope, timing });
    expect(why(rule, 'r', [{ at: 0 }, { at: 10, lon: 5 }, { at: 25 }], 30)).toMatchObject({
      raised: false,
      'time since the last alert': [15, false],
      'alerts so far': [1, false],
      'time without the condition before': [15, false],
    });
  });

  test('rules of fences: hours, and what they remember is no alert', () => {
    const exit = catalogWith({ rules: [{ type: 'exit' }], hours: { from: '08:00', to: '09:00' } });
    expect(why(null, 'fence:zone:exit', [{ at: 0 }, { at: 10 }], 20, exit)).toMatchObject({
      raised: false,
      'outside the fence': [false, false],
      'the rule is in force at this time': [false, false],
    });
    const open = catalogWith({ rules: [{ type: 'exit' }, { type: 'overspeed', limit: 60, duration: 30 }] });
    expect(why(null, 'fence:zone:exit', [{ at: 0 }, { at: 10 }], 20, open)).toMatchObject({
      raised: false,
      'the rule is in force at this time': [true, true],
      'inside the fence before': [true, true],
    });
    const fast = [
      { at: 0, speed: 70 },
      { at: 20, speed: 65 },
    ];
    expect(why(null, 'fence:zone:overspeed', fast, 30, open)).toMatchObject({
      raised: false,
      speed: [65, true],
      duration: [20, false],
    });
  });

  test('what a card does not say is said: else nothing would tell why nobody was accused', () => {
    const driven = [{ at: 0 }, { at: 10 }];
    expect(why(ruleOf('driver-card'), 'rule:r:no-card', driven, 20)).toMatchObject({ 'a card is in': [false, true] });
    for (const fault of ['not-permitted', 'expired', 'two-vehicles']) {
      const told = why(ruleOf('driver-card'), `rule:r:${fault}`, driven, 20);
      expect(told).toMatchObject({ 'a card that was read is in': [false, false] });
    }
  });

  test('a rule that was put in force on the way knows nothing of before', () => {
    const rule = ruleOf('dwell-too-long', { seconds: 60 }, { scope });
    const notes = [{ at: 0 }, { at: 50 }, { at: 100 }, { at: 110 }];
    const since = (seconds: number | null) => {
      const from = seconds === null ? null : at(seconds);
      const run = new RehearsalRun(catalogWith().snapshot(), catalogWith().roads.snapshot(), rule, from);
      const [{ raised, checks }] = run.whyNot(fixes(...notes), at(120), 'v1', 'r') ?? [];
      return [raised, checks.find(({ what }) => what === 'time inside')?.value];
    };
    expect(since(null)).toEqual([true, 120]);
    // It began with the newest fix of then.
    expect(since(60)).toEqual([true, 70]);
    expect(since(105)).toEqual([false, 20]);
    expect(since(115)).toEqual([false, 10]);
  });

  test('no fix, no answer but that', () => {
    expect(why(ruleOf('sos'), 'r', [], 20)).toMatchObject({ raised: false, 'a fix that counts': [false, false] });
    expect(runOf(ruleOf('sos')).whyNot([], at(0), 'nobody', 'r')).toBeNull();
    expect(runOf(null).whyNot([], at(0), 'v1', 'none')).toBeNull();
  });
});

test('silence is rehearsed to the end of a window of a month', () => {
  const run = runOf(ruleOf('offline', { seconds: 86_400 }));
  const day = 86_400;
  run.run(fixes(...Array.from({ length: 41 }, (_, i) => ({ at: i * 0.5 * day }))), at(31 * day));
  expect(run.alerts()).toMatchObject([{ vehicleId: 'v1', clearedAt: null }]);
});
