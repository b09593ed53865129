import { expect, test } from 'vitest';
import { benchOutput } from '../support/bench.js';

// The bench itself compares every picture with what was sent, and fails where one is wrong or a bound is passed.
test('the media bench runs, and every photo is complete and equal, or reported', async () => {
  const options = ['--photos', '20', '--kib', '6'];
  const output = await benchOutput('media', options);
  const [, complete, incomplete] = /(\d+) complete and equal, (\d+) reported as incomplete/.exec(output) ?? [];
  expect(Number(complete) + Number(incomplete)).toBe(20);
  expect(Number(complete)).toBeGreaterThan(10);
}, 120_000);
