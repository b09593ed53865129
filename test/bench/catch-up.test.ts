import { expect, test } from 'vitest';
import { benchOutput } from '../support/bench.js';

// The bench itself checks every acknowledgement, the counters' equations and the rows, and fails where one is wrong.
test('the catch-up bench runs: the database goes and comes back, and every fix is stored', {
  timeout: 120_000,
}, async () => {
  const options = ['--terminals', '20', '--rate', '400', '--before', '1', '--away', '2', '--after', '10'];
  const output = await benchOutput('catch-up', options);
  expect(output).toMatch(/tells a lag of [1-9]\d*\.\d s/);
  expect(output).toMatch(/(\d+) fixes acknowledged, \1 rows; every counter adds up/);
});
