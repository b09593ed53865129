import { randomFrom } from '../../cli/support/random.js';
import type { Bbox } from '../../client/index.js';

/** Boxes of `degrees` across, anywhere in the area; always the same. */
export function viewsOf(area: Bbox, count: number, degrees: number): Bbox[] {
  const random = randomFrom(4);
  const [west, south, east, north] = area;
  return Array.from({ length: count }, () => {
    const left = west + random() * (east - west - degrees);
    const bottom = south + random() * (north - south - degrees);
    return [left, bottom, left + degrees, bottom + degrees];
  });
}
