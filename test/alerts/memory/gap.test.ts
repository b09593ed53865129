import { expect, test } from 'vitest';
import { hold, isGap, paceAfter } from '../../../alerts/memory/gap.js';
import { Engine } from '../../../engine.js';
import { OUT_OF_ORDER } from '../../../model/quality.js';
import { ruleOf, tick } from '../defined-support.js';
import { type FixNote, fixOf, Story, square } from '../support.js';

const FAST = { speed: 100 };
const LATE = { quality: OUT_OF_ORDER };

/** A fix each ten seconds from `from` until `to`. */
function drive(from: number, to: number, note: Partial<FixNote> = {}): FixNote[] {
  return Array.from({ length: (to - from) / 10 + 1 }, (_, i) => ({ at: from + i * 10, lon: 5, ...note }));
}

function speeding(): Story {
  const story = new Story()
    .settings({})
    .vehicle(1, 'v1')
    .fixes(1, ...drive(0, 50));
  ruleOf(story, 'speed-limit', { limit: 80 });
  return story;
}

function visiting(type: string, params: object = {}): Story {
  const story = new Story().settings({}).vehicle(1, 'v1').fence(1, 'zone', square(0, 0), []);
  ruleOf(story, type, params, { scope: { fences: ['zone'] } });
  return story;
}

const inside = (from: number, to: number, note: Partial<FixNote> = {}) => drive(from, to, { lon: 0.5, ...note });

test('a late minute in the middle of an excess: two alerts become one, and the other is withdrawn', () => {
  const s = speeding().fixes(1, ...drive(60, 100, FAST), ...drive(180, 220, FAST));
  expect(s.tell()).toEqual([
    'raised speed-limit v1 10:01:00',
    'cleared speed-limit v1 10:03:00',
    'raised speed-limit v1 10:03:00',
  ]);
  const [first, , second] = s.transitions.map(({ alert }) => alert);
  s.fixes(1, ...drive(110, 170, { ...FAST, ...LATE }), ...drive(230, 230, FAST));
  expect(s.tell()).toEqual(['updated speed-limit v1 10:01:00 late-fixes', 'updated speed-limit v1 10:03:00']);
  expect(s.transitions[0].alert).toMatchObject({
    id: first.id,
    clearReason: 'late-fixes',
    evidence: { amended: { reason: 'late-fixes', sameAs: second.id } },
  });
  expect(s.transitions[1].alert).toMatchObject({
    id: second.id,
    state: 'raised',
    evidence: { amended: { heldAt: '2026-03-01T02:01:00.000Z' } },
  });
  expect(s.fixes(1, ...drive(240, 310)).tell()).toEqual(['cleared speed-limit v1 10:05:00']);
});

test('an alert that was cleared too early is open again', () => {
  const s = speeding().fixes(1, ...drive(60, 100, FAST), ...drive(180, 190, FAST));
  expect(s.tell()).toEqual(['raised speed-limit v1 10:01:00', 'cleared speed-limit v1 10:03:00']);
  s.fixes(1, ...drive(110, 170, { ...FAST, ...LATE }), ...drive(200, 200, FAST));
  expect(s.tell()).toEqual(['updated speed-limit v1 10:01:00']);
  expect(s.transitions[0].alert).toMatchObject({ state: 'raised', clearedAt: null, clearReason: null });
  expect(s.fixes(1, ...drive(210, 280)).tell()).toEqual(['cleared speed-limit v1 10:04:30']);
});

test('what late fixes show not to have been is withdrawn', () => {
  const s = visiting('dwell-too-long', { seconds: 60 });
  s.fixes(1, ...drive(0, 40), ...inside(50, 60), ...inside(130, 150));
  expect(s.tell()).toEqual(['raised dwell-too-long v1 zone 10:00:50']);
  s.fixes(1, ...inside(70, 70, LATE), ...drive(80, 110, LATE), ...inside(120, 120, LATE), ...inside(160, 160));
  expect(s.tell()).toEqual(['cleared dwell-too-long v1 zone 10:02:30 late-fixes']);
  const other = visiting('forbidden-inside').fixes(1, ...drive(0, 40), ...drive(110, 130));
  expect(other.fixes(1, ...inside(60, 80, LATE), ...drive(140, 140)).tell()).toEqual([
    'raised forbidden-inside v1 zone 10:01:00',
    'cleared forbidden-inside v1 zone 10:01:50',
  ]);
  expect(other.transitions[0].alert.evidence).toMatchObject({ late: true });
});

test('a stay whose end came late is as short as it was', () => {
  const s = visiting('dwell-too-short', { seconds: 60 }).fixes(
    1,
    ...drive(0, 40),
    ...inside(50, 70),
    ...drive(150, 170),
  );
  expect(s.tell()).toEqual([]); // it may have left at any time
  s.fixes(1, ...drive(80, 140, LATE), ...drive(180, 180));
  expect(s.tell()).toEqual(['raised dwell-too-short v1 zone 10:01:20', 'cleared dwell-too-short v1 zone 10:01:30']);
});

