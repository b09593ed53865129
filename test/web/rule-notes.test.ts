import { expect, test } from 'vitest';
import { z } from 'zod';
import { RULE_KINDS } from '../../alerts/rules/rule-kinds.js';
import { RULE_NOTES } from '../../web/text/rule-notes.js';

test('what the server says of the parameters of rules, all of it and nothing else, is there in Chinese', () => {
  const said = new Set<string>();
  for (const { params } of RULE_KINDS) {
    // Parameters within parameters have notes of their own.
    JSON.stringify(z.toJSONSchema(params, { io: 'input' }), (key, value: unknown) => {
      if (key === 'description' && typeof value === 'string') said.add(value);
      return value;
    });
  }
  expect(said.size).toBeGreaterThan(40);
  expect(new Set(Object.keys(RULE_NOTES))).toEqual(said);
  for (const [english, chinese] of Object.entries(RULE_NOTES)) {
    if (english !== 'km/h') expect(chinese, english).toMatch(/\p{Script=Han}/u);
  }
});
