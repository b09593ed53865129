import { lonMetresPerDegree, METRES_PER_DEGREE } from '../../geo/distance.js';
import type { Position } from '../../model/position.js';
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
 * The fixes that keep the line within `toleranceM` of itself (Douglas–Peucker), in metres on a local plane.
 * Fixes without a place are left out. Rejects 'bad-request' where the track has too many fixes.
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
  if (fixes.length < 3) return fixes;
  const { lineString, simplify } = await import('@turf/turf'); // heavy, and rarely needed
  const lonScale = lonMetresPerDegree(fixes[0].lat);
  // The third coordinate is not looked at: it brings back which fix a place belongs to.
  const places = fixes.map((p, i) => [p.lon * lonScale, p.lat * METRES_PER_DEGREE, i]);
  const kept = simplify(lineString(places), { tolerance: toleranceM, highQuality: true, mutate: true });
  return kept.geometry.coordinates.map(([, , i]) => fixes[i]);
}
