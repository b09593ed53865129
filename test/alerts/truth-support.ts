import { parseRule } from '../../alerts/rule-book/rule-input.js';
import { fogBody, roadFeature } from '../../cli/support/plants/features.js';
import { nameOf } from '../../cli/support/plants/plant.js';
import { type CardReport, type Planting, START } from '../../cli/support/plants/planting.js';
import { type Score, score } from '../../cli/support/plants/score.js';
import { Engine } from '../../engine.js';
import { parseRoad } from '../../geo/road-input.js';
import { parseWeather } from '../../geo/weather-input.js';
import { Verdict } from '../../ingest/verdict.js';
import type { Alert } from '../../model/alert.js';
import { Fleet } from '../../model/fleet.js';
import type { Position } from '../../model/position.js';
import type { Road } from '../../model/road.js';
import type { Upload } from '../../model/upload.js';
import { LogBuilder } from './support.js';

const TICK_MS = 5000;

export interface Judged {
  /** Of the planting's own rule. */
  own: Score;
  /** Alerts of rules of other kinds, by the name of their plant. */
  others: Map<string, number>;
}

/**
 * Sends a planting through the verdict, the log and the engine, time passing as in life, and counts. `beside`: plantings of other kinds,
 * whose rules look at these vehicles, too; their own vehicles do not drive.
 */
export function judge(planting: Planting, beside: readonly Planting[] = []): Judged {
  const watching = beside.filter(
    ({ plant }) =>
      plant.watches === 'others' && plant.type !== planting.plant.type && !plant.also?.includes(planting.plant.type),
  );
  const alerts = run(planting, planting, watching);
  const of = ({ rule }: Planting) => alerts.filter(({ ruleId }) => `${ruleId}:`.startsWith(`rule:${rule.id}:`));
  return {
    own: score(of(planting), planting.expected),
    others: new Map(watching.map((other) => [nameOf(other.plant), of(other).filter(stands).length])),
  };
}

/** What late fixes have withdrawn is not told. */
const stands = ({ clearReason }: Alert) => clearReason !== 'late-fixes';

/** What the rules that look at everybody tell of traffic in which nothing is planted, by the name of their plant. */
export function judgeNothing(traffic: Traffic, beside: readonly Planting[]): Map<string, string[]> {
  const watching = beside.filter(({ plant }) => plant.watches === 'others');
  const alerts = run(traffic, null, watching);
  return new Map(
    watching.map(({ plant, rule }) => {
      const told = alerts.filter(({ ruleId }) => `${ruleId}:`.startsWith(`rule:${rule.id}:`));
      return [nameOf(plant), told.map(({ vehicleId, occurredAt }) => `${vehicleId} ${occurredAt}`)];
    }),
  );
}

type Traffic = Pick<Planting, 'vehicles' | 'fixes' | 'cards' | 'end'>;

/** `own`: whose rule is for its own vehicles alone. */
function run(planting: Traffic, own: Planting | null, watching: readonly Planting[]): Alert[] {
  const ruled = own ? [own, ...watching] : watching;
  const log = new LogBuilder(64);
  for (const vehicle of planting.vehicles) {
    const others = { plateColor: 2, company: null, region: null, terminals: [], createdAt: 0 };
    log.change({ type: 'vehicle-put', vehicle: { ...vehicle, ...others } });
  }
  layGround(log, ruled);
  for (const { rule } of ruled) {
    const { scope, ...others } = rule;
    const everybody = scope.fences ? { fences: scope.fences } : {};
    const parsed = parseRule({ ...others, scope: rule === own?.rule ? scope : everybody }, () => true);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const facts = { id: rule.id, revision: log.revision + 1, createdAt: 0, updatedAt: 0 };
    log.change({ type: 'rule-put', rule: { ...parsed.rule, ...facts } });
  }
  drive(log, planting);
  const engine = new Engine();
  const alerts = new Map<string, Alert>();
  for (const block of log.blocks) {
    engine.apply(block);
    for (const { alert } of engine.take()) alerts.set(alert.id, alert);
  }
  if (Object.keys(engine.counters.stepFailures).length > 0) throw new Error(JSON.stringify(engine.counters));
  return [...alerts.values()];
}

function layGround(log: LogBuilder, plantings: readonly Planting[]): void {
  for (const [i, { id, lon, lat, radius }] of plantings.flatMap(({ fences }) => fences).entries()) {
    const facts = { no: i + 1, id, revision: log.revision + 1, createdAt: 0, updatedAt: 0 };
    const properties = { name: id, rules: [], radius };
    log.change({
      type: 'fence-put',
      fence: { ...facts, geometry: { type: 'Point', coordinates: [lon, lat] }, properties },
    });
  }
  const roads = plantings
    .flatMap((each) => each.roads.map(roadFeature))
    .flatMap((feature) => {
      const parsed = parseRoad(feature);
      if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
      return [{ ...parsed.road, set: 'planted', revision: log.revision + 1 } satisfies Road];
    });
  if (roads.length > 0) log.change({ type: 'roads-put', roads });
  for (const fog of plantings.flatMap((each) => each.fog)) {
    const parsed = parseWeather(fogBody(fog, START), START);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const facts = { id: fog.id, revision: log.revision + 1, createdAt: 0, updatedAt: 0 };
    log.change({ type: 'weather-put', weather: { ...parsed.weather, ...facts } });
  }
}

function drive(log: LogBuilder, { fixes, cards, end }: Pick<Planting, 'fixes' | 'cards' | 'end'>): void {
  const verdict = new Verdict({ time: 'live', retentionMs: 180 * 86_400_000, region: null });
  const head = new Fleet();
  let now = fixes[0].receivedTime;
  let nextCard = 0;
  const passTo = (time: number) => {
    for (; nextCard < cards.length && cards[nextCard].receivedTime <= time; nextCard++) report(log, cards[nextCard]);
    for (; now + TICK_MS <= time; now += TICK_MS) log.change({ type: 'tick', time: now + TICK_MS }, now + TICK_MS);
  };
  for (const planted of fixes) {
    passTo(planted.receivedTime);
    const p: Position = Object.assign(Object.create(Object.getPrototypeOf(planted)), planted);
    if (verdict.judge(p, head) !== null) continue;
    head.apply(p);
    log.fix(p);
  }
  passTo(end);
  log.flush();
}

function report(log: LogBuilder, { vehicleNo, time, receivedTime, certificate, validUntil }: CardReport): void {
  const nobody = { reading: null, name: null, idCard: null, agency: null };
  const content = {
    ...nobody,
    event: certificate === null ? 'out' : 'in',
    certificate,
    validUntil: validUntil ?? null,
  };
  const facts = { id: `card-${vehicleNo}-${time}`, kind: 'driver', source: 'jt808', vehicleId: '' } as const;
  const upload: Upload = { ...facts, vehicleNo, time, receivedTime, content };
  log.change({ type: 'upload', upload }, receivedTime);
}
