import { type GeoJSONSource, type Map as MapLibre, Marker } from 'maplibre-gl';
import { el } from '../dom.js';
import type { Track } from '../track.js';
import type { Palette } from './palette.js';

const LINE = 'track-line';
const FIXES = 'track-fixes';
const NOTHING: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
/** A track of more fixes marks them one by one only from close by … */
const FEW_FIXES = 500;
const MANY_FIXES_ZOOM = 14.5;
/** … and one of more than this, not at all. */
const MOST_FIXES_MARKED = 20_000;

/** The track of one vehicle: a line, dashed where it said nothing for long, and a marker at a chosen moment. */
export class TrackLayer {
  readonly #map: MapLibre;
  readonly #marker: Marker;

  constructor(map: MapLibre, palette: Palette) {
    this.#map = map;
    this.#marker = new Marker({ element: el('div', 'track-marker', el('div', 'track-marker-dot')) });
    map.addSource(LINE, { type: 'geojson', data: NOTHING });
    map.addSource(FIXES, { type: 'geojson', data: NOTHING });
    const rounded = { 'line-cap': 'round', 'line-join': 'round' } as const;
    map.addLayer({
      id: 'track-casing',
      type: 'line',
      source: LINE,
      layout: rounded,
      paint: { 'line-color': palette.sea, 'line-width': 6, 'line-opacity': 0.7 },
    });
    map.addLayer({
      id: 'track-line',
      type: 'line',
      source: LINE,
      filter: ['!', ['get', 'gap']],
      layout: rounded,
      paint: { 'line-color': palette.track, 'line-width': 2.6 },
    });
    map.addLayer({
      id: 'track-gap',
      type: 'line',
      source: LINE,
      filter: ['get', 'gap'],
      paint: { 'line-color': palette.track, 'line-width': 1.4, 'line-dasharray': [2, 3], 'line-opacity': 0.8 },
    });
    map.addLayer({
      id: FIXES,
      type: 'circle',
      source: FIXES,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 1.6, 14, 2.8],
        'circle-color': palette.sea,
        'circle-stroke-color': palette.track,
        'circle-stroke-width': 1.2,
      },
    });
  }

  show(track: Track): void {
    const coordinates = track.fixes.map(({ lon, lat }) => [lon, lat]);
    this.#set(LINE, {
      type: 'FeatureCollection',
      features: track.stretches.map(({ first, last, gap }) => ({
        type: 'Feature',
        properties: { gap },
        geometry: { type: 'LineString', coordinates: coordinates.slice(first, last + 1) },
      })),
    });
    this.#set(FIXES, {
      type: 'MultiPoint',
      coordinates: coordinates.length > MOST_FIXES_MARKED ? [] : coordinates,
    });
    this.#map.setLayerZoomRange(FIXES, coordinates.length > FEW_FIXES ? MANY_FIXES_ZOOM : 0, 24);
  }

  moveMarker(lon: number, lat: number): void {
    this.#marker.setLngLat([lon, lat]).addTo(this.#map);
  }

  clear(): void {
    this.#set(LINE, NOTHING);
    this.#set(FIXES, NOTHING);
    this.#marker.remove();
  }

  #set(source: string, data: GeoJSON.GeoJSON): void {
    this.#map.getSource<GeoJSONSource>(source)?.setData(data);
  }
}
