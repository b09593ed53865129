import { type GeoJSONSource, type Map as MapLibre, Marker } from 'maplibre-gl';
import type { DensityCell } from '../api-types.js';
import { el } from '../dom.js';
import type { LiveVehicles } from '../live-vehicles.js';
import { number } from '../text/language.js';
import type { Palette } from './palette.js';

const SOURCE = 'density';
/** Fullest cells that say their number. */
const MOST_NUMBERS = 60;
/** A number needs a cell so wide. */
const NUMBER_PIXELS = 34;

/** How many vehicles are where, when there are too many to draw one by one. */
export class DensityLayer {
  readonly #map: MapLibre;
  readonly #vehicles: LiveVehicles;
  #numbers: Marker[] = [];
  #shown: DensityCell[] = [];

  constructor(map: MapLibre, vehicles: LiveVehicles, palette: Palette) {
    this.#map = map;
    this.#vehicles = vehicles;
    map.addSource(SOURCE, { type: 'geojson', data: collection([]) });
    map.addLayer({
      id: 'density',
      type: 'fill',
      source: SOURCE,
      paint: {
        'fill-color': palette.density,
        // Share of the fullest cell, as a square root: a lone vehicle beside a city must still be seen.
        'fill-opacity': ['interpolate', ['linear'], ['get', 'share'], 0, 0.1, 1, 0.75],
      },
    });
    vehicles.onChange(() => this.#draw());
    map.on('zoomend', () => this.#placeNumbers());
  }

  #draw(): void {
    const cells = this.#vehicles.cells;
    if (cells === this.#shown || (cells.length === 0 && this.#shown.length === 0)) return;
    this.#shown = cells;
    this.#map.getSource<GeoJSONSource>(SOURCE)?.setData(collection(cells));
    this.#placeNumbers();
  }

  #placeNumbers(): void {
    for (const marker of this.#numbers) marker.remove();
    const pixelsPerDegree = (512 * 2 ** this.#map.getZoom()) / 360;
    this.#numbers = this.#shown
      .filter(({ bbox }) => (bbox[2] - bbox[0]) * pixelsPerDegree >= NUMBER_PIXELS)
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_NUMBERS)
      .map(({ bbox: [west, south, east, north], count }) =>
        new Marker({ element: el('div', 'density-number', number(count)) })
          .setLngLat([(west + east) / 2, (south + north) / 2])
          .addTo(this.#map),
      );
  }
}

function collection(cells: DensityCell[]): GeoJSON.FeatureCollection {
  const most = cells.reduce((max, cell) => Math.max(max, cell.count), 1);
  return {
    type: 'FeatureCollection',
    features: cells.map(({ bbox: [w, s, e, n], count }) => ({
      type: 'Feature',
      properties: { share: Math.sqrt(count / most) },
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [w, s],
            [e, s],
            [e, n],
            [w, n],
            [w, s],
          ],
        ],
      },
    })),
  };
}
