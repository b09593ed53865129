import { expect, test } from 'vitest';
import { RULE_PACKS } from '../../../alerts/packs/rule-packs.js';
import { parseRule } from '../../../alerts/rule-book/rule-input.js';
import { Story, TEN } from '../support.js';

const rules = RULE_PACKS.flatMap((pack) => pack.rules.map((rule) => ({ pack: pack.id, rule })));

test.each(rules)('$rule.id is a rule that can be defined, under a name of its pack', ({ pack, rule }) => {
  expect(parseRule(rule, () => false)).toMatchObject({ rule: { type: rule.type, clause: rule.clause } });
  expect(rule.id.startsWith(`${pack}.`)).toBe(true);
});

test('no two have one id', () => {
  expect(new Set(rules.map(({ rule }) => rule.id)).size).toBe(rules.length);
});

test('what is not confirmed names rules of the pack', () => {
  for (const { rules: ofPack, unconfirmed } of RULE_PACKS) {
    const ids = ofPack.map(({ id }) => id);
    expect(unconfirmed.filter(({ rule }) => !ids.includes(rule))).toEqual([]);
  }
});

test('two revisions of a text run side by side, each between its own dates, and each says which it is', () => {
  const story = new Story().settings({}).vehicle(1, 'v1', 'coach');
  const day = 86_400_000;
  const put = (id: string, dates: object) => {
    const { rule: given } = rules.find(({ rule }) => rule.id === id) as (typeof rules)[number];
    const parsed = parseRule({ ...given, ...dates }, () => false);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const facts = { id, revision: story.log.revision + 1, createdAt: 0, updatedAt: 0 };
    story.change({ type: 'rule-put', rule: { ...parsed.rule, ...facts } });
  };
  const iso = (time: number) => new Date(time).toISOString();
  put('national.coach-2-to-5', { effectiveTo: iso(TEN + 2 * day) });
  put('national-coaches.2-to-5', { effectiveFrom: iso(TEN + day) });
  // From 02:00 on three nights.
  for (const night of [0, 1, 2]) {
    for (let at = 0; at <= 300; at += 30) story.fixes(1, { at: night * 86_400 + 16 * 3600 + at });
    story.fixes(1, { at: night * 86_400 + 20 * 3600, speed: 0 });
  }
  story.tell();
  const raised = story.transitions.filter(({ transition }) => transition === 'raised').map(({ alert }) => alert);
  expect(raised.map(({ ruleId, occurredAt }) => [ruleId, occurredAt])).toEqual([
    ['rule:national.coach-2-to-5', '2026-03-01T18:00:00.000Z'],
    ['rule:national-coaches.2-to-5', '2026-03-02T18:00:00.000Z'],
    ['rule:national.coach-2-to-5', '2026-03-02T18:00:00.000Z'],
    ['rule:national-coaches.2-to-5', '2026-03-03T18:00:00.000Z'],
  ]);
  expect(raised[0].evidence.clause).toMatch(/^国发〔2012〕30号/);
  expect(raised[1].evidence.clause).toMatch(/^《道路旅客运输企业安全管理规范》第三十八条/);
});
