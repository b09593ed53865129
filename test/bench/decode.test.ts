import { expect, test, vi } from 'vitest';
import { run } from '../../bench/decode.js';

// The bench itself adds up the longitudes that come out, and fails where they are not those that went in.
test('the decoding bench runs, and both ways find every fix', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  expect(await run(['--quick'])).toMatchObject({ frames: 10_000, rounds: 2, results: [{}, {}] });
});
