import { deserialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import type { MemoriesSnapshot } from '../../../alerts/memory/vehicle-memory.js';
import { UNTOUCHED } from '../../../model/alert-life.js';
import { LATE, NO_FIX, OUT_OF_ORDER, REPEAT, SUSPECT_MOTION, SUSPECT_PLACE } from '../../../model/quality.js';
import { tick } from '../defined-support.js';
import { Story, square, TEN } from '../support.js';

const IN = { lon: 0.5, lat: 0.5 };
const OUT = { lon: 5, lat: 5 };
const both = [{ type: 'enter' as const }, { type: 'exit' as const }];

function oneFence(rules = both, others = {}): Story {
  return new Story().vehicle(1, 'v1').fence(1, 'depot', square(0, 0), rules, others);
}

describe('entering and leaving', () => {
  test('in, out and in again', () => {
    const story = oneFence().fixes(1, { at: 0, ...OUT }, { at: 5, ...IN }, { at: 10, ...IN }, { at: 15, ...OUT });
    expect(story.tell()).toEqual([
      'raised fence-enter v1 depot 10:00:05',
      'cleared fence-enter v1 depot 10:00:15',
      'raised fence-exit v1 depot 10:00:15',
    ]);
    expect(story.fixes(1, { at: 20, ...OUT }, { at: 25, ...IN }).tell()).toEqual([
      'cleared fence-exit v1 depot 10:00:25',
      'raised fence-enter v1 depot 10:00:25',
    ]);
  });

  test('the alert in full, with its evidence', () => {
    const story = oneFence([{ type: 'enter' }]).fixes(1, { at: 0, ...OUT, speed: 30 }, { at: 5, ...IN, speed: 31.5 });
    story.tell();
    const [{ alert, inputSeq, transition }] = story.transitions;
    expect(transition).toBe('raised');
    expect(inputSeq).toBe(4);
    expect(alert).toEqual({
      id: expect.stringMatching(/^[a-z2-7]{26}$/),
      type: 'fence-enter',
      severity: 'warning',
      state: 'raised',
      vehicleId: 'v1',
      plate: '沪A1',
      fenceId: 'depot',
      ruleId: 'fence:depot:enter',
      ruleRevision: 2,
      occurredAt: '2026-03-01T02:00:05.000Z',
      detectedAt: '2026-03-01T02:00:06.000Z',
      clearedAt: null,
      clearReason: null,
      position: expect.objectContaining({ vehicleId: 'v1', lon: 0.5, lat: 0.5, speed: 31.5, source: 'jt808' }),
      evidence: {
        rule: { id: 'fence:depot:enter', revision: 2 },
        fence: { id: 'depot', name: 'depot', revision: 2 },
        fixes: {
          previous: { time: '2026-03-01T02:00:00.000Z', lon: 5, lat: 5, speed: 30, seq: 3 },
          deciding: { time: '2026-03-01T02:00:05.000Z', lon: 0.5, lat: 0.5, speed: 31.5, seq: 4 },
        },
        checks: [{ what: 'inside', value: true, is: '=', threshold: true, result: true }],
      },
      company: null,
      region: null,
      ...UNTOUCHED,
      group: { id: alert.id, count: 1, first: alert.occurredAt, last: alert.occurredAt },
      revision: 1,
    });
    story.fixes(1, { at: 9, ...OUT }).tell();
    const [cleared] = story.transitions;
    expect(cleared.alert).toMatchObject({
      id: alert.id,
      state: 'cleared',
      clearedAt: '2026-03-01T02:00:09.000Z',
      revision: 2,
      evidence: { fixes: alert.evidence.fixes, end: { fixes: { deciding: { lon: 5, seq: 5 } } } },
    });
  });

  test('a vehicle that is first seen inside has entered, and the evidence says so', () => {
    const story = oneFence().fixes(1, { at: 0, ...IN });
    expect(story.tell()).toEqual(['raised fence-enter v1 depot 10:00:00']);
    expect(story.transitions[0].alert.evidence).toMatchObject({ firstFix: true, fixes: { previous: null } });
    expect(story.fixes(1, { at: 5, ...OUT }, { at: 10, ...IN }).tell().length).toBe(4);
    expect(story.transitions[3].alert.evidence).not.toHaveProperty('firstFix');
  });

  test('a vehicle that is first seen outside has left nothing', () => {
    expect(
      oneFence()
        .fixes(1, { at: 0, ...OUT }, { at: 5, ...OUT })
        .tell(),
    ).toEqual([]);
  });

  test('the edge is inside', () => {
    expect(
      oneFence()
        .fixes(1, { at: 0, ...OUT }, { at: 5, lon: 1, lat: 0.3 })
        .tell(),
    ).toEqual(['raised fence-enter v1 depot 10:00:05']);
  });

  test('leaving one fence is told before entering the next', () => {
    const story = oneFence().fence(2, 'next', square(5, 5), both);
    story.fixes(1, { at: 0, ...IN }).tell();
    expect(story.fixes(1, { at: 5, lon: 5.5, lat: 5.5 }).tell()).toEqual([
      'cleared fence-enter v1 depot 10:00:05',
      'raised fence-exit v1 depot 10:00:05',
      'raised fence-enter v1 next 10:00:05',
    ]);
  });

  test('vehicles do not mix', () => {
    const story = oneFence()
      .vehicle(2, 'v2')
      .fixes(1, { at: 0, ...IN })
      .fixes(2, { at: 0, ...OUT })
      .fixes(1, { at: 5, ...IN });
    expect(story.tell()).toEqual(['raised fence-enter v1 depot 10:00:00']);
  });
});

describe('what is not judged', () => {
  test.each([
    ['no-fix', NO_FIX],
    ['suspect-place', SUSPECT_PLACE],
    ['repeat', REPEAT],
  ])('a fix marked %s moves nothing and is counted', (name, quality) => {
    const story = oneFence().fixes(1, { at: 0, ...OUT }, { at: 5, ...IN, quality });
    expect(story.tell()).toEqual([]);
    expect(story.engine.counters).toMatchObject({ evaluated: 1, notEvaluable: { [name]: 1 } });
  });

  test('of several marks the first counts', () => {
    const story = oneFence().fixes(1, { at: 5, ...IN, quality: OUT_OF_ORDER | LATE });
    story.tell();
    expect(story.engine.counters.notEvaluable).toEqual({ late: 1 });
  });

  test('a fix older than the last one judged, whatever its marks say', () => {
    const story = oneFence().fixes(1, { at: 10, ...OUT }, { at: 5, ...OUT });
    expect(story.tell()).toEqual([]);
    expect(story.engine.counters).toMatchObject({ evaluated: 1, notEvaluable: { 'out-of-order': 1 } });
  });

  test('a fix of a vehicle that nobody knows', () => {
    const story = oneFence().fixes(9, { at: 0, ...IN });
    expect(story.tell()).toEqual([]);
    expect(story.engine.counters).toMatchObject({ evaluated: 0, notEvaluable: { 'unknown-vehicle': 1 } });
  });

  test('a suspect motion still says where the vehicle is', () => {
    const story = oneFence().fixes(1, { at: 0, ...OUT }, { at: 5, ...IN, quality: SUSPECT_MOTION });
    expect(story.tell()).toEqual(['raised fence-enter v1 depot 10:00:05']);
  });

  test('the same fixes once more raise nothing', () => {
    const notes = [
      { at: 0, ...OUT },
      { at: 5, ...IN },
      { at: 10, ...OUT },
    ];
    const story = oneFence().fixes(1, ...notes);
    expect(story.tell().length).toBe(3);
    expect(
      story.fixes(1, ...notes.map((note) => ({ ...note, quality: OUT_OF_ORDER })), { at: 10, ...OUT }).tell(),
    ).toEqual([]);
  });
});

describe('who and when', () => {
  test('categories: others pass unseen', () => {
    const story = oneFence(both, { categories: ['truck'] }).vehicle(2, 'v2', 'truck');
    story.fixes(1, { at: 0, ...IN }).fixes(2, { at: 0, ...IN });
    expect(story.tell()).toEqual(['raised fence-enter v2 depot 10:00:00']);
  });

  test('a vehicle that becomes of another kind is let go of', () => {
    const story = oneFence([{ type: 'enter' }], { categories: ['other'] }).fixes(1, { at: 0, ...IN });
    story.tell();
    // At once: its next fix may never come.
    expect(story.vehicle(1, 'v1', 'bus').tell()).toEqual(['cleared fence-enter v1 depot 10:00:00 rule-removed']);
    expect(story.fixes(1, { at: 5, ...IN }, { at: 10, ...IN }).tell()).toEqual([]);
  });

  test('hours: raised when they begin with the vehicle inside, cleared when they end', () => {
    const story = oneFence(both, { hours: { from: '10:01', to: '10:03' } });
    const notes = [0, 60, 120, 180, 240].map((at) => ({ at, ...IN }));
    expect(story.fixes(1, ...notes).tell()).toEqual([
      'raised fence-enter v1 depot 10:01:00',
      'cleared fence-enter v1 depot 10:03:00 out-of-hours',
    ]);
  });

  test('hours: leaving counts only within them', () => {
    const story = oneFence([{ type: 'exit' }], { hours: { from: '10:01', to: '10:03' } });
    expect(story.fixes(1, { at: 0, ...IN }, { at: 30, ...OUT }, { at: 61, ...OUT }).tell()).toEqual([]);
    expect(story.fixes(1, { at: 70, ...IN }, { at: 80, ...OUT }, { at: 200, ...OUT }).tell()).toEqual([
      'raised fence-exit v1 depot 10:01:20',
      'cleared fence-exit v1 depot 10:03:00 out-of-hours',
    ]);
  });

  test('hours: an alert ends with them though nothing is heard of the vehicle, which is told of again in the next ones', () => {
    const story = oneFence(both, { hours: { from: '10:01', to: '10:03' } }).vehicle(2, 'v2');
    story.fixes(1, { at: 61, ...IN }).fixes(2, { at: 61, ...IN }, { at: 70, ...OUT });
    expect(story.tell()).toHaveLength(4);
    expect(tick(story, 179).tell()).toEqual([]);
    expect(tick(story, 200).tell()).toEqual([
      'cleared fence-enter v1 depot 10:03:00 out-of-hours',
      'cleared fence-exit v2 depot 10:03:00 out-of-hours',
    ]);
    const { evidence } = story.transitions[0].alert;
    expect(evidence.end).toMatchObject({ decidedBySilenceUntil: new Date(TEN + 180_000).toISOString() });
    const DAY = 86_400;
    expect(story.fixes(1, { at: DAY + 90, ...IN }).tell()).toEqual(['raised fence-enter v1 depot 10:01:30']);
    // Longer hours meanwhile: it ends with those.
    story.fence(1, 'depot', square(0, 0), both, { hours: { from: '10:01', to: '10:05' } });
    expect(tick(story, DAY + 200).tell()).toEqual([]);
    expect(tick(story, DAY + 301).tell()).toEqual(['cleared fence-enter v1 depot 10:05:00 out-of-hours']);
  });

  test('hours over midnight', () => {
    const story = oneFence([{ type: 'enter' }], { hours: { from: '22:00', to: '06:00' } });
    const hour = 3600;
    const lines = story.fixes(1, ...[0, 12 * hour, 19 * hour, 20 * hour].map((at) => ({ at, ...IN }))).tell();
    expect(lines).toEqual([
      'raised fence-enter v1 depot 22:00:00',
      'cleared fence-enter v1 depot 06:00:00 out-of-hours',
    ]);
  });

  test('severity: of the rule, else of the fence, else the usual', () => {
    const rules = [{ type: 'enter' as const, severity: 'critical' as const }, { type: 'exit' as const }];
    const story = oneFence(rules, { severity: 'info' }).fixes(1, { at: 0, ...IN }, { at: 5, ...OUT });
    story.tell();
    expect(story.transitions.map(({ alert }) => `${alert.type} ${alert.severity}`)).toEqual([
      'fence-enter critical',
      'fence-enter critical',
      'fence-exit info',
    ]);
  });
});

test('of the fences that a vehicle has left, it is remembered for those whose alerts are open, and they are a hundred at most', () => {
  const story = new Story().vehicle(1, 'v1');
  for (let no = 1; no <= 150; no++) story.fence(no, `f${no}`, square(no, 0), [{ type: 'exit' }]);
  for (let no = 1; no <= 150; no++) story.fixes(1, { at: no * 10, lon: no + 0.5 });
  story.fixes(1, { at: 1600, lon: 0 });
  story.tell();
  const open = story.engine.openAlerts().map(({ ruleId }) => ruleId);
  expect(open).toHaveLength(100);
  const { memories } = deserialize(story.engine.snapshot()) as { memories: MemoriesSnapshot };
  expect([...(memories.vehicles[0][1].rules?.keys() ?? [])].sort()).toEqual([...open].sort());
  // One that is forgotten is left again like any other.
  story.fixes(1, { at: 1610, lon: 1.5 }, { at: 1620, lon: 0 });
  expect(story.tell()).toEqual([
    'cleared fence-exit v1 f51 10:27:00 too-many-open',
    'raised fence-exit v1 f1 10:27:00',
  ]);
});

describe('fences change', () => {
  test('a fence that is removed clears what is open, and what it was is forgotten', () => {
    const story = oneFence()
      .vehicle(2, 'v2')
      .fixes(1, { at: 0, ...IN })
      .fixes(2, { at: 0, ...IN }, { at: 1, ...OUT });
    story.tell();
    expect(story.change({ type: 'fence-delete', no: 1 }).tell()).toEqual([
      'cleared fence-enter v1 depot 10:00:00 fence-removed',
      'cleared fence-exit v2 depot 10:00:01 fence-removed',
    ]);
    expect(story.fixes(1, { at: 5, ...OUT }, { at: 6, ...IN }).tell()).toEqual([]);
    expect(
      story
        .fence(2, 'depot', square(0, 0), both)
        .fixes(1, { at: 7, ...IN })
        .tell(),
    ).toEqual(['raised fence-enter v1 depot 10:00:07']);
    expect(story.transitions[0].alert.evidence).toMatchObject({ firstFix: true });
  });

  test('a rule that is removed clears its own alerts only', () => {
    const story = oneFence().fixes(1, { at: 0, ...IN }, { at: 5, ...OUT }, { at: 10, ...IN });
    story.tell();
    expect(story.fence(1, 'depot', square(0, 0), [{ type: 'exit' }]).tell()).toEqual([
      'cleared fence-enter v1 depot 10:00:10 rule-removed',
    ]);
    expect(story.fixes(1, { at: 15, ...OUT }).tell()).toEqual(['raised fence-exit v1 depot 10:00:15']);
  });

  test('a fence drawn anew keeps what is open while it holds the vehicle', () => {
    const story = oneFence().fixes(1, { at: 0, ...IN });
    story.tell();
    expect(
      story
        .fence(1, 'depot', square(0.1, 0.1), both)
        .fixes(1, { at: 5, ...IN })
        .tell(),
    ).toEqual([]);
  });

  test('a fence drawn away from the vehicle was left by nobody', () => {
    const story = oneFence().fixes(1, { at: 0, ...IN });
    story.tell();
    expect(
      story
        .fence(1, 'depot', square(20, 20), both)
        .fixes(1, { at: 5, ...IN })
        .tell(),
    ).toEqual(['cleared fence-enter v1 depot 10:00:05 fence-moved']);
  });

  test('a vehicle that leaves just after its fence was drawn anew has left it', () => {
    const story = oneFence([{ type: 'exit' }]).fixes(1, { at: 0, ...IN });
    story.tell();
    expect(
      story
        .fence(1, 'depot', square(0.1, 0.1), [{ type: 'exit' }])
        .fixes(1, { at: 5, ...OUT })
        .tell(),
    ).toEqual(['raised fence-exit v1 depot 10:00:05']);
  });

  test('a vehicle that is removed takes its alerts along', () => {
    const story = oneFence().fixes(1, { at: 0, ...IN, alarms: 1 });
    story.tell();
    expect(story.change({ type: 'vehicle-delete', no: 1 }).tell()).toEqual([
      'cleared terminal-emergency v1 10:00:00 vehicle-removed',
      'cleared fence-enter v1 depot 10:00:00 vehicle-removed',
    ]);
  });

  test('a change that was told already changes nothing', () => {
    const story = oneFence().fixes(1, { at: 0, ...IN });
    story.tell();
    story.log.revision = 0;
    expect(story.change({ type: 'fence-delete', no: 1 }).tell()).toEqual([]);
  });
});
