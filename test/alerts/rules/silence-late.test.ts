import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../alerts/fix-facts.js';
import { heard } from '../../../alerts/memory/silence-log.js';
import { Engine } from '../../../engine.js';
import type { Alert } from '../../../model/alert.js';
import { LATE, OUT_OF_ORDER } from '../../../model/quality.js';
import { ruleOf, tick } from '../defined-support.js';
import { type FixNote, fixOf, Story } from '../support.js';

const late = { quality: LATE, delay: 900 };

function story(type: string, params: object = {}): Story {
  const s = new Story().settings({}).vehicle(1, 'v1').vehicle(2, 'v2');
  ruleOf(s, type, { seconds: 300, ...params });
  return s;
}

/** A fix each ten seconds from `from` until `to`; 600 m further east each minute. */
function drive(from: number, to: number, note: Partial<FixNote> = {}): FixNote[] {
  return Array.from({ length: (to - from) / 10 + 1 }, (_, i) => {
    const at = from + i * 10;
    return { at, lon: 0.5 + at / 11_000, ...note };
  });
}

describe('offline', () => {
  const silent = () => {
    const s = story('offline').fixes(1, ...drive(0, 60));
    tick(s, 365);
    return s;
  };

  test('a silence that late fixes fill was none of the vehicle: what was told is withdrawn', () => {
    const s = silent().fixes(1, ...drive(960, 960));
    expect(s.tell()).toEqual(['raised offline v1 10:01:00', 'cleared offline v1 10:16:00']);
    const { id } = s.transitions[0].alert;
    s.fixes(1, ...drive(70, 950, late), ...drive(970, 970));
    expect(s.tell()).toEqual(['updated offline v1 10:01:00 late-fixes']);
    expect(s.transitions[0].alert).toMatchObject({
      id,
      revision: 3,
      evidence: { amended: { reason: 'late-fixes', withdrawn: true } },
    });
  });

  test('what was really silent: its end, and another one behind what is known now', () => {
    const s = silent().fixes(1, ...drive(960, 960));
    s.tell();
    s.fixes(1, ...drive(500, 530, late), ...drive(970, 970));
    expect(s.tell()).toEqual([
      'updated offline v1 10:01:00',
      'raised offline v1 10:08:50',
      'cleared offline v1 10:16:00',
    ]);
    const [first, second] = s.transitions.map(({ alert }) => alert.evidence);
    expect(first.amended).toEqual({
      reason: 'late-fixes',
      heldAt: '2026-03-01T02:01:00.000Z',
      endedAt: '2026-03-01T02:08:20.000Z',
    });
    expect(second).toMatchObject({ late: true, reason: 'late-fixes' });
  });

  test('stored fixes come before the first of the present: the silence that lasts began with the newest of them', () => {
    const s = silent();
    s.tell();
    tick(s.fixes(1, ...drive(70, 600, late)), 965);
    expect(s.tell()).toEqual(['updated offline v1 10:01:00']);
    expect(s.transitions[0].alert).toMatchObject({
      state: 'raised',
      evidence: { amended: { heldAt: '2026-03-01T02:10:00.000Z' } },
    });
    s.fixes(1, ...drive(610, 950, late));
    expect(tick(s, 970).tell()).toEqual(['cleared offline v1 10:16:10 late-fixes']);
    expect(tick(s, 1270).tell()).toEqual(['raised offline v1 10:15:50']);
  });

  test('nothing is remembered of who was never silent', () => {
    const s = story('offline').fixes(1, ...drive(0, 600));
    s.tell();
    expect(s.engine.snapshot().includes('silences')).toBe(false);
  });
});

describe('offline-displacement', () => {
  const moved = () => story('offline-displacement').fixes(1, ...drive(0, 60), ...drive(960, 980));

  test('late fixes show how it went there: withdrawn', () => {
    const s = moved();
    expect(s.tell()).toEqual(['raised offline-displacement v1 10:16:00', 'cleared offline-displacement v1 10:16:10']);
    s.fixes(1, ...drive(70, 950, late), ...drive(990, 990));
    expect(s.tell()).toEqual(['updated offline-displacement v1 10:16:00 late-fixes']);
  });

  test('where it was still silent for too long, it is told of that time', () => {
    const s = moved();
    s.tell();
    s.fixes(1, ...drive(600, 950, late), ...drive(990, 990));
    expect(s.tell()).toEqual([
      'updated offline-displacement v1 10:16:00 late-fixes',
      'raised offline-displacement v1 10:10:00',
      'cleared offline-displacement v1 10:10:10',
    ]);
    expect(s.transitions[1].alert.evidence).toMatchObject({ late: true });
  });

  test('stored fixes that come first: nothing is told at all', () => {
    const s = story('offline-displacement').fixes(1, ...drive(0, 60), ...drive(70, 950, late), ...drive(960, 980));
    expect(s.tell()).toEqual([]);
  });

  test('nothing is remembered of a vehicle that was not silent lately', () => {
    const s = story('offline-displacement').fixes(1, ...drive(0, 60));
    s.tell();
    expect(s.engine.snapshot().includes('floor')).toBe(false);
    s.fixes(1, ...drive(960, 970)).tell();
    expect(s.engine.snapshot().includes('floor')).toBe(true);
    s.fixes(1, ...drive(70, 950, late), ...drive(980, 990)).tell();
    expect(s.engine.snapshot().includes('floor')).toBe(false);
  });
});

