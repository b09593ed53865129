import { expect, test, vi } from 'vitest';
import { run } from '../../bench/roads.js';

test('the road bench runs, and the index says what asking every segment says', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const figures = await run(['--segments', '2000', '--fixes', '1000']);
  expect(figures).toMatchObject({ segments: 2000, roads: 200, compared: 200 });
  expect(figures.onRoad).toBeGreaterThan(0.5);
  expect(figures.checksPerSecond.best).toBeGreaterThan(0);
});
