import type { GeoJSONSource, Map as MapLibre, Marker } from 'maplibre-gl';
import { cornersOf, type DrawKind, draftOf, type FenceDraft, type Place, type Sketch, sketchOf } from './draft.js';
import { drawHandle } from './draw-handle.js';
import { fenceShape } from './fence-shape.js';
import type { Palette } from './palette.js';

const SOURCE = 'draft';
/** A click so near to a place that ends the shape, in pixels, ends it. */
const NEAR = 8;
/** Shapes of more corners are redrawn, not changed corner by corner. */
const MOST_HANDLES = 200;
const NOTHING: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

/** A shape that is drawn on the map by clicks, and then changed by its corners. */
export class DrawTool {
  readonly #map: MapLibre;
  #sketch: Sketch | null = null;
  /** The last corner goes with the pointer until the shape is done. */
  #drawing = false;
  #pointer: Place | null = null;
  #handles: Marker[] = [];
  #changed: (draft: FenceDraft | null) => void = () => {};

  constructor(map: MapLibre, palette: Palette) {
    this.#map = map;
    map.addSource(SOURCE, { type: 'geojson', data: NOTHING });
    map.addLayer({
      id: 'draft-fill',
      type: 'fill',
      source: SOURCE,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': palette.draft, 'fill-opacity': 0.16 },
    });
    map.addLayer({
      id: 'draft-line',
      type: 'line',
      source: SOURCE,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.draft, 'line-width': 2 },
    });
    map.on('click', ({ lngLat }) => this.#drawing && this.#add([lngLat.lng, lngLat.lat]));
    map.on('mousemove', ({ lngLat }) => {
      if (!this.#drawing) return;
      this.#pointer = [lngLat.lng, lngLat.lat];
      this.#show();
    });
    document.addEventListener('keydown', (event) => this.#drawing && this.#key(event));
  }

  /** The map's clicks belong to it. */
  get active(): boolean {
    return this.#sketch !== null;
  }

  /** The shape is not done yet. */
  get drawing(): boolean {
    return this.#drawing;
  }

  /** Draws a new shape; `changed` hears of it whenever it has become another, null while it is none. */
  begin(kind: DrawKind, width: number, changed: (draft: FenceDraft | null) => void): void {
    this.end();
    this.#changed = changed;
    this.#sketch = { kind, places: [], holes: [], width };
    this.#setDrawing(true);
  }

  /** Lets a shape that there is be changed by its corners. */
  change(draft: FenceDraft, changed: (draft: FenceDraft) => void): void {
    this.end();
    this.#changed = (changedDraft) => changedDraft && changed(changedDraft);
    this.#sketch = sketchOf(draft);
    this.#show();
    this.#placeHandles();
  }

  /** Nothing is drawn any more. */
  end(): void {
    this.#setDrawing(false);
    this.#sketch = null;
    this.#changed = () => {};
    this.#show();
    this.#placeHandles();
  }

  #setDrawing(drawing: boolean): void {
    this.#drawing = drawing;
    this.#pointer = null;
    this.#map.getContainer().classList.toggle('drawing', drawing);
    if (drawing) this.#map.doubleClickZoom.disable();
    else this.#map.doubleClickZoom.enable();
  }

  #add(place: Place): void {
    const { kind, places } = this.#sketch!;
    const many = kind === 'area' || kind === 'corridor';
    const last = places.at(-1);
    // The second click of a double click falls on the place of the first one.
    if (many && last && this.#near(place, last)) return this.#finish();
    if (kind === 'area' && places.length > 2 && this.#near(place, places[0])) return this.#finish();
    if (!many && last && this.#near(place, last)) return;
    places.push(place);
    if (!many && places.length === 2) return this.#finish();
    this.#show();
  }

  #key(event: KeyboardEvent): void {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    const { places } = this.#sketch!;
    if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) this.#finish();
    else if (event.key === 'Backspace') places.pop();
    else if (event.key === 'Escape') places.length = 0;
    else return;
    event.preventDefault();
    this.#show();
  }

  #finish(): void {
    const sketch = this.#sketch!;
    if (draftOf(sketch) === null) return;
    if (sketch.kind === 'rectangle') {
      const [first, second] = sketch.places;
      this.#sketch = { ...sketch, kind: 'area', places: cornersOf(first, second) };
    }
    this.#setDrawing(false);
    this.#show();
    this.#placeHandles();
    this.#changed(draftOf(this.#sketch!));
  }