test('what came more than 72 h before the newest fix is settled', () => {
  const s = story('offline').fixes(1, { at: 0 }, { at: 1000 });
  const day = 86_400;
  for (let at = 1300; at <= 4 * day; at += 300) s.fixes(1, { at });
  s.tell();
  expect(tick(s.fixes(1, ...drive(10, 990, late)), 4 * day + 10).tell()).toEqual([]);
});

test('a checkpoint of before silences were kept goes on', () => {
  const known = { last: factsOf(fixOf(1, { at: 0 })) };
  const silent = heard(known, factsOf(fixOf(1, { at: 1000 })), 300_000);
  expect(silent.silences).toHaveLength(1);
  expect(heard(silent, factsOf(fixOf(1, { at: 500 })), 300_000).silences).toHaveLength(2);
});

const leg = fc.record({
  vehicle: fc.constantFrom(1, 1, 2),
  does: fc.constantFrom('drives' as const, 'is silent' as const, 'is silent and moves' as const),
  minutes: fc.integer({ min: 1, max: 15 }),
  step: fc.constantFrom(10, 60, 150),
});
type Leg = typeof leg extends fc.Arbitrary<infer L> ? L : never;
/** Seconds by which a fix comes late; most do not. */
const delay = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }) },
);
type Sent = FixNote & { vehicle: number; after: number };

/** What the vehicles send, in the order of its time. */
function sentBy(legs: readonly Leg[], delays: readonly number[], batches: readonly number[]): Sent[] {
  const sent: Sent[] = [1, 2].map((vehicle) => ({ vehicle, at: 0, lon: 0.5, after: 0 }));
  const km = [0, 0, 0];
  let at = 60;
  for (const [i, { vehicle, does, minutes, step }] of legs.entries()) {
    const end = at + minutes * 60;
    for (; at < end; at += step) {
      if (does !== 'is silent') km[vehicle] += step / 60;
      if (does !== 'drives') continue;
      const batch = batches[i % batches.length];
      const after = batch > 0 ? end + batch - at : delays[sent.length % delays.length];
      sent.push({ vehicle, at, lon: 0.5 + km[vehicle] / 111, after });
    }
  }
  return sent;
}

function tell(type: string, sent: readonly Sent[]): Story {
  const s = story(type, type === 'offline' ? {} : { metres: 2000 });
  const newest = [0, -1, -1];
  let now = 0;
  for (const { vehicle, after, ...note } of sent) {
    now = Math.max(now, note.at + after);
    const quality = note.at <= newest[vehicle] ? OUT_OF_ORDER : after > 600 ? LATE : 0;
    if (quality === 0) newest[vehicle] = note.at;
    s.fixes(vehicle, { ...note, quality, delay: after });
    if (note.at % 3 === 0) tick(s, now);
  }
  s.log.flush();
  return s;
}

/** Who has an alert in the end, from when to when. */
function toldIn({ log }: Story, cut = -1): { alerts: string[]; late: number } {
  let engine = new Engine();
  const alerts = new Map<string, Alert>();
  let lateOnes = 0;
  for (const [i, block] of log.blocks.entries()) {
    if (i === cut) engine = Engine.from(engine.snapshot()) as Engine;
    engine.apply(block);
    for (const { alert } of engine.take()) {
      alerts.set(alert.id, alert);
      if (alert.evidence.late || alert.evidence.amended) lateOnes++;
    }
  }
  expect(engine.counters.stepFailures).toEqual({});
  const right = [...alerts.values()].filter(({ clearReason }) => clearReason !== 'late-fixes');
  const lines = right.map(({ type, vehicleId, occurredAt, clearedAt, evidence }) => {
    const { heldAt, endedAt } = (evidence.amended ?? {}) as { heldAt?: string; endedAt?: string };
    // That it came back elsewhere is over with the next fix, whichever that was.
    const end = type === 'offline' ? (endedAt ?? clearedAt) : 'over';
    return `${vehicleId} ${heldAt ?? occurredAt} ${clearedAt === null ? 'open' : end}`;
  });
  return { alerts: lines.sort(), late: lateOnes };
}

test.each(['offline', 'offline-displacement'])(
  '%s: in whatever order fixes come, the same alerts stand in the end',
  (type) => {
    let alerts = 0;
    let otherwise = 0;
    const batches = fc.array(fc.constantFrom(0, 0, 300, 2000, 9000), { minLength: 3, maxLength: 11 });
    fc.assert(
      fc.property(
        fc.array(leg, { minLength: 8, maxLength: 25 }),
        fc.array(delay, { minLength: 7, maxLength: 31 }),
        batches,
        fc.nat(60),
        (legs, delays, waits, cut) => {
          const sent = sentBy(legs, delays, waits);
          const end = Math.max(...sent.map(({ at, after }) => at + after)) + 5;
          const close = (s: Story) => {
            for (const no of [1, 2]) s.fixes(no, { at: end, lon: 9 }, { at: end + 10, lon: 9 });
            tick(s, end + 400).log.flush();
            return s;
          };
          const expected = toldIn(
            close(
              tell(
                type,
                sent.map((each) => ({ ...each, after: 0 })),
              ),
            ),
          );
          const shuffled = close(
            tell(
              type,
              [...sent].sort((a, b) => a.at + a.after - (b.at + b.after)),
            ),
          );
          const found = toldIn(shuffled);
          expect(found.alerts).toEqual(expected.alerts);
          expect(toldIn(shuffled, cut)).toEqual(found);
          alerts += expected.alerts.length;
          otherwise += found.late;
        },
      ),
      { seed: 5, numRuns: 60 },
    );
    expect(alerts).toBeGreaterThan(100);
    expect(otherwise).toBeGreaterThan(100);
  },
);
