import { type ExpressionSpecification, type GeoJSONSource, type Map as MapLibre, Marker } from 'maplibre-gl';
import { el } from '../dom.js';
import type { Fences, ShownFence } from '../fences.js';
import type { Palette } from './palette.js';

const SOURCE = 'fences';
const FILL = 'fence-fill';
/** A fence says its name where it is at least so wide … */
const LABEL_PIXELS = 70;
/** … and no more than so many do, the largest first. */
const MOST_LABELS = 40;

/** Fences as areas with their names. */
export class FenceLayers {
  readonly #map: MapLibre;
  readonly #fences: Fences;
  readonly #labels = new Map<string, Marker>();
  /** Under the pointer, here or in the list. */
  #pointed: string | null = null;
  /** Of the alert that is being looked at. */
  #pinned: string | null = null;
  /** Being changed, and so drawn otherwise. */
  #hidden: string | null = null;

  constructor(map: MapLibre, fences: Fences, palette: Palette) {
    this.#map = map;
    this.#fences = fences;
    map.addSource(SOURCE, { type: 'geojson', data: this.#collection(), promoteId: 'id', tolerance: 0.05 });
    const highlighted: ExpressionSpecification = ['boolean', ['feature-state', 'highlighted'], false];
    map.addLayer({
      id: FILL,
      type: 'fill',
      source: SOURCE,
      paint: { 'fill-color': palette.fence, 'fill-opacity': ['case', highlighted, 0.22, 0.08] },
    });
    map.addLayer({
      id: 'fence-outline',
      type: 'line',
      source: SOURCE,
      paint: {
        'line-color': palette.fence,
        'line-width': ['case', highlighted, 2.4, 1.3],
        'line-opacity': ['case', highlighted, 1, 0.8],
      },
    });
    fences.onChange(() => this.#show());
    map.on('moveend', () => this.#placeLabels());
    this.#placeLabels();
  }

  /** The fence under the pointer; the smallest where they overlap. */
  at(point: { x: number; y: number }): ShownFence | null {
    const hits = this.#map
      .queryRenderedFeatures([point.x, point.y], { layers: [FILL] })
      .flatMap((hit) => this.#fences.byId.get(String(hit.properties.id)) ?? []);
    return hits.reduce<ShownFence | null>(
      (smallest, fence) => (smallest === null || boxSize(fence) < boxSize(smallest) ? fence : smallest),
      null,
    );
  }

  /** The fence that is being changed; null: none is. */
  hide(id: string | null): void {
    this.#hidden = id;
    this.#show();
  }

  point(id: string | null): void {
    if (id === this.#pointed) return;
    const before = this.#pointed;
    this.#pointed = id;
    this.#showHighlight(before);
    this.#showHighlight(id);
  }

  pin(id: string | null): void {
    const before = this.#pinned;
    this.#pinned = id;
    this.#showHighlight(before);
    this.#showHighlight(id);
  }

  #showHighlight(id: string | null): void {
    if (id === null) return;
    const highlighted = id === this.#pointed || id === this.#pinned;
    this.#map.setFeatureState({ source: SOURCE, id }, { highlighted });
    this.#labels.get(id)?.getElement().classList.toggle('highlighted', highlighted);
  }

  #show(): void {
    this.#map.getSource<GeoJSONSource>(SOURCE)?.setData(this.#collection());
    this.#placeLabels();
  }

  #collection(): GeoJSON.FeatureCollection {
    return {
      type: 'FeatureCollection',
      features: this.#drawn().map(({ feature, shape }) => ({
        type: 'Feature',
        properties: { id: feature.id },
        geometry: shape.area,
      })),
    };
  }

  #drawn(): ShownFence[] {
    return [...this.#fences.byId.values()].filter(({ feature }) => feature.id !== this.#hidden);
  }

  #placeLabels(): void {
    const view = this.#map.getBounds();
    const pixelsPerDegree = (512 * 2 ** this.#map.getZoom()) / 360;
    const shown = this.#drawn()
      .filter(({ shape }) => (shape.box[2] - shape.box[0]) * pixelsPerDegree > LABEL_PIXELS)
      .filter(({ shape }) => view.contains(shape.label))
      .sort((a, b) => boxSize(b) - boxSize(a))
      .slice(0, MOST_LABELS);
    const wanted = new Set(shown.map(({ feature }) => feature.id));
    for (const [id, label] of this.#labels) {
      if (wanted.has(id)) continue;
      label.remove();
      this.#labels.delete(id);
    }
    for (const { feature, shape } of shown) {
      const label = this.#labels.get(feature.id);
      if (label) {
        label.setLngLat(shape.label);
        label.getElement().textContent = feature.properties.name;
      } else {
        const element = el('div', 'fence-label', feature.properties.name);
        this.#labels.set(feature.id, new Marker({ element }).setLngLat(shape.label).addTo(this.#map));
      }
    }
  }
}

function boxSize({ shape: { box } }: ShownFence): number {
  return (box[2] - box[0]) * (box[3] - box[1]);
}
