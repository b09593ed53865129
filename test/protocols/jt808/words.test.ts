import { describe, expect, test } from 'vitest';
import { decodeText, encodeText, stripPadding } from '../../../protocols/common/text.js';
import { alarmWordNames, setBits } from '../../../protocols/jt808/alarm-bits.js';
import { statusNames } from '../../../protocols/jt808/status-bits.js';
import { imeiOf, numberBytes, terminalNumber } from '../../../protocols/jt808/terminal-number.js';

describe('alarm and status words', () => {
  test('bits are named in the words of the edition; reserved ones are not', () => {
    expect(alarmWordNames(0x2000_8008, '2011')).toEqual(['danger-warning']);
    expect(alarmWordNames(0x2000_8008, '2013')).toEqual(['danger-warning', 'collision-warning']);
    expect(alarmWordNames(0x2000_8008, '2019')).toEqual(['dangerous-driving', 'forbidden-period', 'collision']);
    expect(setBits(0x8000_0001)).toEqual([0, 31]);
  });

  test('status; load is two bits', () => {
    expect(statusNames(0x0040_0303, '2019')).toEqual(['acc-on', 'positioned', 'moving', 'full']);
    expect(statusNames(0x0040_0103, '2013')).toEqual(['acc-on', 'positioned', 'half-loaded']);
    expect(statusNames(0x0040_0203, '2011')).toEqual(['acc-on', 'positioned']);
  });
});

describe('terminal numbers', () => {
  test('without leading zeros, "0" when there is nothing else', () => {
    expect(terminalNumber('013800138000')).toBe('13800138000');
    expect(terminalNumber('00000000013800138000')).toBe('13800138000');
    expect(terminalNumber('000000000000')).toBe('0');
  });

  test('an IMEI in binary, with its check digit', () => {
    expect(imeiOf('4ef480128919')).toBe('868120276851455');
    expect(terminalNumber('4ef480128919')).toBe('868120276851455');
    expect(imeiOf('013800138000')).toBeNull();
    // Too large for fourteen digits: shown as it is.
    expect(terminalNumber('ffffffffffff')).toBe('ffffffffffff');
    expect(terminalNumber('0000000000000000000a')).toBe('a');
  });

  test('into a header of the edition', () => {
    expect(numberBytes('13800138000', '2013').toString('hex')).toBe('013800138000');
    expect(numberBytes('13800138000', '2019').toString('hex')).toBe('00000000013800138000');
    expect(() => numberBytes('1234567890123', '2013')).toThrow("terminal number '1234567890123': at most 12 digits");
    expect(() => numberBytes('+86', '2013')).toThrow(RangeError);
  });
});

describe('text', () => {
  const decode = (hex: string) => decodeText(Buffer.from(hex, 'hex'));

  test('GBK, both ways; what GBK does not have is a question mark', () => {
    expect(decode('b2e241313233')).toBe('测A123');
    expect(encodeText('测A123').toString('hex')).toBe('b2e241313233');
    expect(encodeText('🚌').toString()).toMatch(/^\?+$/);
  });

  test('UTF-8 where it cannot be GBK', () => {
    expect(decode(Buffer.from('车é').toString('hex'))).toBe('车é');
  });

  test('neither: replaced, never thrown', () => {
    expect(decode('4181')).toContain('\ufffd');
  });

  test('padding goes, text stays', () => {
    expect(stripPadding('\0\0 A B \0', false)).toBe(' A B ');
    expect(stripPadding('\0\0 A B \0', true)).toBe('A B');
    expect(stripPadding('\0 \0', true)).toBe('');
  });
});

describe('numbers of ten bytes that are padded wrongly', () => {
  test.each([
    ['00000000013800138000', 'as it should be', '13800138000'],
    ['13800138000000000000', 'at the left end', '13800138000'],
    ['13800138000fffffffff', 'filled up with F on the right', '13800138000'],
    ['fffffffff13800138000', 'and on the left', '13800138000'],
    ['31333830303133383030', 'ten digits as ASCII', '1380013800'],
    ['00003133383030313338', 'eight of them', '13800138'],
    ['00000868120276851455', 'a whole IMEI', '868120276851455'],
    ['000000004ef480128919', 'an IMEI in binary', '868120276851455'],
    ['89860012345678901234', 'twenty digits, the number of a SIM card', '89860012345678901234'],
    ['ffffffffffffffffffff', 'nothing at all', 'ffffffffffffffffffff'],
    ['00000000000000003333', 'threes are no ASCII', '3333'],
  ])('%s: %s', (raw, _, number) => {
    expect(terminalNumber(raw)).toBe(number);
  });
});
