import { expect, test, vi } from 'vitest';
import { run } from '../../bench/fences.js';

test('the fence bench runs, and every way of asking finds the same fences', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const { fences, figures } = await run(['--fences', '200', '--vehicles', '50', '--fixes', '4000', '--no-scales']);
  expect(fences).toBe(200);
  expect(figures.map(({ what }) => what)).toEqual(['our index', 'rbush + plain loop', 'rbush + turf', 'every polygon']);
  for (const { checksPerSecond } of figures) expect(checksPerSecond.best).toBeGreaterThan(0);
});
