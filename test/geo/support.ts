import type { Fence, FenceGeometry, FenceProperties } from '../../model/fence.js';

/** A fence as the catalog would hold it. */
export function fenceOf(no: number, geometry: FenceGeometry, properties: Partial<FenceProperties> = {}): Fence {
  return {
    no,
    id: `f${no}`,
    revision: no,
    geometry,
    properties: { name: `fence ${no}`, rules: [{ type: 'enter' }, { type: 'exit' }], ...properties },
    createdAt: 0,
    updatedAt: 0,
  };
}

/** The same numbers for the same seed, 0 ≤ n < 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A ring round a centre that never crosses itself: its corners lie at growing angles. Degrees. */
export function starRing(
  random: () => number,
  lon: number,
  lat: number,
  corners: number,
  least: number,
  most: number,
): [number, number][] {
  const ring: [number, number][] = [];
  for (let i = 0; i < corners; i++) {
    const angle = ((i + 0.8 * random()) / corners) * 2 * Math.PI;
    const reach = least + (most - least) * random();
    ring.push([lon + reach * Math.cos(angle), lat + reach * Math.sin(angle)]);
  }
  ring.push([...ring[0]]);
  return ring;
}
