import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextDue } from '../../../alerts/life/clocks.js';
import { Engine } from '../../../engine.js';
import { type Alert, type AlertTransition, SEVERITIES } from '../../../model/alert.js';
import { isAnswered, whyNotDone } from '../../../model/alert-actions.js';
import { ALERT_ACTIONS, type AlertAction, type AlertWord, type Deadline } from '../../../model/alert-life.js';
import { type Block, KIND_CHANGE, readJsonBody } from '../../../model/block.js';
import type { Change } from '../../../model/change.js';
import { Story, square, TEN } from '../support.js';

/** Whatever conditions, people, clocks and restarts may do, one after the other. */
const event = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('drive' as const),
      vehicle: fc.integer({ min: 1, max: 3 }),
      inside: fc.boolean(),
      help: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('say' as const),
      action: fc.constantFrom(...ALERT_ACTIONS),
      which: fc.nat(),
      seconds: fc.integer({ min: 1, max: 3000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 5000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('mute' as const),
      seconds: fc.integer({ min: 1, max: 2000 }),
      type: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constantFrom('unmute' as const, 'restart' as const, 'rule' as const) }),
  },
);

/** The log that events make, the engine's word on it, and the places of restarts. */
function live(events: readonly (typeof event extends fc.Arbitrary<infer E> ? E : never)[]) {
  const story = new Story();
  const transitions: AlertTransition[] = [];
  const restarts: number[] = [];
  const ids: string[] = [];
  let second = 0;
  const told = () => {
    story.tell();
    transitions.push(...story.transitions);
    ids.push(...story.transitions.filter(({ transition }) => transition === 'raised').map(({ alert }) => alert.id));
  };
  const now = () => TEN + second * 1000;
  const change = (facts: Parameters<Story['change']>[0]) => {
    story.change(facts, now());
    told();
  };
  for (const no of [1, 2, 3]) story.vehicle(no, `v${no}`);
  story.fence(1, 'depot', square(0, 0), [{ type: 'exit' }]);
  for (const one of events) {
    switch (one.what) {
      case 'drive':
        second += 7;
        story.fixes(one.vehicle, { at: second, lon: one.inside ? 0.5 : 5, alarms: one.help ? 1 : 0 });
        told();
        break;
      case 'say':
        if (ids.length > 0) {
          const targets = [{ alertId: ids[one.which % ids.length] }];
          change({ type: 'alert-actions', by: 'li', targets, word: wordOf(one.action, now() + one.seconds * 1000) });
        }
        break;
      case 'wait':
        second += one.seconds;
        change({ type: 'tick', time: now() });
        break;
      case 'mute': {
        const scope = one.type ? { types: ['terminal-emergency', 'forbidden-inside'] } : { vehicles: ['v1', 'v2'] };
        const plain = { reason: 'test', by: 'li', createdAt: now() };
        change({ type: 'mute-put', mute: { id: 'm', scope, from: now(), to: now() + one.seconds * 1000, ...plain } });
        break;
      }
      case 'unmute':
        change({ type: 'mute-delete', id: 'm' });
        break;
      case 'rule':
        change({ type: 'rule-put', rule: ban(second) });
        break;
      case 'restart':
        restarts.push(story.log.blocks.length);
        story.engine = Engine.from(story.engine.snapshot()) as Engine;
    }
  }
  return { blocks: story.log.blocks, transitions, restarts };
}

function ban(second: number): Extract<Change, { type: 'rule-put' }>['rule'] {
  return {
    id: 'ban',
    name: 'ban',
    type: 'forbidden-inside',
    params: {},
    scope: { fences: ['depot'] },
    schedule: {},
    timing: {},
    severity: 'warning',
    clause: null,
    effectiveFrom: null,
    effectiveTo: null,
    enabled: true,
    revision: second,
    createdAt: TEN,
    updatedAt: TEN,
    deadlines: { acknowledge: 200, handle: 900 },
    escalation: [
      { afterS: 60, to: 'company' },
      { afterS: 1000, to: 'city', severity: 'critical', unless: 'handled' },
    ],
  };
}

function wordOf(action: AlertAction, deadline: number): AlertWord {
  const note = '';
  switch (action) {
    case 'assign':
      return { action, note, to: 'zhang', due: deadline };
    case 'dismiss':
      return { action, note, reason: 'drift' };
    case 'decide':
      return { action, note, outcome: deadline % 2000 === 0 ? 'upheld' : 'overturned' };
    case 'supervise':
      return { action, note, deadline, number: null, level: 'ordinary', supervisor: 'wang', tel: null, email: null };
    case 'answer':
      return { action, note, result: deadline % 2000 === 0 ? 'done' : 'later' };
    default:
      return { action, note };
  }
}