  #near(a: Place, b: Place): boolean {
    const [one, other] = [this.#map.project(a), this.#map.project(b)];
    return Math.hypot(one.x - other.x, one.y - other.y) < NEAR;
  }

  #show(): void {
    this.#map.getSource<GeoJSONSource>(SOURCE)?.setData({
      type: 'FeatureCollection',
      features: this.#shapes().map((geometry) => ({ type: 'Feature', properties: {}, geometry })),
    });
  }

  #shapes(): GeoJSON.Geometry[] {
    if (!this.#sketch) return [];
    const places = this.#pointer ? [...this.#sketch.places, this.#pointer] : this.#sketch.places;
    const draft = draftOf({ ...this.#sketch, places });
    if (!draft) return places.length > 1 ? [{ type: 'LineString', coordinates: places }] : [];
    const { geometry, ...properties } = draft;
    const { area } = fenceShape({
      type: 'Feature',
      id: '',
      geometry,
      properties: { name: '', rules: [], ...properties },
      revision: 0,
    });
    return geometry.type === 'LineString' ? [area, geometry] : [area];
  }

  #placeHandles(): void {
    for (const handle of this.#handles) handle.remove();
    this.#handles = [];
    const sketch = this.#sketch;
    if (!sketch || this.#drawing || sketch.places.length > MOST_HANDLES) return;
    const { kind, places } = sketch;
    for (const [i, place] of places.entries()) {
      this.#handles.push(
        drawHandle(this.#map, place, {
          moved: (to) => this.#move(i, to),
          removed: () => this.#remove(i),
        }),
      );
      const next = places[i + 1] ?? (kind === 'area' ? places[0] : undefined);
      if (kind === 'circle' || !next) continue;
      const between: Place = [(place[0] + next[0]) / 2, (place[1] + next[1]) / 2];
      this.#handles.push(drawHandle(this.#map, between, { added: () => this.#insert(i, between) }));
    }
  }

  #move(i: number, to: Place): void {
    const sketch = this.#sketch!;
    const { kind, places } = sketch;
    if (kind === 'circle' && i === 0) {
      const [dx, dy] = [to[0] - places[0][0], to[1] - places[0][1]];
      places[1] = [places[1][0] + dx, places[1][1] + dy];
      this.#handles[1].setLngLat(places[1]);
    }
    places[i] = to;
    this.#show();
    this.#changed(draftOf(sketch));
    this.#moveBetween();
  }

  /** Those between corners follow them. */
  #moveBetween(): void {
    const { kind, places } = this.#sketch!;
    if (kind === 'circle') return;
    for (const [i, place] of places.entries()) {
      const next = places[i + 1] ?? places[0];
      this.#handles[2 * i + 1]?.setLngLat([(place[0] + next[0]) / 2, (place[1] + next[1]) / 2]);
    }
  }

  #insert(i: number, place: Place): void {
    const { places, width } = this.#sketch!;
    places.splice(i + 1, 0, place);
    if (Array.isArray(width)) width.splice(i, 0, width[i]);
    this.#redrawn();
  }

  #remove(i: number): void {
    const sketch = this.#sketch!;
    const { places, width } = sketch;
    if (sketch.kind === 'circle' || draftOf({ ...sketch, places: places.slice(1) }) === null) return;
    places.splice(i, 1);
    if (Array.isArray(width)) width.splice(Math.max(0, i - 1), 1);
    this.#redrawn();
  }

  #redrawn(): void {
    this.#show();
    this.#placeHandles();
    this.#changed(draftOf(this.#sketch!));
  }
}
