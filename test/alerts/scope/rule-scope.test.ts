import { expect, test } from 'vitest';
import { scopeTest } from '../../../alerts/scope/rule-scope.js';
import type { Vehicle } from '../../../model/vehicle.js';
import { ruleOf } from '../defined-support.js';
import { Story } from '../support.js';

const coach: Vehicle = {
  ...{ no: 1, id: 'v1', plate: null, plateColor: null, category: 'coach', terminals: [], createdAt: 0 },
  ...{ company: 'north', region: '320211' },
};

test.each([
  [{}, true],
  [{ categories: ['truck'], vehicles: ['v1'] }, false], // every list that is there
  [{ companies: ['south', 'north'], regions: ['32'], vehicles: ['v1'] }, true],
  [{ regions: ['3203'] }, false],
  [{ except: {} }, true],
  [{ categories: ['coach'], except: { vehicles: ['v1'] } }, false],
  [{ vehicles: ['v1'], except: { companies: ['north'] } }, false],
  [{ except: { regions: ['3202'] } }, false],
  [{ except: { categories: ['coach'] } }, false],
  [{ except: { vehicles: ['v2'], companies: ['south'], regions: ['33'], categories: ['bus'] } }, true], // any of them
] as const)('%j means the coach: %s', (scope, means) => {
  expect(scopeTest(scope as never)(coach)).toBe(means);
});

test('of whom nobody knows the company or the region, no list of them holds', () => {
  const unknown = { ...coach, company: null, region: null };
  expect(scopeTest({ companies: ['north'] })(unknown)).toBe(false);
  expect(scopeTest({ regions: ['32'] })(unknown)).toBe(false);
  expect(scopeTest({ except: { companies: ['north'], regions: ['32'] } })(unknown)).toBe(true);
});

test('who is exempt from the ban on driving at night may drive', () => {
  const story = new Story().vehicle(1, 'v1', 'coach').vehicle(2, 'airport-line', 'coach');
  const hours = { from: '10:00', to: '11:00' };
  ruleOf(story, 'night-ban', { hours }, { scope: { categories: ['coach'], except: { vehicles: ['airport-line'] } } });
  for (const no of [1, 2]) story.fixes(no, { at: 0 }, { at: 40 }, { at: 80 });
  expect(story.tell()).toEqual(['raised night-ban v1 10:00:00']);
});
