import type { ExpressionSpecification, GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import type { RoadFeature } from '../roads/road-types.js';
import { ROADS_FROM_ZOOM, type Roads } from '../roads/roads.js';
import type { Palette } from './palette.js';
import { signName, speedSign } from './speed-sign.js';

const SOURCE = 'roads';
const LINES = 'road-lines';
const LIT = 'road-lit';
/** Signs stand beside the lines from here on … */
const SIGNS_FROM_ZOOM = 14.5;
/** … so far apart, in pixels. */
const SIGN_SPACING = 220;
/** A click need not meet a line to the pixel. */
const REACH = 6;
const NOTHING: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

/** Classes of OpenStreetMap's `highway` that carry the traffic of a town, and so are drawn wider. */
const WIDE = ['motorway', 'trunk', 'primary'];
const MIDDLING = ['secondary', 'tertiary', 'motorway_link', 'trunk_link', 'primary_link'];

/** Roads by their stated limit: a line each, and from close by the signs. */
export class RoadLayer {
  readonly #map: MapLibre;
  readonly #roads: Roads;
  #shown: readonly RoadFeature[] = [];

  constructor(map: MapLibre, roads: Roads, palette: Palette) {
    this.#map = map;
    this.#roads = roads;
    map.addSource(SOURCE, { type: 'geojson', data: NOTHING, promoteId: 'id' });
    const rounded = { 'line-cap': 'round', 'line-join': 'round' } as const;
    map.addLayer({
      id: LIT,
      type: 'line',
      source: SOURCE,
      filter: ['==', ['get', 'id'], ''],
      layout: rounded,
      paint: { 'line-color': palette.track, 'line-width': widthOf(2.2), 'line-opacity': 0.55 },
    });
    map.addLayer({
      id: LINES,
      type: 'line',
      source: SOURCE,
      layout: rounded,
      paint: {
        // Cool and slow to warm and fast; grey where nobody states a limit.
        'line-color': [
          'case',
          ['<', ['get', 'limit'], 0],
          palette.roadUnknown,
          [
            'interpolate',
            ['linear'],
            ['get', 'limit'],
            30,
            palette.roadSlow,
            60,
            palette.roadMiddling,
            120,
            palette.roadFast,
          ],
        ],
        'line-width': widthOf(1),
        'line-opacity': ['interpolate', ['linear'], ['zoom'], ROADS_FROM_ZOOM, 0.55, 15, 0.85],
      },
    });
    map.addLayer({
      id: 'road-signs',
      type: 'symbol',
      source: SOURCE,
      minzoom: SIGNS_FROM_ZOOM,
      filter: ['has', 'sign'],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': SIGN_SPACING,
        'icon-image': ['get', 'sign'],
        'icon-size': 0.5,
        'icon-rotation-alignment': 'viewport',
        'icon-padding': 4,
      },
    });
    map.setMissingStyleImageResolver((name) => {
      const sign = speedSign(name);
      if (sign) map.addImage(name, sign);
    });
    roads.onChange(() => this.#show());
  }

  /** The road at a point of the screen. */
  at({ x, y }: { x: number; y: number }): RoadFeature | null {
    if (this.#shown.length === 0) return null;
    const around: [[number, number], [number, number]] = [
      [x - REACH, y - REACH],
      [x + REACH, y + REACH],
    ];
    const [hit] = this.#map.queryRenderedFeatures(around, { layers: [LINES] });
    return this.#shown.find(({ id }) => id === hit?.properties.id) ?? null;
  }

  light(id: string | null): void {
    this.#map.setFilter(LIT, ['==', ['get', 'id'], id ?? '']);
  }

  #show(): void {
    if (this.#roads.list === this.#shown) return;
    this.#shown = this.#roads.list;
    const features = this.#shown.map(({ id, geometry, properties }) => {
      const stated = limitOf(properties);
      return {
        type: 'Feature' as const,
        geometry,
        properties: {
          id,
          highway: properties.highway ?? '',
          limit: stated === undefined ? -1 : stated === 'none' ? 120 : stated,
          ...(stated !== undefined && { sign: signName(stated) }),
        },
      };
    });
    this.#map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: 'FeatureCollection', features });
  }
}

/** Of cars, either way; the higher where the ways differ. */
function limitOf({ maxspeed, ...tags }: RoadFeature['properties']): number | 'none' | undefined {
  if (maxspeed !== undefined) return maxspeed;
  const ways = [tags['maxspeed:forward'], tags['maxspeed:backward']].filter((limit) => limit !== undefined);
  if (ways.length === 0) return undefined;
  return ways.includes('none') ? 'none' : Math.max(...(ways as number[]));
}

/** Pixels, by class and zoom. */
function widthOf(factor: number): ExpressionSpecification {
  const byClass = (widest: number): ExpressionSpecification => [
    'match',
    ['get', 'highway'],
    WIDE,
    widest * factor,
    MIDDLING,
    widest * 0.65 * factor,
    widest * 0.4 * factor,
  ];
  return ['interpolate', ['linear'], ['zoom'], ROADS_FROM_ZOOM, byClass(1.8), 18, byClass(11)];
}
