import { copyOfFix, type Fixes } from '../../model/fixes.js';
import type { Position } from '../../model/position.js';
import { simplifiedTrack } from '../../tracks/simplify.js';
import { ApiError } from '../http/errors.js';
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

/**
 * Passes on `most` fixes, and those that have the time of the last one; `cut` is told the time of the first that is left
 * out, from which the rest can be asked for with nothing missed and nothing twice.
 */
export async function* limited(
  batches: AsyncIterable<Fixes>,
  most: number,
  cut: (fixTime: number) => void,
): AsyncIterable<Fixes> {
  let left = most;
  let lastTime = NaN;
  for await (const batch of batches) {
    if (batch.length < left) {
      left -= batch.length;
      yield batch;
      continue;
    }
    const kept: Position[] = [];
    for (const p of batch) {
      if (left <= 0 && p.fixTime !== lastTime) {
        yield kept;
        return cut(p.fixTime);
      }
      kept.push(copyOfFix(p));
      lastTime = p.fixTime;
      left--;
    }
    yield kept;
  }
}

/**
 * The fixes that tell the track to within `toleranceM` (tracks/simplify.ts); those without a place are left out.
 * One batch; throws 'bad-request' where the track has too many fixes.
 */
export async function* simplified(batches: AsyncIterable<Fixes>, toleranceM: number): AsyncIterable<Fixes> {
  const fixes: Position[] = [];
  for await (const batch of batches) {
    for (const p of batch) if (hasPlace(p)) fixes.push(copyOfFix(p));
    if (fixes.length > MAX_SIMPLIFIED) {
      const message = `more than ${MAX_SIMPLIFIED} fixes in this range; simplify a shorter one`;
      throw new ApiError('bad-request', `query.simplify: ${message}`, [{ path: 'query.simplify', message }]);
    }
  }
  yield simplifiedTrack(fixes, toleranceM);
}
