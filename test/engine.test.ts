import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { randomFrom } from '../cli/support/random.js';
import { Engine } from '../engine.js';
import type { AlertTransition } from '../model/alert.js';
import { type Block, KIND_CHANGE, KIND_FIXES } from '../model/block.js';
import { LATE, NO_FIX, SUSPECT_MOTION } from '../model/quality.js';
import { total } from '../model/stats.js';
import { VEHICLE_CATEGORIES } from '../model/vehicle.js';
import { fixOf, Story, square } from './alerts/support.js';

/** A busy fleet over a chequer of fences that come, change and go: everything that can happen, from a seed. */
function busyLog(seed: number, fixes = 6000): { blocks: Block[]; alertIds: () => string[] } {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
  const story = new Story();
  const ids: string[] = [];
  const places = Array.from({ length: 12 }, () => ({ lon: random() * 6, lat: random() * 3, speed: 60 }));
  for (let no = 1; no <= 12; no++) story.vehicle(no, `v${no}`, pick(VEHICLE_CATEGORIES));
  for (let i = 0; i < fixes; i++) {
    if (i % 50 === 0) {
      const no = 1 + Math.floor(random() * 10);
      const geometry = square(Math.floor(random() * 6), Math.floor(random() * 3));
      const rules = [
        ...(random() < 0.7 ? [{ type: 'enter' as const }] : []),
        ...(random() < 0.7 ? [{ type: 'exit' as const }] : []),
        ...(random() < 0.5 ? [{ type: 'overspeed' as const, limit: 60, duration: 20 }] : []),
      ];
      const hours = random() < 0.3 ? { hours: { from: '10:00', to: '10:40' } } : {};
      const dice = random();
      if (dice < 0.25) story.change({ type: 'fence-delete', no });
      else if (dice < 0.35) story.settings({ truck: 50 + 10 * Math.floor(random() * 5), bus: 60 }, 15);
      else if (dice < 0.4) story.vehicle(1 + Math.floor(random() * 12), `v${no}`, pick(VEHICLE_CATEGORIES));
      else if (dice < 0.43) story.change({ type: 'vehicle-delete', no });
      else story.fence(no, `f${no}`, geometry, rules, hours);
      story.tell();
      ids.push(...story.transitions.map(({ alert }) => alert.id));
      if (ids.length > 0 && random() < 0.5) {
        const action = pick(['acknowledge', 'resolve', 'dismiss'] as const);
        story.change({ type: 'alert-action', alertId: pick(ids), action, by: 'li', note: '' });
      }
    }
    const no = 1 + Math.floor(random() * 12);
    const place = places[no - 1];
    place.lon = Math.max(0, Math.min(6, place.lon + (random() - 0.5) * 0.4));
    place.lat = Math.max(0, Math.min(3, place.lat + (random() - 0.5) * 0.4));
    place.speed = Math.max(0, place.speed + (random() - 0.5) * 20);
    const marks = random();
    const quality = marks < 0.03 ? LATE : marks < 0.06 ? NO_FIX : marks < 0.08 ? SUSPECT_MOTION : 0;
    const alarms = random() < 0.05 ? 1 << Math.floor(random() * 32) : 0;
    story.log.fix(fixOf(no, { at: i / 2, ...place, quality, alarms }));
  }
  story.log.flush();
  return { blocks: story.log.blocks, alertIds: () => ids };
}

function run(engine: Engine, blocks: readonly Block[]): AlertTransition[] {
  return blocks.flatMap((block) => {
    engine.apply(block);
    return engine.take();
  });
}

