import { randomFrom } from '../../cli/support/random.js';
import type { ServerProcess } from './server-process.js';
import type { LoadJob } from './terminal-load.js';

/** Polygons of 12 to 40 corners, 200 to 500 m across the middle, with enter and exit rules. */
export async function loadFences(server: ServerProcess, area: LoadJob['area'], count: number): Promise<void> {
  const random = randomFrom(2019);
  const [west, south, east, north] = area;
  const features = Array.from({ length: count }, (_, i) => {
    const lon = west + random() * (east - west);
    const lat = south + random() * (north - south);
    const corners = 12 + Math.floor(random() * 29);
    const degrees = (0.2 + random() * 0.3) / 111;
    const ring = Array.from({ length: corners }, (_, corner) => {
      const angle = (corner / corners) * 2 * Math.PI;
      const reach = degrees * (0.7 + 0.3 * random());
      return [lon + (reach * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180), lat + reach * Math.sin(angle)];
    });
    return {
      type: 'Feature',
      geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] },
      properties: { name: `bench ${i}`, rules: [{ type: 'enter' }, { type: 'exit' }] },
    };
  });
  for (let i = 0; i < count; i += 1000) {
    const body = { type: 'FeatureCollection', features: features.slice(i, i + 1000) };
    const made = await server.api('/v1/fences', { body });
    if (made.status !== 201) throw new Error(`fences: ${made.status} ${JSON.stringify(made.body).slice(0, 500)}`);
  }
}
