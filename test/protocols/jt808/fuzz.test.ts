import { expect, test } from 'vitest';
import { fuzz } from '../../../bench/fuzz-jt808.js';
import { vectors } from './vectors.js';

const FRAMES = 1_000_000;

// `npm run bench -- fuzz-jt808` does the same with ten million.
test('a million mutated frames: each is handled or refused with a reason, and nothing is kept', () => {
  const good = vectors.map((v) => Buffer.from(v.hex, 'hex'));
  const { sent, rejected, positions, droppedParts } = fuzz(FRAMES, good);
  expect(sent).toBeGreaterThanOrEqual(FRAMES);
  // The mixture reaches every road: otherwise the equation that `fuzz` checks says little.
  for (const reason of [
    'bad-checksum',
    'bad-escape',
    'bad-length',
    'short-header',
    'short-body',
    'unknown-message',
    'encrypted',
    'bad-package',
    'not-authenticated',
  ]) {
    expect(rejected[reason], reason).toBeGreaterThan(50);
  }
  expect(positions).toBeGreaterThan(FRAMES / 20);
  expect(droppedParts).toBeGreaterThan(1000);
}, 300_000);
