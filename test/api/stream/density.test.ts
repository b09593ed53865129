import { expect, test } from 'vitest';
import { cellDegFor, densityGrid } from '../../../api/stream/density.js';
import { cellBox } from '../../../api/stream/encoding.js';
import type { Shown } from '../../../api/stream/shown.js';
import { VehicleFilter } from '../../../api/vehicles/vehicle-filter.js';
import { Catalog } from '../../../model/catalog.js';
import { Fleet } from '../../../model/fleet.js';

const PLACES = [
  [180, 90],
  [-180, -90],
  [179.9999999, 89.9999999],
  [-180, 90],
  [0, 0],
] as const;

test.each([360, 256, 128, 10, 1, 1 / 1024])(
  'cells of a view %d° wide lie on the earth, and their places in them',
  (width) => {
    const shown = {
      capacity: PLACES.length + 1,
      lon: Float64Array.from([NaN, ...PLACES.map(([lon]) => lon)]),
      lat: Float64Array.from([NaN, ...PLACES.map(([, lat]) => lat)]),
      online: new Uint8Array(PLACES.length + 1).fill(1),
    } as unknown as Shown;
    const side = cellDegFor([-width / 2, -1 / 2048, width / 2, 1 / 2048]);
    const cells = densityGrid(side, shown, new Fleet(), new VehicleFilter({}, new Catalog()));
    expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(PLACES.length);
    const boxes = cells.map((cell) => cellBox(cell, 'wgs84'));
    for (const [west, south, east, north] of boxes) {
      expect([west >= -180, south >= -90, east <= 180, north <= 90, west < east, south < north]).not.toContain(false);
    }
    for (const [lon, lat] of PLACES) {
      const holds = boxes.filter(([w, s, e, n]) => lon >= w && lon <= e && lat >= s && lat <= n);
      expect(holds.length, `${lon} ${lat}`).toBeGreaterThan(0);
    }
  },
);
