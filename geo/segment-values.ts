import type { Problems } from './problems.js';

/**
 * Values of the segments of a line from a list of them, or from one of its corners: what a corner says holds for the segment
 * that begins there, as on the routes of JT/T 808 (2019 §8.39), so that the last says nothing.
 */
export function forSegments<T>(values: readonly T[], segments: number, path: string, problems: Problems): T[] {
  if (values.length !== segments && values.length !== segments + 1) {
    problems.add(path, `has ${values.length} members: needs ${segments}, one for each segment, or one for each corner`);
  }
  return values.slice(0, segments);
}
