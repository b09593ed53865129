import { expect, test } from 'vitest';
import { parseRule } from '../../alerts/rule-input.js';
import { RULE_PACKS } from '../../alerts/rule-packs.js';

const rules = RULE_PACKS.flatMap((pack) => pack.rules.map((rule) => ({ pack: pack.id, rule })));

test.each(rules)('$rule.id is a rule that can be defined, under a name of its pack', ({ pack, rule }) => {
  expect(parseRule(rule, () => false)).toMatchObject({ rule: { type: rule.type, clause: rule.clause } });
  expect(rule.id.startsWith(`${pack}.`)).toBe(true);
});

test('no two have one id', () => {
  expect(new Set(rules.map(({ rule }) => rule.id)).size).toBe(rules.length);
});
