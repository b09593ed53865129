import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../alerts/fix-facts.js';
import { AlertBook } from '../../../alerts/life/alert-book.js';
import { newAlert } from '../../../alerts/life/new-alert.js';
import { fixOf, Story, square } from '../support.js';

const IN = { lon: 0.5 };
const OUT = { lon: 5 };

function open(): { story: Story; id: string } {
  const story = new Story().vehicle(1, 'v1').fence(1, 'depot', square(0, 0), [{ type: 'enter' }]);
  story.fixes(1, { at: 0, ...IN }).tell();
  return { story, id: story.transitions[0].alert.id };
}

function act(story: Story, alertId: string, action: 'acknowledge' | 'resolve' | 'dismiss', note = ''): string[] {
  return story.change({ type: 'alert-action', alertId, action, by: 'wang', note }).tell();
}

describe('what people say of an alert', () => {
  test('acknowledged, then cleared: the word stays', () => {
    const { story, id } = open();
    expect(act(story, id, 'acknowledge', 'calling the driver')).toEqual(['acknowledge fence-enter v1 depot 10:00:00']);
    expect(story.transitions[0].alert).toMatchObject({
      state: 'acknowledged',
      revision: 2,
      handling: { action: 'acknowledge', by: 'wang', note: 'calling the driver', at: '2026-03-01T02:00:00.000Z' },
    });
    story.fixes(1, { at: 5, ...OUT }).tell();
    expect(story.transitions[0].alert).toMatchObject({
      state: 'acknowledged',
      revision: 3,
      clearedAt: '2026-03-01T02:00:05.000Z',
      handling: { by: 'wang' },
    });
  });

  test('resolved while open: the condition still ends once, and begins anew after that', () => {
    const { story, id } = open();
    act(story, id, 'resolve');
    expect(story.fixes(1, { at: 5, ...IN }, { at: 6, ...OUT }, { at: 7, ...IN }).tell()).toEqual([
      'cleared fence-enter v1 depot 10:00:06',
      'raised fence-enter v1 depot 10:00:07',
    ]);
    expect(story.transitions[0].alert.state).toBe('resolved');
  });

  test('an alert that has cleared can still be dismissed', () => {
    const { story, id } = open();
    story.fixes(1, { at: 5, ...OUT }).tell();
    expect(act(story, id, 'dismiss')).toEqual(['dismiss fence-enter v1 depot 10:00:00']);
    expect(story.transitions[0].alert).toMatchObject({ state: 'dismissed', revision: 3 });
  });

  test('what is resolved or dismissed stays so; an unknown alert is nobody’s', () => {
    const { story, id } = open();
    act(story, id, 'resolve');
    expect(act(story, id, 'acknowledge')).toEqual([]);
    expect(act(story, id, 'dismiss')).toEqual([]);
    expect(act(story, 'nothing', 'resolve')).toEqual([]);
  });
});

test('a vehicle that leaves fence after fence for good has a bounded number of alerts open', () => {
  const story = new Story().vehicle(1, 'v1');
  for (let i = 0; i < 150; i++) story.fence(i + 1, `f${i}`, square(i, 0), [{ type: 'exit' }]);
  for (let i = 0; i < 150; i++) story.fixes(1, { at: i * 10, lon: i + 0.5, alarms: i >= 3 ? 1 : 0 });
  const lines = story.tell();
  expect(lines.filter((line) => line.startsWith('raised fence-exit')).length).toBe(149);
  expect(lines.filter((line) => line.endsWith('too-many-open'))[0]).toBe(
    'cleared fence-exit v1 f0 10:16:40 too-many-open',
  );
  expect(story.engine.openAlerts().length).toBe(100);
  expect(story.engine.openAlerts().some((alert) => alert.type === 'terminal-emergency')).toBe(true);
});

test('late fixes that show an event anew amend none that was withdrawn', () => {
  const book = new AlertBook();
  const rule = { id: 'r', revision: 1, type: 'offline', severity: 'info' as const, fence: null };
  const vehicle = { no: 1, id: 'v1', plate: null, plateColor: null, category: 'other' as const, terminals: [] };
  const fix = fixOf(1, { at: 0 });
  const facts = { company: null, region: null, createdAt: 0 };
  const alert = newAlert(rule, { ...vehicle, ...facts }, factsOf(fix), fix, { fixes: {}, checks: [] });
  book.raise(1, alert);
  expect(book.amend(alert)).toBe(true);
  // The rule was of another kind before.
  expect(book.amend({ ...alert, type: 'forbidden-inside' })).toBe(false);
  book.withdraw(alert.id, alert.occurredAt, null);
  expect(book.amend(alert)).toBe(false);
  book.raise(1, alert);
  expect(book.openAlerts()).toMatchObject([{ id: alert.id, clearReason: null }]);
});