describe('the engine is a function of the log', () => {
  const { blocks } = busyLog(1);
  const whole = new Engine();
  const transitions = run(whole, blocks);

  test('the log of this test holds everything that can happen', () => {
    const kinds = new Set(transitions.map(({ transition, alert }) => `${transition} ${alert.type.replace(/-.*/, '')}`));
    for (const type of ['fence', 'overspeed', 'terminal']) {
      expect(kinds).toContain(`raised ${type}`);
      expect(kinds).toContain(`cleared ${type}`);
    }
    const reasons = new Set(transitions.map(({ alert }) => alert.clearReason));
    expect([...reasons]).toEqual(
      expect.arrayContaining([null, 'fence-removed', 'rule-removed', 'vehicle-removed', 'out-of-hours', 'fence-moved']),
    );
    expect(transitions.some(({ transition }) => transition === 'acknowledge')).toBe(true);
    expect(transitions.length).toBeGreaterThan(1000);
  });

  test('the same with 20 random stops, each time from a snapshot', () => {
    const random = randomFrom(2);
    const stops = new Set(Array.from({ length: 20 }, () => Math.floor(random() * blocks.length)));
    let engine = new Engine();
    const found: AlertTransition[] = [];
    for (const [i, block] of blocks.entries()) {
      if (stops.has(i)) engine = Engine.from(engine.snapshot()) as Engine;
      found.push(...run(engine, [block]));
    }
    expect(found).toEqual(transitions);
    expect(engine.counters).toEqual(whole.counters);
    expect(engine.openAlerts()).toEqual(whole.openAlerts());
  });

  test('the same where blocks are given again after a restart: what is in the state is passed over', () => {
    const middle = blocks.length >> 1;
    const first = new Engine();
    const before = run(first, blocks.slice(0, middle));
    const second = Engine.from(first.snapshot()) as Engine;
    const after = run(second, blocks.slice(middle - 20));
    expect([...before, ...after]).toEqual(transitions);
    expect(second.counters).toEqual(whole.counters);
  });

  test('every fix is evaluated or counted with its reason', () => {
    const fixes = blocks.reduce((sum, block) => sum + (block.kind === KIND_FIXES ? block.count : 0), 0);
    const { evaluated, notEvaluable } = whole.counters;
    expect(evaluated + total(notEvaluable)).toBe(fixes);
    expect(Object.keys(notEvaluable).sort()).toEqual(['late', 'no-fix', 'unknown-vehicle']);
    expect(whole.counters.stepFailures).toEqual({});
  });

  test('each alert is raised once, and its revisions have no gap', () => {
    const revisions = new Map<string, number>();
    for (const { transition, alert } of transitions) {
      expect(alert.revision).toBe((revisions.get(alert.id) ?? 0) + 1);
      expect(transition === 'raised').toBe(alert.revision === 1);
      revisions.set(alert.id, alert.revision);
    }
    const raised = transitions.filter(({ transition }) => transition === 'raised').length;
    expect(total(whole.counters.alerts)).toBe(raised);
  });

  test('no clock: another year gives the same', () => {
    vi.useFakeTimers({ now: 0 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    expect(JSON.stringify(run(new Engine(), blocks))).toBe(JSON.stringify(transitions));
  });
});

describe('what goes wrong inside', () => {
  test('a snapshot of another version is refused', () => {
    const bytes = new Engine().snapshot();
    expect(Engine.from(bytes)).toBeInstanceOf(Engine);
    const at = bytes.indexOf('version') + 'version'.length;
    const other = Buffer.from(bytes);
    other[at + 1] += 2; // a small integer: tag, then zigzag
    expect(Engine.from(other)).toBeNull();
  });

  test('a block that cannot be taken in is counted and passed, and those behind it are judged', () => {
    const story = new Story().vehicle(1, 'v1').fence(1, 'depot', square(0, 0), [{ type: 'enter' }]);
    story.fixes(1, { at: 0, lon: 0.5 });
    story.log.flush();
    const bad = { ...story.log.blocks[0], kind: KIND_CHANGE, firstSeq: 4, body: Buffer.from('{') } as Block;
    const failures: string[] = [];
    story.engine.onFailure = (what) => failures.push(what);
    expect(story.tell()).toEqual(['raised fence-enter v1 depot 10:00:00']);
    story.engine.apply(bad);
    expect(failures).toEqual(['change']);
    expect(story.engine.counters.stepFailures).toEqual({ change: 1 });
    expect(story.engine.seq).toBe(4);
  });

  test('a fence whose rules cannot be made is counted, and the others are asked', () => {
    const story = new Story().vehicle(1, 'v1');
    const broken = { from: '10:00' } as unknown as { from: string; to: string }; // as parseFence never lets pass
    story.fence(1, 'broken', square(0, 0), [{ type: 'enter' }], { hours: broken });
    story.fence(2, 'good', square(0, 0), [{ type: 'enter' }]).fixes(1, { at: 0, lon: 0.5 });
    expect(story.tell()).toEqual(['raised fence-enter v1 good 10:00:00']);
    expect(story.engine.counters.stepFailures).toEqual({ change: 1 });
    expect(story.engine.counters.evaluated).toBe(1);
  });
});
