import { parseRule } from '../../alerts/rule-input.js';
import type { ExpectedAlert, Planting } from '../../cli/support/plants/planting.js';
import { Engine } from '../../engine.js';
import { Verdict } from '../../ingest/verdict.js';
import type { Alert } from '../../model/alert.js';
import { Fleet } from '../../model/fleet.js';
import { LogBuilder } from './support.js';

const TICK_MS = 5000;
/** An alert may begin so far from the truth, and still be the one that was meant. */
const NEAR_MS = 200_000;

export interface Score {
  expected: number;
  found: number;
  alerts: number;
  /** Alerts that nobody planted. */
  wrong: string[];
  missed: string[];
  /** Seconds from when a perfect system could know, by alert found. */
  delays: number[];
}

/** Sends a planting through the verdict, the log and the engine, time passing as in life, and counts. */
export function score(planting: Planting): Score {
  const log = new LogBuilder(64);
  for (const { no, id, plate, category } of planting.vehicles) {
    const others = { plateColor: 2, company: null, region: null, terminals: [], createdAt: 0 };
    log.change({ type: 'vehicle-put', vehicle: { no, id, plate, category, ...others } });
  }
  planting.fences.forEach(({ id, lon, lat, radius }, i) => {
    const facts = { no: i + 1, id, revision: log.revision + 1, createdAt: 0, updatedAt: 0 };
    const properties = { name: id, rules: [], radius };
    log.change({
      type: 'fence-put',
      fence: { ...facts, geometry: { type: 'Point', coordinates: [lon, lat] }, properties },
    });
  });
  const roads = planting.roads.map((road) => ({ ...road, set: 'planted', revision: log.revision + 1 }));
  if (roads.length > 0) log.change({ type: 'roads-put', roads });
  const parsed = parseRule(planting.rule, () => true);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const id = planting.rule.type;
  log.change({
    type: 'rule-put',
    rule: { ...parsed.rule, id, revision: log.revision + 1, createdAt: 0, updatedAt: 0 },
  });

  const verdict = new Verdict({ time: 'live', retentionMs: 180 * 86_400_000, region: null });
  const head = new Fleet();
  let now = planting.fixes[0].receivedTime;
  const passTo = (time: number) => {
    for (; now + TICK_MS <= time; now += TICK_MS) log.change({ type: 'tick', time: now + TICK_MS }, now + TICK_MS);
  };
  for (const p of planting.fixes) {
    passTo(p.receivedTime);
    if (verdict.judge(p, head) !== null) continue;
    head.apply(p);
    log.fix(p);
  }
  passTo(planting.end);
  log.flush();

  const engine = new Engine();
  const alerts = new Map<string, Alert>();
  for (const block of log.blocks) {
    engine.apply(block);
    for (const { alert } of engine.take()) if (alert.type === id) alerts.set(alert.id, alert);
  }
  return compare([...alerts.values()], planting.expected);
}

function compare(alerts: readonly Alert[], expected: readonly ExpectedAlert[]): Score {
  const open = new Set(alerts);
  const missed: string[] = [];
  const delays: number[] = [];
  for (const { vehicleIds, began, known } of expected) {
    const match = [...open].find(
      (alert) => vehicleIds.includes(alert.vehicleId) && Math.abs(Date.parse(alert.occurredAt) - began) <= NEAR_MS,
    );
    if (!match) {
      missed.push(vehicleIds[0]);
      continue;
    }
    open.delete(match);
    delays.push((Date.parse(match.detectedAt) - known) / 1000);
  }
  const wrong = [...open].map(({ vehicleId, occurredAt }) => `${vehicleId} ${occurredAt}`);
  return { expected: expected.length, found: delays.length, alerts: alerts.length, wrong, missed, delays };
}
