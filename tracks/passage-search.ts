import { lonMetresPerDegree, METRES_PER_DEGREE } from '../geo/distance.js';
import type { PreparedFence } from '../geo/fence.js';
import type { Place } from '../store/places.js';
import type { Bounds } from '../store/tile.js';
import { type PlaceInTime, SILENCE_MS } from './leg.js';
import { MARGIN_M, type Passage, passagesIn } from './passages.js';

/** What the search asks of the database (store/travel.ts). */
export interface PlaceSource {
  placesIn(bounds: Bounds, from: number, to: number, afterVehicle: number): AsyncIterable<Place[]>;
  hasBetween(spans: readonly (readonly [vehicleNo: number, from: number, to: number])[]): Promise<boolean[]>;
}

/** The passages of one vehicle. */
export interface Passages {
  vehicleNo: number;
  passages: Passage[];
}

/**
 * Who was in the area between `from` and `to` (epoch ms), by vehicle number, beginning above `afterVehicle`. Only fixes
 * in and near the area are read, some ten thousand at a time, and no more than the reader takes.
 */
export async function* searchPassages(
  source: PlaceSource,
  area: PreparedFence,
  from: number,
  to: number,
  afterVehicle = 0,
): AsyncGenerator<Passages[]> {
  let vehicleNo = 0;
  let fixes: PlaceInTime[] = [];
  const rows = source.placesIn(boundsAround(area), from - SILENCE_MS, to + SILENCE_MS, afterVehicle);
  for await (const page of rows) {
    const whole: [vehicleNo: number, fixes: PlaceInTime[]][] = [];
    for (const place of page) {
      if (place.vehicleNo !== vehicleNo) {
        if (fixes.length > 0) whole.push([vehicleNo, fixes]);
        vehicleNo = place.vehicleNo;
        fixes = [];
      }
      fixes.push(place);
    }
    yield judged(source, area, from, to, whole);
  }
  if (fixes.length > 0) yield judged(source, area, from, to, [[vehicleNo, fixes]]);
}

/** Those of the vehicles that were there, after asking whether they were elsewhere between two fixes. */
async function judged(
  source: PlaceSource,
  area: PreparedFence,
  from: number,
  to: number,
  vehicles: readonly [vehicleNo: number, fixes: PlaceInTime[]][],
): Promise<Passages[]> {
  const within = (passages: Passage[]) => passages.filter(({ entered, left }) => entered < to && left >= from);
  const found: (Passages & { fixes: PlaceInTime[] })[] = [];
  for (const [vehicleNo, fixes] of vehicles) {
    const passages = within(passagesIn(area, fixes));
    if (passages.length > 0) found.push({ vehicleNo, passages, fixes });
  }
  const spans = found.flatMap(({ vehicleNo, passages }) =>
    passages.flatMap(({ doubtful }) => doubtful.map(([low, high]) => [vehicleNo, low, high] as const)),
  );
  if (spans.length === 0) return found;
  const broken = new Map<number, Set<number>>();
  for (const [i, elsewhere] of (await source.hasBetween(spans)).entries()) {
    if (!elsewhere) continue;
    const [vehicleNo, low] = spans[i];
    broken.set(vehicleNo, (broken.get(vehicleNo) ?? new Set()).add(low));
  }
  return found.flatMap(({ vehicleNo, passages, fixes }) => {
    const gone = broken.get(vehicleNo);
    const right = gone ? within(passagesIn(area, fixes, gone)) : passages;
    return right.length > 0 ? [{ vehicleNo, passages: right }] : [];
  });
}

function boundsAround({ shapes }: PreparedFence): Bounds {
  const west = Math.min(...shapes.map(({ box }) => box.minX));
  const east = Math.max(...shapes.map(({ box }) => box.maxX));
  const south = Math.min(...shapes.map(({ box }) => box.minY)) - MARGIN_M / METRES_PER_DEGREE;
  const north = Math.max(...shapes.map(({ box }) => box.maxY)) + MARGIN_M / METRES_PER_DEGREE;
  const margin = MARGIN_M / lonMetresPerDegree(Math.min(85, Math.max(Math.abs(south), Math.abs(north))));
  return { west: west - margin, south, east: east + margin, north };
}
