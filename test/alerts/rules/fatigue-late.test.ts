import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Engine } from '../../../engine.js';
import type { Alert } from '../../../model/alert.js';
import { LATE, OUT_OF_ORDER } from '../../../model/quality.js';
import { cardOf, ruleOf, tick } from '../defined-support.js';
import { type FixNote, Story } from '../support.js';

const H = 3600;
const late = { quality: OUT_OF_ORDER };
const WANG = { name: '王', certificate: '32010' };

function story(params: object = {}): Story {
  const s = new Story().vehicle(1, 'v1', 'coach').vehicle(2, 'v2', 'coach');
  ruleOf(s, 'fatigue', { dayHours: 4, nightHours: 24, ...params });
  return s;
}

/** A fix each minute; `km`: how far it has come at the first of them, at 60 km/h. */
function drive(from: number, to: number, note: Partial<FixNote> = {}, km = 0): FixNote[] {
  return Array.from({ length: Math.floor((to - from) / 60) + 1 }, (_, i) => {
    return { at: from + i * 60, speed: 60, lon: 0.5 + (km + i) / 111, ...note };
  });
}

const stand = (from: number, to: number, note: Partial<FixNote> = {}) =>
  drive(from, to, { speed: 0, lon: 0.5, ...note });

describe('late fixes', () => {
  test('a silence taken for a rest was driving: the alert that should have been', () => {
    const s = story().fixes(1, ...drive(0, 2 * H), ...drive(3 * H, 4.5 * H, {}, 120));
    expect(s.tell()).toEqual([]);
    tick(s.fixes(1, ...drive(2 * H + 60, 3 * H - 60, late)), 4.5 * H + 30);
    expect(s.tell()).toEqual(['raised fatigue v1 10:00:00']);
    expect(s.transitions[0].alert).toMatchObject({
      state: 'raised',
      detectedAt: '2026-03-01T06:30:30.000Z',
      evidence: { late: true, reason: 'late-fixes', checks: [{ value: 4.5, result: true }, {}, {}] },
    });
    // It goes on like any other.
    expect(s.fixes(1, ...stand(4.5 * H + 60, 5 * H)).tell()).toEqual(['cleared fatigue v1 14:50:00']);
  });

  test('of a drive that was over by then it is told with its end', () => {
    const s = story().fixes(1, ...drive(0, 2 * H), ...drive(3 * H, 4.5 * H, {}, 120), ...stand(4.5 * H + 60, 5 * H));
    s.fixes(1, ...drive(2 * H + 60, 3 * H - 60, late), { at: 5 * H + 60, speed: 0 });
    expect(s.tell()).toEqual(['raised fatigue v1 10:00:00', 'cleared fatigue v1 14:50:00']);
  });

  test('an interval counted as driven was a rest: what was told is withdrawn', () => {
    const s = story().fixes(1, ...drive(0, 2 * H), ...drive(2.5 * H, 4 * H + 60, {}, 156));
    expect(s.tell()).toEqual(['raised fatigue v1 10:00:00']); // 36 km in half an hour
    const { id } = s.transitions[0].alert;
    tick(s.fixes(1, ...stand(2 * H + 120, 2.5 * H - 120, late)), 4 * H + 90);
    expect(s.tell()).toEqual(['cleared fatigue v1 14:01:30 late-fixes']);
    expect(s.transitions[0].alert).toMatchObject({
      id,
      revision: 2,
      evidence: { amended: { reason: 'late-fixes', withdrawn: true } },
    });
    // The count began again with the end of the rest.
    expect(s.fixes(1, ...drive(4 * H + 120, 6.5 * H + 60, {}, 200)).tell()).toEqual(['raised fatigue v1 12:30:00']);
  });

  test('a rest shown late leaves what is too long without it, with another begin', () => {
    const s = story().fixes(1, ...drive(0, 60), ...drive(360, 5 * H));
    expect(s.tell()).toEqual(['raised fatigue v1 10:00:00']);
    const other = story().fixes(1, ...drive(0, H), ...drive(1.5 * H, 6 * H, {}, 156));
    expect(other.tell()).toEqual(['raised fatigue v1 10:00:00']);
    tick(other.fixes(1, ...stand(H + 120, 1.5 * H - 120, late)), 6 * H + 30);
    expect(other.tell()).toEqual(['updated fatigue v1 10:00:00']);
    expect(other.transitions[0].alert).toMatchObject({
      state: 'raised',
      revision: 2,
      evidence: { amended: { reason: 'late-fixes', heldAt: '2026-03-01T03:30:00.000Z' } },
    });
  });

  test('what a driver did in one vehicle counts in the next one, however late it is known', () => {
    const s = story();
    cardOf(s, 1, -60, WANG).fixes(1, ...drive(0, H), ...drive(2 * H, 2 * H));
    cardOf(s, 1, 2 * H + 30, null);
    cardOf(s, 2, 2 * H + 90, WANG).fixes(2, ...drive(2 * H + 120, 4.5 * H));
    expect(s.tell()).toEqual([]);
    tick(s.fixes(1, ...drive(H + 60, 2 * H - 60, late)), 4.5 * H + 30);
    expect(s.tell()).toEqual(['raised fatigue v2 10:00:00']);
    expect(s.transitions[0].alert.evidence).toMatchObject({ late: true, driver: '****0' });
  });

  test('what comes later than six hours changes nothing', () => {
    const s = story().fixes(1, ...drive(0, 2 * H), ...drive(3 * H, 4.5 * H, {}, 120), ...stand(4.5 * H + 60, 10 * H));
    expect(tick(s.fixes(1, ...drive(2 * H + 60, 3 * H - 60, late)), 10 * H + 60).tell()).toEqual([]);
  });

  test('a schedule leaves what was told as it was; the hours count all the same', () => {
    const s = new Story().vehicle(1, 'v1', 'coach');
    const schedule = { hours: [{ from: '08:00', to: '20:00' }] };
    ruleOf(s, 'fatigue', { dayHours: 4, nightHours: 24 }, { schedule });
    s.fixes(1, ...drive(0, 2 * H), ...drive(3 * H, 4.5 * H, {}, 120));
    expect(tick(s.fixes(1, ...drive(2 * H + 60, 3 * H - 60, late)), 4.5 * H + 30).tell()).toEqual([]);
    expect(s.fixes(1, ...drive(4.5 * H + 60, 4.5 * H + 60)).tell()).toEqual(['raised fatigue v1 10:00:00']);
  });
});

