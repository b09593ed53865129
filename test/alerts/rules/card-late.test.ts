import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Engine } from '../../../engine.js';
import type { Alert } from '../../../model/alert.js';
import { LATE, OUT_OF_ORDER } from '../../../model/quality.js';
import type { PermittedDriver } from '../../../model/vehicle.js';
import { cardOf, ruleOf, tick } from '../defined-support.js';
import { type FixNote, Story, TEN } from '../support.js';

const WANG = { certificate: 'W', validUntil: '2027-12-31' };
const LI = { certificate: 'L', validUntil: '2026-02-01' };

function story(drivers?: PermittedDriver[], params: object = {}): Story {
  const made = new Story().settings({});
  for (const no of [1, 2]) {
    const facts = { plateColor: 2, category: 'coach' as const, company: null, region: null, terminals: [] };
    const vehicle = { no, id: `v${no}`, plate: `沪A${no}`, ...facts, ...(drivers && { drivers }), createdAt: TEN };
    made.change({ type: 'vehicle-put', vehicle });
  }
  ruleOf(made, 'driver-card', params);
  return made;
}

/** A fix each ten seconds from `from` until `to`. */
function drive(from: number, to: number, note: Partial<FixNote> = {}): FixNote[] {
  return Array.from({ length: (to - from) / 10 + 1 }, (_, i) => ({ at: from + i * 10, speed: 60, ...note }));
}

const faults = (s: Story) =>
  s.tell().map((line, i) => `${line.replace(' driver-card', '')} ${s.transitions[i].alert.evidence.fault}`);

describe('a card of which is heard late', () => {
  test('was in all the time: what was told is withdrawn', () => {
    const s = story().fixes(1, ...drive(0, 300));
    expect(faults(s)).toEqual(['raised v1 10:00:00 no-card']);
    cardOf(s, 1, -20, WANG);
    expect(faults(s.fixes(1, ...drive(310, 310)))).toEqual(['cleared v1 10:05:11 late-fixes no-card']);
    expect(s.transitions[0].alert).toMatchObject({ revision: 2, evidence: { amended: { withdrawn: true } } });
    expect(faults(s.fixes(1, ...drive(320, 400)))).toEqual([]);
  });

  test('was put in on the way: the alert stands, and ends then', () => {
    const s = story().fixes(1, ...drive(0, 300));
    expect(faults(s)).toEqual(['raised v1 10:00:00 no-card']);
    cardOf(s, 1, 150, WANG);
    expect(faults(s.fixes(1, ...drive(310, 310)))).toEqual(['cleared v1 10:02:30 no-card']);
  });

  test('was not in: what nobody told is raised, of a drive that goes on and of one that is over', () => {
    const s = story();
    cardOf(s, 1, -20, WANG).fixes(1, ...drive(0, 300));
    cardOf(s, 1, 100, null);
    expect(faults(s.fixes(1, ...drive(310, 310)))).toEqual(['raised v1 10:01:40 no-card']);
    expect(s.transitions[0].alert).toMatchObject({ state: 'raised', evidence: { late: true, reason: 'late-fixes' } });
    const over = story();
    cardOf(over, 1, -20, WANG).fixes(1, ...drive(0, 300), ...drive(310, 1000, { speed: 0 }));
    cardOf(over, 1, 100, null);
    cardOf(over, 1, 250, WANG);
    expect(faults(tick(over, 1005))).toEqual(['raised v1 10:01:40 no-card', 'cleared v1 10:04:10 no-card']);
  });

  test('was of somebody else, or had expired', () => {
    const s = story([{ certificate: 'W', from: null, to: null }]);
    cardOf(s, 1, -20, WANG).fixes(1, ...drive(0, 300));
    expect(faults(s)).toEqual([]);
    cardOf(s, 1, 100, LI);
    const told = faults(s.fixes(1, ...drive(310, 310)));
    expect(told).toEqual(['raised v1 10:01:40 expired', 'raised v1 10:01:40 not-permitted']);
    expect(JSON.stringify(s.transitions)).not.toContain('"L"');
  });

  test('was taken out before it was driven with elsewhere: both alerts are withdrawn', () => {
    const s = story(undefined, { faults: ['two-vehicles'] });
    cardOf(s, 1, -20, WANG).fixes(1, ...drive(0, 100));
    cardOf(s, 2, 105, WANG);
    for (let at = 110; at <= 200; at += 10) s.fixes(1, { at, speed: 60 }).fixes(2, { at: at + 2, speed: 60 });
    expect(faults(s)).toEqual(['raised v2 10:01:52 two-vehicles', 'raised v1 10:02:00 two-vehicles']);
    // Another one drives the first.
    cardOf(s, 1, -10, LI);
    expect(faults(tick(s, 205))).toEqual([
      'cleared v1 10:03:25 late-fixes two-vehicles',
      'cleared v2 10:03:25 late-fixes two-vehicles',
    ]);
  });

  test('is no news where it is not late', () => {
    const s = story().fixes(1, ...drive(0, 300));
    cardOf(s, 1, 305, WANG).fixes(1, ...drive(310, 400));
    expect(faults(s)).toEqual(['raised v1 10:00:00 no-card', 'cleared v1 10:05:10 no-card']);
  });
});

