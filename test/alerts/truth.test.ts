import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RULE_KINDS } from '../../alerts/rule-kinds.js';
import { CLEAN, FAULTY, planting } from '../../cli/support/plants/planting.js';
import { PLANTS } from '../../cli/support/plants/plants.js';
import { type Score, score } from './truth-support.js';

const GROUNDS = 25;
const SEED = 1;
const rows: string[] = [];
const faultyScores: Score[] = [];

test('every kind of rule is planted', () => {
  expect(PLANTS.map(({ type }) => type).sort()).toEqual(RULE_KINDS.map(({ type }) => type).sort());
});

test.each(PLANTS)('$type: what was planted is found, and nothing else', (plant) => {
  const clean = score(planting(plant, GROUNDS, SEED, CLEAN));
  expect(clean).toMatchObject({ expected: GROUNDS, found: GROUNDS, wrong: [], missed: [] });
  const faulty = score(planting(plant, GROUNDS, SEED, FAULTY));
  faultyScores.push(faulty);
  rows.push(`| \`${plant.type}\` | ${cells(clean)} | ${cells(faulty)} |`);
});

test('with faults, at least 99 % of what was planted is found, and 99 % of what is told was planted', () => {
  const sum = (of: (found: Score) => number) => faultyScores.reduce((total, found) => total + of(found), 0);
  expect(faultyScores).toHaveLength(PLANTS.length);
  expect(sum((s) => s.found) / sum((s) => s.expected)).toBeGreaterThanOrEqual(0.99);
  expect(sum((s) => s.found) / sum((s) => s.alerts)).toBeGreaterThanOrEqual(0.99);
});

test('the document has these figures', () => {
  const document = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8');
  const table = document.split('\n').filter((line) => /^\| `[a-z-]+` \| \d/.test(line));
  expect(table.map((line) => line.trim())).toEqual(rows);
});

afterAll(() => console.log(`rule | recall, precision, delay s: clean | with faults\n${rows.join('\n')}`));

/** Recall, precision, and seconds from when it could be known: mean and greatest. */
function cells({ expected, found, alerts, delays }: Score): string {
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  const share = (part: number, whole: number) => (part / whole).toFixed(2);
  return [share(found, expected), share(found, alerts), `${mean.toFixed(0)}, ${Math.max(...delays).toFixed(0)}`].join(
    ' | ',
  );
}