interface Leg {
  vehicle: number;
  does: 'drives' | 'stands' | 'is silent' | 'is silent and moves';
  minutes: number;
  step: number;
}

const leg: fc.Arbitrary<Leg> = fc.record({
  vehicle: fc.constantFrom(1, 1, 1, 2),
  does: fc.constantFrom(
    'drives' as const,
    'drives' as const,
    'stands' as const,
    'is silent' as const,
    'is silent and moves' as const,
  ),
  // Stops of two minutes are overlooked, and whoever drives another vehicle in one.
  minutes: fc.integer({ min: 3, max: 25 }),
  step: fc.constantFrom(10, 30, 60, 150),
});
/** Seconds by which a fix comes late; most do not. */
const delay = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }) },
);

type Sent = FixNote & { vehicle: number; after: number /** Another vehicle drove before. */; changes?: boolean };

/** What the vehicles send, in the order of its time. `delays` are of fixes, `batches` of whole legs: 0, or seconds after the end of one. */
function sentBy(legs: readonly Leg[], delays: readonly number[], batches: readonly number[]): Sent[] {
  const sent: Sent[] = [];
  const km = [0, 0, 0];
  let at = 60;
  for (const vehicle of [1, 2]) sent.push({ vehicle, at: 0, speed: 0, lon: 0.5, after: 0 });
  for (const [i, { vehicle, does, minutes, step }] of legs.entries()) {
    const end = at + minutes * 60;
    for (; at < end; at += step) {
      if (does !== 'stands' && does !== 'is silent') km[vehicle] += step / 30;
      if (does.startsWith('is silent')) continue;
      // A batch comes at once; a single fix may be overtaken.
      const batch = batches[i % batches.length];
      const changes = sent.at(-1)?.vehicle !== vehicle;
      // A card is heard of with a fix that comes at once.
      const after = changes ? 0 : batch > 0 ? end + batch - at : delays[sent.length % delays.length];
      sent.push({ vehicle, at, speed: does === 'drives' ? 60 : 0, lon: 0.5 + km[vehicle] / 111, after, changes });
    }
  }
  return sent;
}

