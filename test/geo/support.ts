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
