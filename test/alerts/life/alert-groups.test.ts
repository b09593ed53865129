import { expect, test } from 'vitest';
import { AlertGroups } from '../../../alerts/life/alert-groups.js';

const HOUR = 3_600_000;
const NOON = Date.parse('2024-05-01T04:00:00Z');
const at = (hours: number): string => new Date(NOON + hours * HOUR).toISOString();

function groups(): AlertGroups {
  const known = new AlertGroups();
  known.join('car', 'rule', 'first', at(0));
  return known;
}

test('what comes within the hour belongs together, whatever time it is elsewhere', () => {
  for (const now of [0.9, 3, 23]) {
    const known = groups();
    known.forget(NOON + now * HOUR);
    expect(known.join('car', 'rule', 'second', at(0.9))).toEqual({
      id: 'first',
      count: 2,
      first: at(0),
      last: at(0.9),
    });
  }
});

test('what comes later stands for itself, whatever time it is elsewhere', () => {
  for (const now of [0, 25]) {
    const known = groups();
    known.forget(NOON + now * HOUR);
    expect(known.join('car', 'rule', 'later', at(1.1))).toMatchObject({ id: 'later', count: 1 });
  }
});

test('a group that nothing can come to any more is forgotten, others are not', () => {
  const known = groups();
  known.join('lorry', 'rule', 'of today', at(20));
  known.forget(NOON + 24.5 * HOUR);
  expect(known.snapshot().map(([key]) => key)).toEqual(['lorry rule']);
});
