import { randomFrom } from '../../cli/support/random.js';
import { lonMetresPerDegree, METRES_PER_DEGREE } from '../../geo/distance.js';
import type { Road } from '../../model/road.js';

/** Blocks of a town are this long, metres, and a road is one side of one, in segments of 25 m. */
export const BLOCK_M = 250;
export const SEGMENTS_PER_ROAD = 10;
/** South-west of the town; that of the city's fleet, too. Degrees. */
const [WEST, SOUTH] = [120.1, 31.4];
const LON_M = lonMetresPerDegree(SOUTH);

/** Streets north and east around blocks, not quite straight. Ids as OpenStreetMap's. */
export function town(count: number): Road[] {
  const random = randomFrom(1);
  const blocks = Math.ceil(Math.sqrt(count / 2));
  const scatter = () => (random() - 0.5) * 4;
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = [((i >> 1) % blocks) * BLOCK_M, Math.floor((i >> 1) / blocks) * BLOCK_M];
    const north = i % 2 === 0;
    const line: number[] = [];
    for (let n = 0; n <= SEGMENTS_PER_ROAD; n++) {
      const along = (n * BLOCK_M) / SEGMENTS_PER_ROAD;
      const [east, up] = north ? [x + scatter(), y + along] : [x + along, y + scatter()];
      line.push(...placeInTown(east, up));
    }
    const limits = { maxspeed: 40 + 10 * Math.floor(random() * 4) };
    const facts = { set: 'town', revision: 1, name: null, highway: 'residential', oneWay: null };
    return { id: `way/${4_000_000 + i}`, ...facts, limits, lines: [line] };
  });
}

/** So many metres from the south-west of the town: degrees, as files have them, in steps of 1e-7°. */
export function placeInTown(east: number, up: number): [lon: number, lat: number] {
  return [degrees(WEST + east / LON_M), degrees(SOUTH + up / METRES_PER_DEGREE)];
}

function degrees(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}
