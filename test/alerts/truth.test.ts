import { expect, test } from 'vitest';
import { RULE_KINDS } from '../../alerts/rule-kinds.js';
import { CLEAN, FAULTY, planting } from '../../cli/support/plants/planting.js';
import { PLANTS } from '../../cli/support/plants/plants.js';
import { score } from './truth-support.js';

test('every kind of rule is planted', () => {
  expect(PLANTS.map(({ type }) => type).sort()).toEqual(RULE_KINDS.map(({ type }) => type).sort());
});

test.each(PLANTS)('$type: what was planted is found, and nothing else', (plant) => {
  for (const faults of [CLEAN, FAULTY]) {
    const result = score(planting(plant, 25, 1, faults));
    console.log(
      plant.type,
      faults === CLEAN ? 'clean' : 'faulty',
      JSON.stringify({ ...result, delays: [Math.min(...result.delays), Math.max(...result.delays)] }),
    );
  }
});
