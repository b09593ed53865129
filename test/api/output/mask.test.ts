import { expect, test } from 'vitest';
import { commandJson } from '../../../api/output/command-json.js';
import { maskFields } from '../../../api/output/mask.js';
import type { Command } from '../../../model/command.js';
import { maskName, maskNumber } from '../../../model/mask.js';

test.each([
  ['张三', '张**'],
  ['𠮷田', '𠮷**'],
  ['A', 'A**'],
  ['', '**'],
  [null, null],
])('a name %j is shown as %j', (name, shown) => expect(maskName(name)).toBe(shown));

test.each([
  ['330106199001011234', '330***********1234'],
  ['33010619900101', '330*******0101'],
  ['12345678', '******78'],
  ['1234', '***4'],
  ['1', '*'],
  ['', ''],
  [null, null],
])('a number %j is shown as %j', (number, shown) => expect(maskNumber(number)).toBe(shown));

test('fields of a message: people are masked, also as raw bytes, and nothing else is touched', () => {
  const fields = {
    driverName: '张三',
    driverNameHex: 'd5c5',
    idCard: '330106199001011234',
    blockHex: 'ff',
    n: 1,
    x: null,
  };
  expect(maskFields(fields)).toEqual({
    driverName: '张**',
    idCard: '330***********1234',
    blockHex: 'ff',
    n: 1,
    x: null,
  });
});

test('the answer to a command that asks who drives', () => {
  const answer = { cardStatus: 1, driverName: '张三丰', certificate: '330106199001011234', agency: 'x' };
  const times = { createdAt: 0, expiresAt: 1, endedAt: null, history: [] };
  const shown = commandJson({ ...times, answer } as unknown as Command);
  expect(shown.answer).toEqual({ cardStatus: 1, driverName: '张**', certificate: '330***********1234', agency: 'x' });
  expect(commandJson({ ...times, answer: null } as unknown as Command).answer).toBeNull();
});
