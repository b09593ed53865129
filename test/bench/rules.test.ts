import { expect, test, vi } from 'vitest';
import { RULE_KINDS } from '../../alerts/rules/rule-kinds.js';
import { run } from '../../bench/rules.js';
import { ruleSets } from '../../bench/support/city-rules.js';

test('every kind of rule is measured by itself', () => {
  expect(ruleSets().map(({ what }) => what)).toEqual(
    expect.arrayContaining(['no rules', 'all packs', 'all kinds', ...RULE_KINDS.map(({ type }) => type)]),
  );
});

test('the rules bench runs: every kind takes part, and finds something', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const { city, yard } = await run(['--vehicles', '20', '--fixes', '96', '--yard', '30', '--only', 'all kinds']);
  for (const figures of [city, yard]) {
    expect(figures.map(({ what }) => what)).toEqual(['no rules', 'all kinds']);
    expect(figures.map(({ alerts }) => alerts > 0)).toEqual([false, true]);
    for (const { microsecondsPerFix } of figures) expect(microsecondsPerFix).toBeGreaterThan(0);
  }
});
