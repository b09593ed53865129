import { Engine } from '../engine.js';
import type { Block } from '../model/block.js';
import type { Change } from '../model/change.js';
import type { Position } from '../model/position.js';
import { check, usedBytes } from './support/checks.js';
import { cityFleet, FLEET_START } from './support/city-fleet.js';
import { cityFacts, type RuleSet, ruleSets } from './support/city-rules.js';
import { EngineLog } from './support/engine-log.js';
import { numberOption } from './support/options.js';

export const name = 'rules';
export const describe =
  'the whole engine with rules in force over a moving fleet: none, each kind alone, the packs of the law, all kinds; and a crowded yard';

/** A vehicle's fixes are this far apart; once in each interval it is told what time it is. */
const INTERVAL_S = 30;
/** The yard is so many degrees wide, about 300 m; the city 0.4. */
const YARD_DEG = 0.003;
const CITY_DEG = 0.4;
const CITY = [120.1, 31.4] as const;
/** Kinds that look at who is near. */
const IN_YARD = ['no rules', 'gathering', 'fabricated-data', 'all kinds'];
/** Records and revisions of before are the city's facts and rules, of which there are fewer. */
const NEWS_BEGIN = 1_000_000;

export interface Figure {
  what: string;
  /** Of processor time. */
  microsecondsPerFix: number;
  /** Of what the engine remembers: all that the fixes have added to it. */
  stateBytesEach: number;
  snapshotBytesEach: number;
  snapshotMs: number;
  alerts: number;
}

/** Vehicles, and what they send: the same for every set of rules. */
interface Ground {
  what: string;
  vehicles: number;
  fixes: number;
  blocks: readonly Block[];
}

/**
 * `--vehicles N` (default 2000), `--fixes N` of each (default 240: two hours), `--yard N` vehicles in the yard (default 500, with an eighth of the
 * fixes), `--only KIND`: beside no rules.
 */
export async function run(options: string[]): Promise<{ vehicles: number; city: Figure[]; yard: Figure[] }> {
  const vehicles = numberOption(options, '--vehicles', 2000);
  const fixes = numberOption(options, '--fixes', 240);
  const crowd = numberOption(options, '--yard', 500);
  const only = options.includes('--only') ? ['no rules', options[options.indexOf('--only') + 1]] : null;
  const sets = ruleSets().filter(({ what }) => only === null || only.includes(what));
  const yard = groundOf(`${crowd} vehicles in a yard`, crowd, Math.ceil(fixes / 8), putIntoYard);
  measure(yard, sets[0]); // until now nothing has been compiled
  return {
    vehicles,
    city: table(groundOf(`${vehicles} vehicles in a city`, vehicles, fixes), sets),
    yard: table(
      yard,
      sets.filter(({ what }) => IN_YARD.includes(what)),
    ),
  };
}

/** `each` fixes of a vehicle, and with each round of them a tick. `place` puts a fix of the city elsewhere. */
function groundOf(what: string, vehicles: number, each: number, place: (p: Position) => void = () => {}): Ground {
  const log = new EngineLog(NEWS_BEGIN);
  const fleet = cityFleet(vehicles, vehicles * each, 1, INTERVAL_S);
  const blocks: Block[] = [];
  for (let round = 0; round < each; round++) {
    const time = FLEET_START + round * INTERVAL_S * 1000;
    blocks.push(log.change({ type: 'tick', revision: NEWS_BEGIN + round, at: time, time }));
    blocks.push(...log.fixes(next(fleet, vehicles, place)));
  }
  return { what, vehicles, fixes: vehicles * each, blocks };
}

function* next(fleet: Iterator<Position, undefined>, count: number, place: (p: Position) => void): Generator<Position> {
  for (let i = 0; i < count; i++) {
    const { value } = fleet.next();
    if (!value) return;
    place(value);
    yield value;
  }
}

function putIntoYard(p: Position): void {
  const inYard = (degrees: number, low: number) =>
    Math.round((low + ((degrees - low) * YARD_DEG) / CITY_DEG) * 1e6) / 1e6;
  p.lon = inYard(p.lon, CITY[0]);
  p.lat = inYard(p.lat, CITY[1]);
}

function table(ground: Ground, sets: readonly RuleSet[]): Figure[] {
  console.log(`${ground.what}, ${ground.fixes} fixes\n`);
  console.log(`${'rules'.padEnd(24)} µs/fix    more   bytes of state   of snapshot    ms    alerts`);
  let bare = NaN;
  return sets.map((set) => {
    const figure = measure(ground, set);
    if (set.rules.length === 0) bare = figure.microsecondsPerFix;
    print(figure, bare);
    return figure;
  });
}

function print(figure: Figure, bare: number): void {
  const { what, microsecondsPerFix: micros, stateBytesEach, snapshotBytesEach, snapshotMs, alerts } = figure;
  const cells = [micros.toFixed(2), (micros - bare).toFixed(2), stateBytesEach, snapshotBytesEach, snapshotMs, alerts];
  const widths = [6, 8, 17, 14, 6, 10];
  console.log(what.padEnd(24) + cells.map((cell, i) => String(cell).padStart(widths[i])).join(''));
}

function measure({ vehicles, fixes, blocks }: Ground, { what, rules }: RuleSet): Figure {
  const engine = new Engine();
  const log = new EngineLog();
  let revision = 0;
  for (const told of [...cityFacts(vehicles), ...rules]) {
    engine.apply(log.change({ ...told, revision: ++revision, at: FLEET_START } as Change));
  }
  const snapshotBefore = engine.snapshot().length;
  const before = usedBytes({ buffers: true });
  const begun = process.cpuUsage();
  for (const block of blocks) {
    engine.apply(block);
    engine.take(); // as the worker does, who keeps none
  }
  const { user, system } = process.cpuUsage(begun);
  const after = usedBytes({ buffers: true });
  const asked = performance.now();
  const snapshot = engine.snapshot();
  const snapshotMs = Math.round(performance.now() - asked);
  const { evaluated, alerts, stepFailures } = engine.counters;
  check(evaluated === fixes, `${what}: ${evaluated} of ${fixes} fixes evaluated`);
  check(Object.keys(stepFailures).length === 0, `${what}: ${JSON.stringify(stepFailures)}`);
  return {
    what,
    microsecondsPerFix: (user + system) / fixes,
    stateBytesEach: Math.round((after - before) / vehicles),
    snapshotBytesEach: Math.round((snapshot.length - snapshotBefore) / vehicles),
    snapshotMs,
    alerts: Object.values(alerts).reduce((sum, n) => sum + n, 0),
  };
}
