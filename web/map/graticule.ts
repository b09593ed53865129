import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import { el } from '../dom.js';
import { GRATICULE_SOURCE } from './base-map.js';
import { MAX_LAT } from './mercator.js';

const STEPS = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const CLOSEST_PIXELS = 130;

/** Meridians and parallels at a round step that suits the zoom, with their degrees along the left and lower edge. */
export class Graticule {
  readonly #map: MapLibre;
  readonly #labels = el('div', 'graticule-labels');
  #drawn = '';

  constructor(map: MapLibre) {
    this.#map = map;
    this.#labels.setAttribute('aria-hidden', 'true');
    map.getContainer().append(this.#labels);
    map.on('move', () => this.#update());
    map.on('resize', () => this.#update());
    this.#update();
  }

  #update(): void {
    const bounds = this.#map.getBounds();
    const step = graticuleStep(this.#map.getZoom());
    const lons = multiples(step, Math.max(-180, bounds.getWest()), Math.min(180, bounds.getEast()));
    const lats = multiples(step, Math.max(-MAX_LAT, bounds.getSouth()), Math.min(MAX_LAT, bounds.getNorth()));
    this.#drawLines(step, lons, lats);
    this.#placeLabels(step, lons, lats);
  }

  /** Lines reach beyond the view, and are drawn anew only when others are needed. */
  #drawLines(step: number, lons: number[], lats: number[]): void {
    const wanted = `${step} ${lons.join()} ${lats.join()}`;
    if (wanted === this.#drawn || lons.length === 0 || lats.length === 0) return;
    this.#drawn = wanted;
    const west = Math.max(-180, lons[0] - step);
    const east = Math.min(180, lons.at(-1)! + step);
    const south = Math.max(-MAX_LAT, lats[0] - step);
    const north = Math.min(MAX_LAT, lats.at(-1)! + step);
    const coordinates = [
      ...lons.map((lon) => [
        [lon, south],
        [lon, north],
      ]),
      ...lats.map((lat) => [
        [west, lat],
        [east, lat],
      ]),
    ];
    this.#map
      .getSource<GeoJSONSource>(GRATICULE_SOURCE)
      ?.setData({ type: 'MultiLineString', coordinates } satisfies GeoJSON.MultiLineString);
  }

  #placeLabels(step: number, lons: number[], lats: number[]): void {
    const { clientWidth: width, clientHeight: height } = this.#map.getContainer();
    const digits = step >= 1 ? 0 : Math.ceil(-Math.log10(step));
    const wanted: [text: string, className: string, x: number, y: number][] = [];
    const centre = this.#map.getCenter();
    for (const lon of lons) {
      const { x } = this.#map.project([lon, centre.lat]);
      if (x > 70 && x < width - 40) wanted.push([degrees(lon, digits, 'E', 'W'), 'meridian', x, height]);
    }
    for (const lat of lats) {
      const { y } = this.#map.project([centre.lng, lat]);
      if (y > 30 && y < height - 70) wanted.push([degrees(lat, digits, 'N', 'S'), 'parallel', 0, y]);
    }
    while (this.#labels.childElementCount > wanted.length) this.#labels.lastElementChild!.remove();
    while (this.#labels.childElementCount < wanted.length) this.#labels.append(el('span'));
    for (const [i, [text, className, x, y]] of wanted.entries()) {
      const label = this.#labels.children[i] as HTMLElement;
      label.className = className;
      label.textContent = text;
      label.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    }
  }
}

/** The smallest step in degrees whose meridians stand at least CLOSEST_PIXELS apart. */
export function graticuleStep(zoom: number): number {
  const pixelsPerDegree = (512 * 2 ** zoom) / 360;
  return STEPS.findLast((step) => step * pixelsPerDegree >= CLOSEST_PIXELS) ?? STEPS[0];
}

function multiples(step: number, from: number, to: number): number[] {
  const found: number[] = [];
  // Counted in whole steps: adding 0.01 a thousand times does not give 10.
  for (let i = Math.ceil(from / step); i * step <= to; i++) found.push(i * step);
  return found;
}

function degrees(value: number, digits: number, positive: string, negative: string): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? '0°' : `${text}°${value > 0 ? positive : negative}`;
}
