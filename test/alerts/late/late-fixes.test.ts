import { expect, test } from 'vitest';
import { Engine } from '../../../engine.js';
import { LATE, OUT_OF_ORDER } from '../../../model/quality.js';
import { ruleOf, tick } from '../defined-support.js';
import { type FixNote, Story, square } from '../support.js';

const IN = { lon: 0.5 };
const OUT = { lon: 5 };
const LATER = { quality: OUT_OF_ORDER };

function story(...notes: FixNote[]): Story {
  return new Story()
    .vehicle(1, 'v1')
    .fence(1, 'depot', square(0, 0), [{ type: 'enter' }])
    .fixes(1, ...notes);
}

test('a visit that is known from late fixes only is told, and said to be late', () => {
  const late = story({ at: 0, ...OUT }, { at: 100, ...OUT });
  late.fixes(1, { at: 20, ...OUT, ...LATER }, { at: 30, ...IN, ...LATER }, { at: 40, ...OUT, ...LATER });
  expect(late.tell()).toEqual(['raised fence-enter v1 depot 10:00:30', 'cleared fence-enter v1 depot 10:00:40']);
  expect(late.transitions[0].alert.evidence).toMatchObject({ late: true });
  expect(late.engine.counters).toMatchObject({ evaluated: 2, notEvaluable: { 'out-of-order': 3 } });
});

test('one whose end nobody saw ends with the run of late fixes', () => {
  const late = story(
    { at: 100, ...OUT },
    { at: 30, ...IN, ...LATER },
    { at: 40, ...IN, ...LATER },
    { at: 110, ...OUT },
  );
  expect(late.tell()).toEqual([
    'raised fence-enter v1 depot 10:00:30',
    'cleared fence-enter v1 depot 10:00:40 backfilled',
  ]);
});

test('and so it does where the vehicle says nothing more', () => {
  const late = story({ at: 1000, ...OUT });
  for (const at of [30, 40]) late.fixes(1, { at, ...IN, quality: LATE, delay: 1000 });
  expect(tick(late, 1150).tell()).toEqual(['raised fence-enter v1 depot 10:00:30']);
  late.fixes(1, { at: 50, ...IN, quality: LATE, delay: 1110 });
  expect(tick(late, 1279).tell()).toEqual([]);
  late.engine = Engine.from(late.engine.snapshot()) as Engine;
  expect(tick(late, 1281).tell()).toEqual(['cleared fence-enter v1 depot 10:00:50 backfilled']);
});

test('an alert that began earlier than was known is amended, with the reason', () => {
  const known = story({ at: 0, ...OUT }, { at: 60, ...IN });
  known.tell();
  expect(known.fixes(1, { at: 30, ...IN, ...LATER }).tell()).toEqual(['updated fence-enter v1 depot 10:01:00']);
  expect(known.transitions[0].alert).toMatchObject({
    revision: 2,
    evidence: { amended: { reason: 'late-fixes', heldAt: '2026-03-01T02:00:30.000Z' } },
  });
  expect(known.fixes(1, { at: 70, ...OUT }).tell()).toEqual(['cleared fence-enter v1 depot 10:01:10']);
});

test('what is known already is not told again', () => {
  const known = story({ at: 0, ...OUT }, { at: 10, ...IN }, { at: 50, ...OUT });
  known.tell();
  expect(known.fixes(1, { at: 20, ...IN, ...LATER }, { at: 30, ...IN, ...LATER }).tell()).toEqual([]);
});

test('hours late, nothing is told', () => {
  const old = story({ at: 10_000, ...OUT }).fixes(1, { at: 30, ...IN, quality: LATE, delay: 9970 });
  expect(old.tell()).toEqual([]);
});

