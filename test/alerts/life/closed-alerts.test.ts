import { expect, test } from 'vitest';
import { AlertGroups } from '../../../alerts/life/alert-groups.js';
import { startedClocks } from '../../../alerts/life/clocks.js';
import { ClosedAlerts } from '../../../alerts/life/closed-alerts.js';
import type { Alert } from '../../../model/alert.js';
import { UNTOUCHED } from '../../../model/alert-life.js';
import { TEN } from '../support.js';

const closed = (id: string, more: Partial<Alert> = {}) => ({ id, state: 'cleared', ...UNTOUCHED, ...more }) as Alert;
const waiting = (id: string) => closed(id, startedClocks('critical', TEN));

test('the newest that are done with are kept, and those that wait do not push them out', () => {
  let givenUp = 0;
  const alerts = new ClosedAlerts(() => givenUp++);
  for (let i = 0; i < 10_001; i++) alerts.put(closed(`done-${i}`));
  for (let i = 0; i < 20_000; i++) alerts.put(waiting(`waits-${i}`));
  expect([alerts.get('done-0'), alerts.get('done-1')?.id, alerts.get('waits-0')?.id]).toEqual([
    undefined,
    'done-1',
    'waits-0',
  ]);
  expect(givenUp).toBe(0);
  alerts.put(waiting('one more'));
  expect([givenUp, alerts.get('waits-0'), alerts.get('waits-1')?.id]).toEqual([1, undefined, 'waits-1']);
});

test('an alert that is handled waits no more, and one that is opened again waits again', () => {
  const alerts = new ClosedAlerts(() => {});
  alerts.put(waiting('a'));
  alerts.put(closed('a', { state: 'resolved' }));
  expect([...alerts.values()]).toEqual([closed('a', { state: 'resolved' })]);
  alerts.put(waiting('a'));
  expect([...alerts.values()]).toEqual([waiting('a')]);
  alerts.delete('a');
  expect([...alerts.values()]).toEqual([]);
});

test('a group that was long ago is forgotten, and so is the oldest of too many', () => {
  const at = (minute: number) => new Date(TEN + minute * 60_000).toISOString();
  const groups = new AlertGroups();
  expect(groups.join('v', 'r', 'a', at(0)).count).toBe(1);
  expect(groups.join('v', 'r', 'b', at(-30))).toEqual({ id: 'a', count: 2, first: at(-30), last: at(0) }); // came late
  groups.forget(TEN + 60 * 60_000);
  expect(groups.join('v', 'r', 'c', at(60)).count).toBe(3);
  groups.forget(TEN + 24 * 3_600_000);
  expect(groups.snapshot()).toHaveLength(1);
  groups.forget(TEN + 25 * 3_600_000 + 1);
  expect(groups.snapshot()).toEqual([]);
  for (let i = 0; i <= 50_000; i++) groups.join(`v${i}`, 'r', 'x', at(200));
  expect(groups.snapshot()).toHaveLength(50_000);
  expect(groups.join('v0', 'r', 'y', at(200)).count).toBe(1);
});
