import { beforeEach, expect, test, vi } from 'vitest';
import { run as digest } from '../../bench/digest.js';
import { run as history } from '../../bench/history.js';
import { run as writer } from '../../bench/writer.js';

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

test('the writer’s benchmark stores every fix both ways, and tells what one takes', async () => {
  const options = ['--fixes', '20000', '--rounds', '1', '--vehicles', '2', '--url', 'embedded'];
  const { databases } = (await writer(options)) as { databases: { rounds: object[]; ratio: number; bytes: object }[] };
  expect(databases).toMatchObject([{ rounds: [{}], bytes: { fixes: 5760, compressed: null } }]);
  expect(databases[0].ratio).toBeGreaterThan(0);
});

test('the benchmark of history loads, asks and exports what it says', async () => {
  const result = await history(['--fixes', '20000', '--vehicles', '50', '--questions', '2', '--day-vehicles', '1']);
  expect(result).toMatchObject({
    fixes: 20_000,
    day: { found: 400 },
    bytes: [{ fixes: 2880 }],
    exported: { peakMiB: expect.any(Number) },
  });
});

// The bench itself adds up the sums, and fails where a fix is in none or in two.
test('the benchmark of the digest works every fix in, pass by pass', async () => {
  const { figures } = (await digest(['--vehicles', '60', '--passes', '1', '--shape', '30:120', '--shape', '5:30'])) as {
    figures: object[];
  };
  expect(figures).toMatchObject([{ newFixes: 240 }, { newFixes: 360 }]);
});