test('the tick settles what no other fix does, and late fixes that come after it settle it again', () => {
  const s = visiting('forbidden-inside').fixes(1, ...drive(0, 40), ...drive(110, 130));
  s.fixes(1, ...inside(60, 70, LATE));
  expect(tick(s, 135).tell()).toEqual([
    'raised forbidden-inside v1 zone 10:01:00',
    'cleared forbidden-inside v1 zone 10:01:50',
  ]);
  const { id } = s.transitions[0].alert;
  expect(tick(s.fixes(1, ...inside(50, 50, LATE)), 140).tell()).toEqual(['updated forbidden-inside v1 zone 10:01:00']);
  expect(s.transitions[0].alert).toMatchObject({ id, evidence: { amended: { heldAt: '2026-03-01T02:00:50.000Z' } } });
});

test('what time alone decided is told again when late fixes had it withdrawn', () => {
  const s = visiting('dwell-too-long', { seconds: 60 });
  s.fixes(1, ...drive(0, 40), ...inside(50, 60), ...inside(100, 110));
  expect(tick(s, 115).tell()).toEqual(['raised dwell-too-long v1 zone 10:00:50']);
  // By the fixes alone it has been there for a minute, and not for more.
  s.fixes(1, ...inside(70, 90, LATE), ...inside(120, 120));
  expect(s.tell().at(-1)).toBe('updated dwell-too-long v1 zone 10:00:50');
  expect(s.transitions.at(-1)?.alert).toMatchObject({ state: 'raised', clearReason: null });
});

test('what is told again must be handled in as much time as any other', () => {
  const s = new Story().settings({}).vehicle(1, 'v1').fence(1, 'zone', square(0, 0), []);
  const deadlines = { acknowledge: 600 };
  ruleOf(s, 'dwell-too-long', { seconds: 60 }, { scope: { fences: ['zone'] }, deadlines });
  s.fixes(1, ...drive(0, 40), ...inside(50, 60), ...inside(100, 110));
  tick(s, 115)
    .fixes(1, ...inside(70, 90, LATE), ...inside(120, 120))
    .tell();
  expect(s.transitions.map(({ transition }) => transition)).toEqual(['raised', 'cleared', 'updated']);
  const [raised, withdrawn, again] = s.transitions.map(({ alert }) => alert.deadlines.acknowledge?.due);
  expect([raised, withdrawn, again]).toEqual(['2026-03-01T02:10:50.000Z', undefined, '2026-03-01T02:11:55.000Z']);
});

test('a rule that is gone leaves nothing to settle', () => {
  const s = speeding().fixes(1, ...drive(60, 100, FAST), ...drive(180, 220, FAST));
  s.tell();
  s.change({ type: 'rule-delete', id: 'speed-limit' });
  s.fixes(1, ...drive(110, 170, { ...FAST, ...LATE }), ...drive(230, 230, FAST));
  expect(s.tell()).toEqual(['cleared speed-limit v1 10:03:00 rule-removed']);
});

test('a restart anywhere changes nothing', () => {
  const tale = () => {
    const s = speeding().fixes(1, ...drive(60, 100, FAST), ...drive(180, 220, FAST));
    tick(s, 221);
    s.fixes(1, ...drive(110, 140, { ...FAST, ...LATE }));
    tick(s, 225);
    s.fixes(1, ...drive(150, 170, { ...FAST, ...LATE }), ...drive(230, 300));
    return tick(s, 400);
  };
  const whole = tale();
  const expected = whole.tell();
  expect(expected.length).toBeGreaterThan(3);
  for (let cut = 1; cut < whole.log.blocks.length; cut++) {
    let engine = new Engine();
    const lines: string[] = [];
    for (const [i, block] of whole.log.blocks.entries()) {
      if (i === cut) engine = Engine.from(engine.snapshot()) as Engine;
      engine.apply(block);
      lines.push(...engine.take().map(({ transition, alert }) => `${transition} ${alert.id} ${alert.revision}`));
    }
    expect(lines).toEqual(
      whole.transitions.map(({ transition, alert }) => `${transition} ${alert.id} ${alert.revision}`),
    );
  }
});

test('a fix that is kept has its own list of fences: that of the index is another one with the next question', () => {
  const ofIndex = [1, 2];
  const kept = hold(Object.assign(fixOf(1, { at: 0 }), { fenceNos: ofIndex }));
  ofIndex.splice(0, 2, 7);
  expect(kept.fenceNos).toEqual([1, 2]);
});

test('two fixes of one second say nothing of the pace', () => {
  expect(paceAfter(0, 30_000)).toBe(30_000);
  expect(isGap(30_000, paceAfter(0, 30_000))).toBe(false);
});

test('a vehicle that is of another kind when late fixes come has nothing opened again', () => {
  const s = new Story().settings({}).vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), []);
  ruleOf(s, 'forbidden-inside', {}, { scope: { fences: ['zone'], categories: ['coach'] } });
  s.fixes(1, ...inside(0, 50), ...inside(120, 140)).tell();
  s.vehicle(1, 'v1', 'truck').fixes(1, ...inside(150, 150));
  expect(s.tell()).toEqual(['cleared forbidden-inside v1 zone 10:00:00 rule-removed']);
  s.fixes(1, ...inside(80, 90, LATE), ...inside(160, 160));
  expect(s.tell()).toEqual([]);
  expect(s.engine.openAlerts()).toEqual([]);
});