test('of recorded tracks late fixes count that fill a gap, and no others: a track that is played again is no news', () => {
  const played = story(...[0, 10, 20, 100].map((at) => ({ at, ...OUT, delay: 1e7 })));
  played.fixes(1, { at: 30, ...IN, ...LATER, delay: 1e7 }, { at: 40, ...OUT, ...LATER, delay: 1e7 });
  played.fixes(1, { at: 110, ...OUT, delay: 1e7 });
  expect(played.tell()).toEqual(['raised fence-enter v1 depot 10:00:30', 'cleared fence-enter v1 depot 10:00:40']);
  played.fixes(1, { at: 5, ...IN, ...LATER, delay: 1e7 }, { at: 15, ...OUT, ...LATER, delay: 1e7 });
  expect(played.fixes(1, { at: 120, ...OUT, delay: 1e7 }).tell()).toEqual([]);
});

test('a late visit leaves alone the alert of the visit that lasts', () => {
  const known = story(...[600, 610, 620].map((at) => ({ at, ...IN })));
  known.tell();
  known.fixes(1, { at: 100, ...IN, ...LATER }, { at: 110, ...OUT, ...LATER });
  expect(known.tell()).toEqual(['raised fence-enter v1 depot 10:01:40', 'cleared fence-enter v1 depot 10:01:50']);
  expect(known.transitions[0].alert.evidence).toMatchObject({ late: true });
  known.fixes(1, { at: 200, ...IN, ...LATER }, { at: 210, ...IN, ...LATER }, { at: 630, ...IN });
  expect(known.tell()).toEqual([
    'raised fence-enter v1 depot 10:03:20',
    'cleared fence-enter v1 depot 10:03:30 backfilled',
  ]);
  expect(known.fixes(1, { at: 640, ...OUT }).tell()).toEqual(['cleared fence-enter v1 depot 10:10:40']);
});

test('late fixes that reach to the alert that is open are the beginning of it', () => {
  const known = story(...[600, 610, 620].map((at) => ({ at, ...IN })));
  known.tell();
  known.fixes(1, ...[500, 520, 540, 560, 580].map((at) => ({ at, ...IN, ...LATER })), { at: 630, ...IN });
  expect(known.tell()).toEqual(['updated fence-enter v1 depot 10:10:00']);
  expect(known.transitions[0].alert.evidence).toMatchObject({ amended: { heldAt: '2026-03-01T02:08:20.000Z' } });
});

test('what time decides of the present is told although late fixes have the rule in hand', () => {
  const s = new Story().vehicle(1, 'v1').fence(1, 'depot', square(0, 0), []);
  ruleOf(s, 'dwell-too-long', { seconds: 60 }, { scope: { fences: ['depot'] } });
  s.fixes(1, ...[1000, 1010, 1020].map((at) => ({ at, ...IN })));
  s.fixes(1, ...[100, 140, 180].map((at) => ({ at, ...IN, ...LATER })));
  expect(tick(s, 1065).tell()).toEqual([
    'raised dwell-too-long v1 depot 10:01:40',
    'cleared dwell-too-long v1 depot 10:03:00 backfilled',
    'raised dwell-too-long v1 depot 10:16:40',
  ]);
});

test('a rule of another kind under the same name does not go on with what the late fixes left', () => {
  const s = new Story().settings({}).vehicle(1, 'v1').fence(1, 'depot', square(0, 0), []);
  ruleOf(s, 'dwell-too-long', { seconds: 5 }, { id: 'x', scope: { fences: ['depot'] } });
  s.fixes(1, { at: 1000, ...OUT }, { at: 100, ...IN, ...LATER }, { at: 110, ...IN, ...LATER });
  expect(s.tell()).toEqual(['raised dwell-too-long v1 depot 10:01:40']);
  ruleOf(s, 'speed-limit', { limit: 30 }, { id: 'x', scope: { fences: ['depot'] }, timing: { minDuration: 0 } });
  s.fixes(1, { at: 120, ...IN, ...LATER });
  expect(s.tell()).toEqual([
    'cleared dwell-too-long v1 depot 10:01:40 rule-changed',
    'raised speed-limit v1 depot 10:02:00',
  ]);
  expect(s.engine.counters.stepFailures).toEqual({});
});
