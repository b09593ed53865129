import { describe, expect, test } from 'vitest';
import type { PermittedDriver } from '../../../model/vehicle.js';
import { cardOf, ruleOf, tick } from '../defined-support.js';
import { type FixNote, Story, TEN } from '../support.js';

function story(drivers?: PermittedDriver[], others: object = {}): Story {
  const made = new Story();
  for (const no of [1, 2]) {
    const facts = { plateColor: 2, category: 'coach' as const, company: null, region: null, terminals: [] };
    const vehicle = { no, id: `v${no}`, plate: `沪A${no}`, ...facts, ...(drivers && { drivers }), createdAt: TEN };
    made.change({ type: 'vehicle-put', vehicle });
  }
  ruleOf(made, 'driver-card', {}, others);
  return made;
}

/** A fix each ten seconds from `from` until `to`. */
function drive(from: number, to: number, speed = 60): FixNote[] {
  return Array.from({ length: (to - from) / 10 + 1 }, (_, i) => ({ at: from + i * 10, speed }));
}

const faults = (s: Story) =>
  s.tell().map((line, i) => `${line.replace(' driver-card', '')} ${s.transitions[i].alert.evidence.fault}`);

describe('no-card', () => {
  test('driving for more than a minute without one; whoever waits at a light is still driving', () => {
    const s = story().fixes(1, ...drive(0, 30), ...drive(40, 90, 0), { at: 100, speed: 50 });
    expect(faults(s)).toEqual(['raised v1 10:00:00 no-card']);
    cardOf(s, 1, 110, { certificate: '32010' });
    expect(faults(s.fixes(1, { at: 120 }))).toEqual(['cleared v1 10:02:00 no-card']);
  });

  test('parked is not driven: the alert ends, with fixes or without', () => {
    const s = story().fixes(1, ...drive(0, 100));
    faults(s);
    expect(faults(s.fixes(1, ...drive(110, 400, 0)))).toEqual([]);
    expect(faults(s.fixes(1, { at: 401, speed: 0 }))).toEqual(['cleared v1 10:06:40 no-card']);
    faults(s.fixes(1, ...drive(410, 500)));
    expect(faults(tick(s, 801))).toEqual(['cleared v1 10:13:20 no-card']);
  });

  test('a card that was taken out', () => {
    const s = story();
    cardOf(s, 1, 0, { certificate: '32010' });
    s.fixes(1, ...drive(0, 100));
    cardOf(s, 1, 100, null);
    expect(faults(s.fixes(1, ...drive(110, 180)))).toEqual(['raised v1 10:01:50 no-card']);
  });
});

test('not-permitted: by the registry, and by its days', () => {
  const permitted = [
    { certificate: '32010', from: null, to: null },
    { certificate: '32011', from: '2026-03-02', to: null },
    { certificate: '32012', from: '2026-02-01', to: '2026-03-01' },
  ];
  const with_ = (certificate: string) => {
    const s = story(permitted);
    cardOf(s, 1, 0, { certificate });
    return faults(s.fixes(1, ...drive(0, 100)));
  };
  expect(with_('32010')).toEqual([]);
  expect(with_('32011')).toEqual(['raised v1 10:00:00 not-permitted']); // from tomorrow on
  expect(with_('32012')).toEqual([]); // today is the last day
  expect(with_('99999')).toEqual(['raised v1 10:00:00 not-permitted']);
  const anybody = story();
  cardOf(anybody, 1, 0, { certificate: '99999' });
  expect(faults(anybody.fixes(1, ...drive(0, 100)))).toEqual([]);
});

test('expired: the day after the last one', () => {
  const until = (validUntil: string | null) => {
    const s = story();
    cardOf(s, 1, 0, { certificate: '32010', validUntil });
    return faults(s.fixes(1, ...drive(0, 100)));
  };
  expect(until('2026-03-01')).toEqual([]);
  expect(until('2026-02-28')).toEqual(['raised v1 10:00:00 expired']);
  expect(until(null)).toEqual([]);
});

test('two-vehicles: each of them, with the name of the other and without the number of the card', () => {
  const s = story();
  cardOf(s, 1, 0, { certificate: '32010' });
  cardOf(s, 2, 0, { certificate: '32010' });
  for (let at = 0; at <= 80; at += 10) s.fixes(1, { at }).fixes(2, { at: at + 5 });
  expect(faults(s)).toEqual(['raised v2 10:00:05 two-vehicles', 'raised v1 10:00:10 two-vehicles']);
  expect(s.transitions[0].alert).toMatchObject({
    ruleId: 'rule:driver-card:two-vehicles',
    evidence: { others: ['v1'] },
  });
  expect(JSON.stringify(s.transitions)).not.toContain('32010');
});

test('a driver who changes vehicles is in one of them', () => {
  const s = story();
  cardOf(s, 1, 0, { certificate: '32010' });
  s.fixes(1, ...drive(0, 100));
  cardOf(s, 1, 110, null);
  cardOf(s, 2, 115, { certificate: '32010' });
  expect(faults(s.fixes(2, ...drive(120, 300)))).toEqual([]);
});

test('only what is asked for', () => {
  const s = story([], { params: { faults: ['expired'], minSpeed: 5, standSeconds: 300, freshSeconds: 120 } });
  expect(faults(s.fixes(1, ...drive(0, 100)))).toEqual([]);
});
