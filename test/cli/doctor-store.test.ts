import { expect, test } from 'vitest';
import { describeStore } from '../../cli/support/check-database.js';
import type { Compression, StoreSizes } from '../../store/sizes.js';

const NOW = Date.UTC(2025, 6, 1);
const KEEPING = { retentionDays: 183, compressAfterDays: 7, alertDays: 1096, auditDays: 1096 };
const sizes = (oldest: string | null, compression: Compression | null = null): StoreSizes => ({
  positions: { name: 'positions', bytes: 2 ** 30, rows: 8_000_000, oldest, newest: oldest, parts: 30, compression },
  oldestAlert: null,
  oldestAct: null,
  others: [{ name: 'alerts', bytes: 2 ** 20, rows: 10 }],
  totalBytes: 3 * 2 ** 29,
});

test('doctor shows how much is kept, what a fix takes, and since when', () => {
  const compression = { parts: 23, rows: 6_000_000, ratio: 11.25, bytesPerFix: 18.9 };
  expect(describeStore(sizes('2025-06-01T00:00:00.000Z', compression), KEEPING, NOW)).toEqual([
    {
      name: 'tracks',
      outcome: 'ok',
      found: 'about 8,000,000 fixes in 30 days, 1.0 GiB, 134 bytes per fix',
      mend: '',
    },
    { name: 'compression', outcome: 'ok', found: '23 of 30 days, to 1/11.3, 18.9 bytes per fix', mend: '' },
    { name: 'tables', outcome: 'ok', found: '1.5 GiB in all; alerts 1.0 MiB', mend: '' },
    { name: 'oldest fix', outcome: 'ok', found: '2025-06-01T00:00:00.000Z, kept for 183 days', mend: '' },
  ]);
  expect(describeStore(sizes(null), KEEPING, NOW)).toHaveLength(3);
});

test('late fixes are told while some wait, and that nothing is compressed', () => {
  const kept = sizes(null);
  kept.others.push({ name: 'positions_late', bytes: 2 ** 20, rows: 1234 });
  expect(describeStore(kept, KEEPING, NOW)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'compression', found: 'no day is compressed' }),
      expect.objectContaining({ name: 'late fixes', found: 'about 1,234 wait to be folded in' }),
    ]),
  );
});

test('what should have been dropped is a warning', () => {
  const last = describeStore(sizes('2025-06-01T00:00:00.000Z'), { ...KEEPING, retentionDays: 20 }, NOW).at(-1);
  expect(last).toMatchObject({ outcome: 'warning', mend: expect.stringContaining('cheji serve') });
});

test('alerts and the audit are shown with how long they are kept; what stays for ever is never too old', () => {
  const kept = { ...sizes('2015-06-01T00:00:00.000Z'), oldestAlert: '2021-01-01T00:00:00.000Z' };
  kept.oldestAct = '2022-01-01T00:00:00.000Z';
  const replayed = { ...KEEPING, retentionDays: null, alertDays: null };
  expect(describeStore(kept, replayed, NOW).slice(3)).toMatchObject([
    { name: 'oldest fix', outcome: 'ok', found: '2015-06-01T00:00:00.000Z, kept for ever' },
    { name: 'oldest alert', outcome: 'ok', found: '2021-01-01T00:00:00.000Z, kept for ever' },
    { name: 'oldest of the audit', outcome: 'warning', found: '2022-01-01T00:00:00.000Z, kept for 1096 days' },
  ]);
  expect(describeStore(kept, KEEPING, NOW).slice(3)).toMatchObject([
    { outcome: 'warning' },
    { outcome: 'ok', found: '2021-01-01T00:00:00.000Z, kept for 1096 days' },
    { outcome: 'warning' },
  ]);
});
