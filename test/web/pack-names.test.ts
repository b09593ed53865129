import { expect, test } from 'vitest';
import { RULE_PACKS } from '../../alerts/packs/rule-packs.js';
import { PACKS, UNCONFIRMED } from '../../web/text/pack-names.js';

test('packs of the law, and what is not confirmed of them, are named in both languages of the page', () => {
  expect(Object.keys(PACKS).sort()).toEqual(RULE_PACKS.map(({ id }) => id).sort());
  for (const { id, name } of RULE_PACKS) expect(PACKS[id][1]).toBe(name);
  const said = new Set(RULE_PACKS.flatMap(({ unconfirmed }) => unconfirmed.map(({ what }) => what)));
  expect(new Set(Object.keys(UNCONFIRMED))).toEqual(said);
});
