import { expect, test } from 'vitest';
import { AlertBook } from '../../../alerts/life/alert-book.js';
import { VehicleMemories } from '../../../alerts/memory/vehicle-memory.js';
import type { Rule } from '../../../alerts/rule.js';
import { RuleBook } from '../../../alerts/rule-book/rule-book.js';
import { FenceEnter } from '../../../alerts/rules/fence-enter.js';
import { rules } from '../../../alerts/steps/rules-step.js';
import { FenceIndex } from '../../../geo/fence-index.js';
import { RoadIndex } from '../../../geo/road-index.js';
import { WeatherIndex } from '../../../geo/weather-index.js';
import { Catalog } from '../../../model/catalog.js';
import { fixOf } from '../support.js';

const fence = {
  no: 1,
  id: 'f',
  name: 'f',
  revision: 1,
  hours: null,
  categories: null,
  box: { minX: 0, minY: 0, maxX: 1, maxY: 1 },
  contains: () => true,
  meets: () => true,
  corridor: null,
};

class Failing extends FenceEnter {
  override judge(): never {
    throw new Error('a mistake of ours');
  }
}

class FixedRules extends RuleBook {
  constructor(readonly list: Rule[]) {
    super();
  }
  override ofFence(): readonly Rule[] {
    return this.list;
  }
  override get(id: string): Rule | undefined {
    return this.list.find((rule) => rule.id === id);
  }
}

test('a rule that throws is counted and keeps its memory, and the others are asked', () => {
  const catalog = new Catalog();
  const vehicle = { no: 1, id: 'v1', plate: null, plateColor: null, category: 'other' as const };
  catalog.apply({
    type: 'vehicle-put',
    revision: 1,
    at: 0,
    vehicle: { ...vehicle, company: null, region: null, terminals: [], createdAt: 0 },
  });
  const memories = new VehicleMemories();
  memories.of(1).rules = new Map([['first', 'as it was']]);
  const alerts = new AlertBook();
  const book = new FixedRules([
    new Failing('first', 1, 'info', fence),
    new Failing('second', 1, 'info', fence),
    new FenceEnter('third', 1, 'info', fence),
  ]);
  const failures: string[] = [];
  const step = rules(
    catalog,
    book,
    memories,
    alerts,
    { roads: new RoadIndex(), weather: new WeatherIndex() },
    new FenceIndex(),
    (rule, error) => failures.push(`${rule}: ${(error as Error).message}`),
  );

  const p = fixOf(1, { at: 0 });
  p.fenceNos = [1];
  expect(step.run(p)).toBe(true);
  expect(failures).toEqual(['fence-enter: a mistake of ours', 'fence-enter: a mistake of ours']);
  expect(alerts.take().map(({ alert }) => alert.ruleId)).toEqual(['third']);
  expect([...(memories.of(1).rules ?? [])]).toEqual([
    ['first', 'as it was'],
    ['third', 'in'],
  ]);
  expect(memories.of(1).last).toMatchObject({ lon: 0.5 });
});
