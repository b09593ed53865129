import { expect, test } from 'vitest';
import { benchOutput } from '../support/bench.js';

// The bench itself checks every acknowledgement, the counters' equations and the rows, and fails where one is wrong.
test('the terminals bench runs, and everything it sent is acknowledged and stored', async () => {
  const options = ['--terminals', '20', '--fences', '20', '--seconds', '1', '--rounds', '1'];
  const output = await benchOutput('terminals', options);
  expect(output).toMatch(/(\d+) fixes acknowledged, \1 rows; every counter adds up/);
});
