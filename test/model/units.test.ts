import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bcd, gmt8BcdToMs, knotsToKmh, msToBeijing, msToGmt8Bcd, msToRfc3339, rfc3339ToMs } from '../../model/units.js';

test('BCD time in Beijing and back, for every second from 2000 to 2099', () => {
  fc.assert(
    fc.property(fc.integer({ min: 946_656_000, max: 4_102_415_999 }), (seconds) => {
      const out = new Uint8Array(8);
      msToGmt8Bcd(seconds * 1000, out, 1);
      expect(gmt8BcdToMs(out, 1)).toBe(seconds * 1000);
    }),
    { seed: 8, numRuns: 2000 },
  );
});

test.each([
  ['180721112233', '2018-07-21T11:22:33+08:00'],
  ['000229000000', '2000-02-29T00:00:00+08:00'],
  ['991231235959', '2099-12-31T23:59:59+08:00'],
])('%s is %s', (hex, time) => {
  const ms = gmt8BcdToMs(Buffer.from(hex, 'hex'), 0);
  expect(msToBeijing(ms)).toBe(time);
  expect(msToRfc3339(ms)).toBe(new Date(time).toISOString());
});

test.each([
  '000000000000',
  '181321112233',
  '180732112233',
  '190229000000',
  '180721242233',
  '1807211122a3',
  'ffffffffffff',
])('%s is no time', (hex) => {
  expect(gmt8BcdToMs(Buffer.from(hex, 'hex'), 0)).toBeNaN();
});

test('unknown times are null in JSON', () => {
  expect(msToRfc3339(NaN)).toBeNull();
  expect(msToBeijing(NaN)).toBeNull();
});

test('single conversions', () => {
  expect(knotsToKmh(10)).toBeCloseTo(18.52, 10);
  expect(bcd(0x59)).toBe(59);
  expect(bcd(0x5a)).toBeNaN();
});

test.each([
  ['2024-02-29T08:00:00+08:00', Date.UTC(2024, 1, 29)],
  ['2024-02-29 08:00:00.123456+0800', Date.UTC(2024, 1, 29, 0, 0, 0, 123)],
  ['2024-02-29t00:00:00z', Date.UTC(2024, 1, 29)],
  ['2024-02-29T00:00:00', Number.NaN], // nobody knows where
  ['2023-02-29T00:00:00Z', Number.NaN],
  ['2024-13-01T00:00:00Z', Number.NaN],
  ['2024-02-29T24:00:00Z', Number.NaN],
  ['2024-02-29T23:60:00Z', Number.NaN],
  ['2024-02-29T00:00:00+99:00', Number.NaN],
  ['2024-02-29', Number.NaN],
  ['29 Feb 2024 00:00:00 GMT', Number.NaN],
])('RFC 3339: %s', (text, ms) => {
  expect(rfc3339ToMs(text)).toBe(ms);
});
