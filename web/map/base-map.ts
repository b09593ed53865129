import type { StyleSpecification } from 'maplibre-gl';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import landUrl from 'world-atlas/land-50m.json?url';
import type { Palette } from './palette.js';

/** Layer above which everything of ours lies. */
export const TOP_OF_BASE = 'graticule';
export const GRATICULE_SOURCE = 'graticule';

/**
 * The ground that everything lies on: land and sea (Natural Earth, 1:50 million, no borders) and the graticule. It is
 * part of the page, so there is a map where there is no internet.
 *
 * An operator's own ground (raster tiles, GeoJSON of roads) joins here: its source beside `land`, its layers between
 * the coast and the graticule.
 */
export async function baseStyle(palette: Palette): Promise<StyleSpecification> {
  return {
    version: 8,
    sources: {
      land: { type: 'geojson', data: await readLand(), tolerance: 0.3 },
      [GRATICULE_SOURCE]: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': palette.sea } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': palette.land } },
      { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': palette.coast, 'line-width': 0.8 } },
      {
        id: TOP_OF_BASE,
        type: 'line',
        source: GRATICULE_SOURCE,
        paint: { 'line-color': palette.graticule, 'line-width': 1 },
      },
    ],
  };
}

async function readLand(): Promise<GeoJSON.FeatureCollection> {
  const answer = await fetch(landUrl);
  if (!answer.ok) throw new Error(`land: HTTP ${answer.status}`);
  const topology = (await answer.json()) as Topology<{ land: GeometryCollection }>;
  return feature(topology, topology.objects.land);
}
