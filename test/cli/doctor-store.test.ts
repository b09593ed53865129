import { expect, test } from 'vitest';
import { describeStore } from '../../cli/support/check-database.js';

const NOW = Date.UTC(2025, 6, 1);
const sizes = (oldest: string | null, compression: number | null = null) => ({
  positions: { name: 'positions', bytes: 2 ** 30, rows: 8_000_000, oldest, newest: oldest, parts: 30, compression },
  others: [{ name: 'alerts', bytes: 2 ** 20, rows: 10 }],
  totalBytes: 3 * 2 ** 29,
});

test('doctor shows how much is kept, what a fix takes, and since when', () => {
  expect(describeStore(sizes('2025-06-01T00:00:00.000Z', 11.25), 183, NOW)).toEqual([
    {
      name: 'tracks',
      outcome: 'ok',
      found: 'about 8,000,000 fixes in 30 days, 1.0 GiB, 134 bytes per fix, compressed 11.3 times',
      mend: '',
    },
    { name: 'tables', outcome: 'ok', found: '1.5 GiB in all; alerts 1.0 MiB', mend: '' },
    { name: 'oldest fix', outcome: 'ok', found: '2025-06-01T00:00:00.000Z, kept for 183 days', mend: '' },
  ]);
  expect(describeStore(sizes(null), 183, NOW)).toHaveLength(2);
});

test('what should have been dropped is a warning', () => {
  const last = describeStore(sizes('2025-06-01T00:00:00.000Z'), 20, NOW).at(-1);
  expect(last).toMatchObject({ outcome: 'warning', mend: expect.stringContaining('cheji serve') });
});