/** The transitions of blocks; `tick` hears of every alert as it is when time has passed. */
function run(
  blocks: readonly Block[],
  restarts: readonly number[] = [],
  tick: (alerts: Map<string, Alert>, time: number) => void = () => {},
) {
  let engine = new Engine();
  const alerts = new Map<string, Alert>();
  const transitions: AlertTransition[] = [];
  for (const [i, block] of blocks.entries()) {
    if (restarts.includes(i)) engine = Engine.from(engine.snapshot()) as Engine;
    engine.apply(block);
    for (const transition of engine.take()) {
      transitions.push(transition);
      alerts.set(transition.alert.id, transition.alert);
    }
    const change = block.kind === KIND_CHANGE ? readJsonBody<Change>(block) : null;
    if (change?.type === 'tick') tick(alerts, change.time);
  }
  return transitions;
}

const isAction = (transition: string): transition is AlertAction => ALERT_ACTIONS.includes(transition as AlertAction);
const grade = ({ severity }: Alert) => SEVERITIES.indexOf(severity);

/** What one step must not do, whatever came before. */
function checkStep(before: Alert | undefined, { transition, alert, at }: AlertTransition): void {
  if (!before) {
    expect(transition).toBe('raised');
    expect(alert.revision).toBe(1);
    return;
  }
  expect(alert.revision).toBe(before.revision + 1);
  if (isAction(transition)) expect(whyNotDone(before, transition)).toBeNull();
  expect(grade(alert)).toBeGreaterThanOrEqual(grade(before));
  if (before.clearedAt !== null) expect([alert.clearedAt, transition === 'cleared']).toEqual([before.clearedAt, false]);
  else expect(alert.clearedAt !== null).toBe(transition === 'cleared');
  if (alert.state !== before.state) expect(isAction(transition) || transition === 'cleared').toBe(true);
  expect([alert.id, alert.group, alert.occurredAt]).toEqual([before.id, before.group, before.occurredAt]);
  if (alert.muted !== null) {
    // Only what people have demanded of it.
    expect([alert.deadlines.acknowledge, alert.deadlines.handle]).toEqual([undefined, undefined]);
    for (const { missed } of alert.escalations) expect(missed).toBe('supervision');
  }
  expect(before.muted !== null && alert.muted === null).toBe(transition === 'unmuted');

  const missed = (of: Alert) => Object.values(of.deadlines).filter(({ missedAt, metAt }) => missedAt && !metAt).length;
  expect(alert.overdue).toBe(missed(alert) > 0);
  const waits = alert.supervision !== null && !isAnswered(alert.supervision);
  expect(alert.deadlines.supervision?.metAt === null).toBe(waits);
  expect(alert.deadlines.appeal?.metAt === null).toBe(alert.state === 'appealed');
  if (alert.state === 'resolved' || alert.state === 'dismissed') {
    for (const of of ['acknowledge', 'handle', 'assignment'] as const)
      expect(alert.deadlines[of]?.metAt).not.toBeNull();
  }
  if (transition === 'overdue') {
    expect(missed(alert)).toBe(missed(before) + 1);
    const late = Object.values(alert.deadlines).filter((deadline: Deadline) => deadline.missedAt === at);
    for (const { due } of late) expect(at && at >= due).toBe(true);
  }
  const told = (of: Alert) => of.escalations.filter(({ toldAt }) => toldAt !== null);
  expect(told(alert).slice(0, told(before).length).length).toBe(told(before).length);
  expect(told(alert).length - told(before).length).toBe(transition === 'escalated' ? 1 : 0);
}

test('whatever happens, in whatever order, an alert’s life makes sense, and comes out the same again', () => {
  let seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(event, { minLength: 20, maxLength: 120 }), (events) => {
      const { blocks, transitions, restarts } = live(events);
      const alerts = new Map<string, Alert>();
      const groups = new Map<string, number>();
      for (const step of transitions) {
        checkStep(alerts.get(step.alert.id), step);
        alerts.set(step.alert.id, step.alert);
        seen.add(step.transition);
        if (step.transition !== 'raised' || !step.alert.group) continue;
        const { id, count } = step.alert.group;
        expect(count).toBe((groups.get(id) ?? 0) + 1);
        groups.set(id, count);
      }
      // Nothing that was due is left, and replays, with restarts or none, tell the same.
      const due = (known: Map<string, Alert>, time: number) => {
        for (const alert of known.values()) expect(nextDue(alert) ?? Infinity).toBeGreaterThan(time);
      };
      const log = JSON.stringify(transitions);
      expect(JSON.stringify(run(blocks, [], due))).toBe(log);
      expect(JSON.stringify(run(blocks, restarts))).toBe(log);
    }),
    { seed: 20240501, numRuns: 150 },
  );
  // The events do reach every step there is.
  seen = new Set([...seen].sort());
  expect([...seen]).toEqual([...ALERT_ACTIONS, 'cleared', 'escalated', 'overdue', 'raised', 'unmuted'].sort());
});
