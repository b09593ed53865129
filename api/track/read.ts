import type { Position } from '../../model/position.js';
import { simplifiedTrack } from '../../tracks/simplify.js';
import { ApiError } from '../errors.js';
import { hasPlace } from './format.js';

/** Fixes of one answer; what is beyond is asked for with a later `from`. */
export const MAX_ROWS = 1_000_000;
/** Simplifying needs the whole line at once: a day of one fix per second fits. */
const MAX_SIMPLIFIED = 100_000;

/** Pulls the first batch, so that a database that is away is an answer and not a broken one; then hands on all. */
export async function primed<T>(source: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      for (let step = first; !step.done; step = await iterator.next()) yield step.value;
    } finally {
      await iterator.return?.();
    }
  })();
}

/** Passes on `most` fixes at most; `cut` is told the fix time of the first that is left out. */
export async function* limited(
  batches: AsyncIterable<Position[]>,
  most: number,
  cut: (fixTime: number) => void,
): AsyncIterable<Position[]> {
  let left = most;
  for await (const batch of batches) {
    if (batch.length <= left) {
      left -= batch.length;
      yield batch;
      continue;
    }
    yield batch.slice(0, left);
    return cut(batch[left].fixTime);
  }
}

/**
 * The fixes that tell the track to within `toleranceM` (tracks/simplify.ts); those without a place are left out.
 * Rejects 'bad-request' where the track has too many fixes.
 */
export async function simplified(batches: AsyncIterable<Position[]>, toleranceM: number): Promise<Position[]> {
  const fixes: Position[] = [];
  for await (const batch of batches) {
    for (const p of batch) if (hasPlace(p)) fixes.push(p);
    if (fixes.length > MAX_SIMPLIFIED) {
      const message = `more than ${MAX_SIMPLIFIED} fixes in this range; simplify a shorter one`;
      throw new ApiError('bad-request', `query.simplify: ${message}`, [{ path: 'query.simplify', message }]);
    }
  }
  return simplifiedTrack(fixes, toleranceM);
}
