import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RULE_KINDS } from '../../alerts/rules/rule-kinds.js';
import { nothing } from '../../cli/support/plants/nothing.js';
import { CLEAN, FAULTY, type Faults } from '../../cli/support/plants/on-the-way.js';
import { nameOf, type Plant } from '../../cli/support/plants/plant.js';
import { type Planting, planting } from '../../cli/support/plants/planting.js';
import { PLANTS } from '../../cli/support/plants/plants.js';
import { type Score, scoreCells } from '../../cli/support/plants/score.js';
import { type Judged, judge, judgeNothing } from './truth-support.js';

const GROUNDS = 25;
const SEED = 1;
/** Faults fall elsewhere with another seed. */
const FAULTY_SEEDS = [1, 2];
const TOWN = { vehicles: 60, seconds: 3600 };
const DOCUMENT = join(import.meta.dirname, '../../docs/truth.md');

const plant = (of: Plant, faults: Faults, count = GROUNDS, seed = SEED): Planting =>
  planting(of, count, seed, faults, { number: PLANTS.indexOf(of), vehiclesBefore: 0 });
/** Rules of all the others, and the ground that they speak of. */
const beside = PLANTS.map((other) => plant(other, CLEAN, 1));
const clean = new Map<string, Score>();
const faulty = new Map<string, Judged>();

test('every kind of rule is planted', () => {
  const types = new Set(PLANTS.map(({ type }) => type));
  expect([...types].sort()).toEqual(RULE_KINDS.map(({ type }) => type).sort());
});

test.each(PLANTS.map((each) => [nameOf(each), each] as const))(
  '%s: what was planted is found, and nothing else; rules of other kinds say nothing',
  (name, of) => {
    const found = judge(plant(of, CLEAN), beside);
    const { expected } = found.own;
    expect(found.own).toMatchObject({ expected, found: expected, wrong: [], missed: [] });
    expect(expected).toBeGreaterThanOrEqual(GROUNDS);
    expect([...found.others].filter(([, alerts]) => alerts > 0)).toEqual([]);
    clean.set(name, found.own);
    faulty.set(name, FAULTY_SEEDS.map((seed) => judge(plant(of, FAULTY, GROUNDS, seed), beside)).reduce(together));
  },
);

test('with faults, of each kind at least 99 % of what was planted is found, and 99 % of what is told was planted', () => {
  expect(faulty.size).toBe(PLANTS.length);
  const below = [...faulty].filter(([, { own }]) => own.found / own.expected < 0.99 || own.found / own.alerts < 0.99);
  expect(below.map(([name, { own }]) => [name, own.missed, own.wrong])).toEqual([]);
});

test('of traffic in which nothing is planted nothing is told, with faults and without', () => {
  for (const faults of [CLEAN, FAULTY]) {
    const told = judgeNothing(nothing(TOWN.vehicles, TOWN.seconds, SEED, faults), beside);
    expect([...told].filter(([, alerts]) => alerts.length > 0)).toEqual([]);
  }
});

test('with faults, rules of other kinds say nothing', () => {
  const told = [...faulty].flatMap(([name, { others }]) =>
    [...others].filter(([, alerts]) => alerts > 0).map(([other, alerts]) => `${name}: ${alerts} of ${other}`),
  );
  expect(told).toEqual([]);
});

test('the document has these figures', async () => {
  await expect(document()).toMatchFileSnapshot(DOCUMENT);
});

afterAll(() => console.log(table().join('\n')));

function table(): string[] {
  const vehicles = (name: string) =>
    [...faulty].filter(([, { others }]) => others.has(name)).reduce((sum, [other]) => sum + vehiclesOf(other), 0);
  const wrong = (name: string) => [...faulty.values()].reduce((sum, { others }) => sum + (others.get(name) ?? 0), 0);
  return [
    '| kind | recall | precision | delay | recall, faults | precision, faults | delay, faults | told of others |',
    '|---|---|---|---|---|---|---|---|',
    ...[...faulty].map(([name, { own }]) => {
      const others = vehicles(name) > 0 ? `${wrong(name)} of ${vehicles(name)}` : '–';
      return `| ${name} | ${scoreCells(clean.get(name) as Score)} | ${scoreCells(own)} | ${others} |`;
    }),
  ];
}

function together(a: Judged, b: Judged): Judged {
  const { expected, found, alerts, wrong, missed, delays } = b.own;
  return {
    own: {
      expected: a.own.expected + expected,
      found: a.own.found + found,
      alerts: a.own.alerts + alerts,
      wrong: [...a.own.wrong, ...wrong],
      missed: [...a.own.missed, ...missed],
      delays: [...a.own.delays, ...delays],
    },
    others: new Map([...a.others].map(([name, told]) => [name, told + (b.others.get(name) ?? 0)])),
  };
}

/** Under faults. */
function vehiclesOf(name: string): number {
  const of = PLANTS.find((each) => nameOf(each) === name) as Plant;
  return 2 * GROUNDS * (of.group ?? 1) * FAULTY_SEEDS.length;
}

function document(): string {
  return `# What is planted and what is found

Written by \`npx vitest run test/alerts/truth.test.ts -u\`.

Each kind of rule is violated on ${GROUNDS} grounds, by a vehicle or a group of them, beside ${GROUNDS} that come near to it without committing it.
All fixes go through the verdict, the log and the engine. Faults: ${percent(FAULTY.duplicates)} of fixes twice, ${percent(FAULTY.reorder)} overtaken by the next,
${percent(FAULTY.clock)} with a clock hours ahead or years behind; ${percent(FAULTY.tunnels)} of the vehicles in a tunnel for 40 s, of ${percent(FAULTY.batches)} a minute of fixes in one batch
behind the others.

The delay is in seconds, mean and greatest, from when a perfect system could know (fixes come each 10 s; of fatigue 30 s, of crossing 60 s). An
alert that late fixes have withdrawn (\`clearReason: "late-fixes"\`) is not counted as told. *Told of others*: alerts that the rule, looking at
everybody, raised for vehicles planted for other kinds, and how many those are; – where what others do in passing is a violation of this kind.
Of ${TOWN.vehicles} vehicles that drive about a town for ${TOWN.seconds / 3600} h and violate nothing, those rules told nothing, with faults and without.

${table().join('\n')}
`;
}

function percent(share: number): string {
  return `${share * 100} %`;
}