test('nothing is kept of a vehicle that no rule about cards means, nor of one that has not driven for hours', () => {
  const s = new Story().settings({}).vehicle(1, 'v1');
  cardOf(s.fixes(1, ...drive(0, 50)), 1, 60, WANG)
    .fixes(1, ...drive(70, 80))
    .tell();
  expect(s.engine.snapshot().includes('cards')).toBe(false);
  const parked = story().fixes(1, ...drive(0, 50));
  parked.tell();
  expect(parked.engine.snapshot().includes('drives')).toBe(true);
  parked.fixes(1, { at: 7 * 3600, speed: 0 }).tell();
  expect(parked.engine.snapshot().includes('drives')).toBe(false);
});

interface Part {
  does: 'drives' | 'stands' | 'is silent';
  /** Hundreds of seconds. */
  lasts: number;
  card: 'W' | 'L' | null | undefined;
  cardLate: number;
  late: number;
}

const part: fc.Arbitrary<Part> = fc.record({
  does: fc.constantFrom('drives' as const, 'drives' as const, 'stands' as const, 'is silent' as const),
  lasts: fc.constantFrom(1, 2, 5, 8),
  card: fc.constantFrom('W' as const, 'L' as const, null, undefined, undefined),
  cardLate: fc.constantFrom(0, 0, 150, 1000, 4000),
  late: fc.constantFrom(0, 0, 0, 300, 3000),
});

/** What two vehicles send, and when. Everything changes at full hundreds of seconds, so that nothing hangs on the time between two fixes. */
function sentBy(
  parts: readonly [readonly Part[], readonly Part[]],
): { at: number; sent: number; tell: (s: Story) => void }[] {
  return parts.flatMap((own, i) => {
    const no = i + 1;
    let from = 100;
    let newest = -1;
    return own.flatMap(({ does, lasts, card, cardLate, late }) => {
      const [begin, end] = [from, from + lasts * 100];
      from = end;
      const said =
        // In a silence nobody sees a card go and come back.
        card === undefined || does === 'is silent'
          ? []
          : [
              {
                at: begin - 5,
                sent: begin - 5 + cardLate,
                tell: (s: Story) =>
                  void cardOf(s, no, begin - 5, card && { certificate: card, validUntil: '2027-01-01' }),
              },
            ];
      if (does === 'is silent') return said;
      const fixes = drive(begin, end - 10, { speed: does === 'drives' ? 60 : 0 }).map((note) => ({
        at: note.at,
        sent: late > 0 ? end + late : note.at,
        tell(s: Story) {
          const quality = note.at <= newest ? OUT_OF_ORDER : late > 0 ? LATE : 0;
          if (quality === 0) newest = note.at;
          s.fixes(no, { ...note, quality, delay: end + late - note.at });
        },
      }));
      return [...said, ...fixes];
    });
  });
}

/** Who has an alert in the end, of what, since about when. */
function toldIn({ log }: Story, cut = -1): { alerts: string[]; otherwise: number } {
  let engine = new Engine();
  const alerts = new Map<string, Alert>();
  let otherwise = 0;
  for (const [i, block] of log.blocks.entries()) {
    if (i === cut) engine = Engine.from(engine.snapshot()) as Engine;
    engine.apply(block);
    for (const { alert } of engine.take()) {
      alerts.set(alert.id, alert);
      if (alert.evidence.late || alert.evidence.amended) otherwise++;
    }
  }
  expect(engine.counters.stepFailures).toEqual({});
  const right = [...alerts.values()].filter(({ clearReason }) => clearReason !== 'late-fixes');
  const lines = right.map(({ vehicleId, occurredAt, clearedAt, evidence: { fault, amended } }) => {
    const begin = Date.parse((amended as { heldAt?: string } | undefined)?.heldAt ?? occurredAt);
    return `${vehicleId} ${fault} ${Math.round((begin - TEN) / 100_000)} ${clearedAt === null ? 'open' : 'over'}`;
  });
  return { alerts: lines.sort(), otherwise };
}

function tell(events: ReturnType<typeof sentBy>, by: 'at' | 'sent', end: number): Story {
  const s = story([{ certificate: 'W', from: null, to: null }], { faults: ['no-card', 'not-permitted'] });
  for (const no of [1, 2]) s.fixes(no, { at: 0, speed: 0 });
  for (const [i, event] of [...events].sort((a, b) => a[by] - b[by]).entries()) {
    event.tell(s);
    if (i % 5 === 0) tick(s, event[by]);
  }
  for (const no of [1, 2]) s.fixes(no, { at: end, speed: 0 });
  tick(s, end + 10).log.flush();
  return s;
}

test('in whatever order fixes and cards come, the same alerts stand in the end', () => {
  let alerts = 0;
  let otherwise = 0;
  const parts = fc.array(part, { minLength: 4, maxLength: 10 });
  fc.assert(
    fc.property(parts, parts, fc.nat(40), (first, second, cut) => {
      const events = sentBy([first, second]);
      const end = Math.max(...events.map(({ at, sent }) => Math.max(at, sent))) + 500;
      const inTime = (own: readonly Part[]) => own.map((each) => ({ ...each, late: 0 }));
      const expected = toldIn(tell(sentBy([inTime(first), inTime(second)]), 'at', end));
      const shuffled = tell(events, 'sent', end);
      const found = toldIn(shuffled);
      expect(found.alerts).toEqual(expected.alerts);
      expect(toldIn(shuffled, cut)).toEqual(found);
      alerts += expected.alerts.length;
      otherwise += found.otherwise;
    }),
    { seed: 9, numRuns: 40 },
  );
  expect(alerts).toBeGreaterThan(60);
  expect(otherwise).toBeGreaterThan(30);
});