const RULE = {
  dayHours: 0.6,
  nightHours: 0.4,
  night: { from: '11:00', to: '12:30' },
  hoursIn24: 2,
  hoursIn7Days: 2.5,
  restMinutes: 6,
};

type Cards = 'none' | 'in both' | 'goes along';

function tell(sent: readonly Sent[], params: object, cards: Cards): { story: Story; alerts: string[] } {
  const s = story(params);
  if (cards === 'in both') for (const no of [1, 2]) cardOf(s, no, -60, WANG);
  const newest = [0, -1, -1];
  let now = 0;
  for (const { vehicle, after, changes, ...note } of sent) {
    now = Math.max(now, note.at + after);
    if (changes && cards === 'goes along') {
      cardOf(s, 3 - vehicle, note.at - 2, null);
      cardOf(s, vehicle, note.at - 1, WANG);
      // Whoever is left says so.
      s.fixes(3 - vehicle, { at: note.at - 1, speed: 0 });
      newest[3 - vehicle] = note.at - 1;
    }
    const quality = note.at <= newest[vehicle] ? OUT_OF_ORDER : after > 600 ? LATE : 0;
    if (quality === 0) newest[vehicle] = note.at;
    s.fixes(vehicle, { ...note, quality, delay: after });
    if (note.at % 7 === 0) tick(s, now);
  }
  tick(s, now + 5);
  s.log.flush();
  return { story: s, alerts: toldIn(s) };
}

/** Who has an alert in the end, since when. */
function toldIn({ log }: Story, cut = -1): string[] {
  let engine = new Engine();
  const alerts = new Map<string, Alert>();
  for (const [i, block] of log.blocks.entries()) {
    if (i === cut) engine = Engine.from(engine.snapshot()) as Engine;
    engine.apply(block);
    for (const { alert } of engine.take()) alerts.set(alert.id, alert);
  }
  expect(engine.counters.stepFailures).toEqual({});
  const right = [...alerts.values()].filter(({ clearReason }) => clearReason !== 'late-fixes');
  return right
    .map(({ vehicleId, occurredAt, clearedAt, evidence }) => {
      const begin = (evidence.amended as { heldAt?: string } | undefined)?.heldAt ?? occurredAt;
      return `${vehicleId} ${begin} ${clearedAt === null ? 'open' : 'over'}`;
    })
    .sort();
}

test.each([
  ['of each vehicle', 'none'],
  ['of one driver in two vehicles at once', 'in both'],
  ['of a driver who goes from one to the other', 'goes along'],
] as const)('in whatever order fixes come, the same alerts stand in the end: %s', (_, cards) => {
  let alerts = 0;
  let otherwise = 0;
  const batches = fc.array(fc.constantFrom(0, 0, 300, 2000, 9000), { minLength: 3, maxLength: 11 });
  const delays = fc.array(delay, { minLength: 7, maxLength: 31 });
  fc.assert(
    fc.property(
      fc.array(leg, { minLength: 10, maxLength: 30 }),
      delays,
      batches,
      fc.nat(20),
      (legs, waits, waitsOfBatches, cut) => {
        const sent = sentBy(legs, waits, waitsOfBatches);
        // No more changes of driver are kept.
        if (cards === 'goes along') fc.pre(sent.filter(({ changes }) => changes).length <= 8);
        const inOrder = sent.map((each) => ({ ...each, after: 0 }));
        const asSent = [...sent].sort((a, b) => a.at + a.after - (b.at + b.after));
        const expected = tell(inOrder, RULE, cards);
        const found = tell(asSent, RULE, cards);
        expect(found.alerts).toEqual(expected.alerts);
        expect(toldIn(found.story, cut)).toEqual(found.alerts);
        alerts += expected.alerts.length;
        found.story.tell();
        otherwise += found.story.transitions.filter(
          ({ alert: { evidence } }) => evidence.late || evidence.amended,
        ).length;
      },
    ),
    { seed: 12, numRuns: 40 },
  );
  expect(alerts).toBeGreaterThan(30);
  expect(otherwise).toBeGreaterThan(20);
});
