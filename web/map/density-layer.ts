import { type GeoJSONSource, type Map as MapLibre, Marker } from 'maplibre-gl';
import type { DensityCell } from '../api-types.js';
import { el } from '../dom.js';
import type { LiveVehicles } from '../live-vehicles.js';
import { number } from '../text/language.js';
import type { Palette } from './palette.js';

const SOURCE = 'density';
/** Cells are finer than a number is wide: one number stands for all within so many pixels. */
const NUMBER_EVERY_PIXELS = 110;

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
      type: 'circle',
      source: SOURCE,
      paint: {
        'circle-color': ['interpolate', ['linear'], ['get', 'share'], 0, palette.densityLow, 1, palette.density],
        'circle-blur': 0.5,
        'circle-radius': ['interpolate', ['linear'], ['get', 'share'], 0, 4, 1, 16],
        'circle-opacity': ['interpolate', ['linear'], ['get', 'share'], 0, 0.6, 1, 0.9],
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
    const degrees = (NUMBER_EVERY_PIXELS * 360) / (512 * 2 ** this.#map.getZoom());
    this.#numbers = gathered(this.#shown, degrees).map(({ lon, lat, count }) =>
      new Marker({ element: el('div', 'density-number', number(count)) }).setLngLat([lon, lat]).addTo(this.#map),
    );
  }
}

/** Cells joined on a coarser grid of `degrees`, each sum at the middle of its vehicles. */
function gathered(cells: DensityCell[], degrees: number): { lon: number; lat: number; count: number }[] {
  const sums = new Map<string, { lon: number; lat: number; count: number }>();
  for (const { lon, lat, count } of cells) {
    const key = `${Math.floor(lon / degrees)} ${Math.floor(lat / degrees)}`;
    const sum = sums.get(key) ?? { lon: 0, lat: 0, count: 0 };
    sums.set(key, { lon: sum.lon + lon * count, lat: sum.lat + lat * count, count: sum.count + count });
  }
  return [...sums.values()].map(({ lon, lat, count }) => ({ lon: lon / count, lat: lat / count, count }));
}

function collection(cells: DensityCell[]): GeoJSON.FeatureCollection {
  const most = cells.reduce((max, cell) => Math.max(max, cell.count), 1);
  return {
    type: 'FeatureCollection',
    features: cells.map(({ lon, lat, count }) => ({
      type: 'Feature',
      // As a square root: a lone vehicle beside a city must still be seen.
      properties: { share: Math.sqrt(count / most) },
      geometry: { type: 'Point', coordinates: [lon, lat] },
    })),
  };
}
