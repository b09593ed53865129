import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine } from '../../../engine.js';
import type { Alert } from '../../../model/alert.js';
import { OUT_OF_ORDER } from '../../../model/quality.js';
import { ruleOf, tick } from '../defined-support.js';
import { type FixNote, Story, TEN } from '../support.js';

const late = { quality: OUT_OF_ORDER, speed: 0 };
const HERE = 0.5;
const AWAY = 0.6;

function story(): Story {
  const made = new Story().settings({});
  for (let no = 1; no <= 5; no++) made.vehicle(no, `v${no}`, 'taxi');
  ruleOf(made, 'gathering', { count: 3, radius: 200 }, { timing: { minDuration: 0 } });
  return made;
}

/** Three are there, by what is known at the hundredth second; the third has the alert. */
function gathered(): Story {
  const s = story();
  for (const no of [1, 2, 3]) s.fixes(no, { at: no * 10, lon: HERE, speed: 0 });
  expect(s.tell()).toEqual(['raised gathering v3 10:00:30']);
  return s;
}

test('who was elsewhere did not gather: with too few left the alert is withdrawn', () => {
  const s = gathered();
  s.fixes(1, { at: 100, lon: AWAY, speed: 0 }, { at: 25, lon: AWAY, ...late });
  expect(tick(s, 105).tell()).toEqual(['cleared gathering v3 10:01:45 late-fixes']);
  expect(s.transitions[0].alert).toMatchObject({ evidence: { amended: { reason: 'late-fixes', withdrawn: true } } });
  // Those who gather then are told of.
  s.fixes(1, { at: 110, lon: HERE, speed: 0 });
  expect(s.fixes(3, { at: 120, lon: HERE, speed: 0 }).tell()).toHaveLength(1);
});

test('with enough left, it is amended', () => {
  const s = story();
  for (const no of [1, 2, 4]) s.fixes(no, { at: no, lon: HERE, speed: 0 });
  s.tell();
  const other = story();
  for (const no of [1, 2, 3, 4]) other.fixes(no, { at: no, lon: no === 4 ? AWAY : HERE, speed: 0 });
  ruleOf(other, 'gathering', { count: 2, radius: 200 }, { id: 'two', timing: { minDuration: 5 } });
  for (const no of [1, 2, 3]) other.fixes(no, { at: 10 + no * 10, lon: HERE, speed: 0 });
  other.fixes(1, { at: 50, lon: HERE, speed: 0 });
  other.tell();
  const told = other.transitions.find(({ alert }) => alert.ruleId === 'rule:two')?.alert as Alert;
  expect(told.evidence.members).toContain('v2');
  other.fixes(2, { at: 60, lon: AWAY, speed: 0 }, { at: 35, lon: AWAY, ...late });
  tick(other, 65).tell();
  const amended = other.transitions.findLast(({ alert }) => alert.id === told.id)?.alert;
  expect(amended).toMatchObject({
    clearedAt: null,
    evidence: { amended: { reason: 'late-fixes', vehicles: 2, elsewhere: ['v2'] } },
  });
});

test('a later fix that comes later still shows that it was there after all', () => {
  const s = gathered();
  s.fixes(1, { at: 100, lon: AWAY, speed: 0 }, { at: 20, lon: AWAY, ...late });
  tick(s, 105).tell();
  s.fixes(1, { at: 28, lon: HERE, ...late });
  expect(tick(s, 110).tell()).toEqual([
    expect.stringMatching(/^cleared gathering v3 10:01:45$/), // told again, over since it was withdrawn
  ]);
});

test('what came before the fix that was counted, or after the alert, changes nothing', () => {
  const s = gathered();
  s.fixes(1, { at: 100, lon: AWAY, speed: 0 }, { at: 5, lon: AWAY, ...late }, { at: 40, lon: AWAY, ...late });
  expect(tick(s, 105).tell()).toEqual([]);
});

const step = fc.record({
  no: fc.integer({ min: 1, max: 5 }),
  lon: fc.constantFrom(HERE, HERE, AWAY),
  late: fc.constantFrom(0, 0, 0, 15, 60, 200),
});

test('in whatever order fixes come, an alert stands where those who were counted were there by all of them', () => {
  let standing = 0;
  let withdrawn = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 80 }), fc.nat(30), (steps, cut) => {
      const sent = steps.map((each, i) => ({ ...each, at: i * 5, sent: i * 5 + each.late }));
      const s = story();
      const newest: number[] = [];
      for (const [i, { no, lon, at, sent: now }] of [...sent].sort((a, b) => a.sent - b.sent).entries()) {
        const isLate = at <= (newest[no] ?? -1);
        if (!isLate) newest[no] = at;
        const note: FixNote = { at, lon, speed: 0, quality: isLate ? OUT_OF_ORDER : 0, delay: now - at };
        s.fixes(no, note);
        if (i % 4 === 0) tick(s, now);
      }
      tick(s, 2000).log.flush();
      const alerts = endOf(s);
      expect(endOf(s, cut)).toEqual(alerts);
      for (const [first, last] of alerts.values()) {
        const at = (Date.parse(first.position.time ?? '') - TEN) / 1000;
        // Told by a fix that was itself under way, others are known to have been there later than it.
        if (first.position.lon !== HERE || sent[at / 5].late > 0) continue;
        const place = (id: string) =>
          sent.filter(({ no, at: time }) => `v${no}` === id && time <= at).sort((a, b) => b.at - a.at)[0].lon;
        const there = (first.evidence.members as string[]).filter((id) => place(id) === HERE);
        const stands = there.length + 1 >= 3;
        expect([first.id, last.clearReason !== 'late-fixes']).toEqual([first.id, stands]);
        if (stands) standing++;
        else withdrawn++;
      }
    }),
    { seed: 3, numRuns: 60 },
  );
  expect(standing).toBeGreaterThan(50);
  expect(withdrawn).toBeGreaterThan(10);
});

/** Each alert as it was told, and as it is in the end. */
function endOf({ log }: Story, cut = -1): Map<string, [Alert, Alert]> {
  let engine = new Engine();
  const alerts = new Map<string, [Alert, Alert]>();
  for (const [i, block] of log.blocks.entries()) {
    if (i === cut) engine = Engine.from(engine.snapshot()) as Engine;
    engine.apply(block);
    for (const { alert } of engine.take()) alerts.set(alert.id, [alerts.get(alert.id)?.[0] ?? alert, alert]);
  }
  expect(engine.counters.stepFailures).toEqual({});
  return alerts;
}
