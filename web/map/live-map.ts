import { Map as MapLibre, Marker, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { Alert } from '../../model/alert.js';
import type { Bbox } from '../api-types.js';
import { debounce, el } from '../dom.js';
import { evidenceFixes } from '../evidence-fixes.js';
import type { Fences, ShownFence } from '../fences.js';
import type { LiveVehicle, LiveVehicles } from '../live-vehicles.js';
import type { RoadFeature } from '../roads/road-types.js';
import type { Roads } from '../roads/roads.js';
import { baseStyle } from './base-map.js';
import { DensityLayer } from './density-layer.js';
import { DrawTool } from './draw-tool.js';
import { FenceLayers } from './fence-layers.js';
import { Graticule } from './graticule.js';
import { MAX_LAT } from './mercator.js';
import { readPalette } from './palette.js';
import { RoadLayer } from './road-layer.js';
import { TrackLayer } from './track-layer.js';
import { TrailLayer } from './trail-layer.js';
import { VehicleLayer } from './vehicle-layer.js';

setWorkerUrl(workerUrl);

/** China, while nothing says where the vehicles are. */
const FIRST_VIEW: Bbox = [73, 17, 135, 54];
const FLY_ZOOM = 14;
const FLY_MS = 900;
/** The stream is asked for a little more than is seen, so that a short pan shows no empty edge. */
const MARGIN = 0.1;

export interface LiveMapHandlers {
  /** The map came to rest on another view. */
  viewChanged(): void;
  vehiclePicked(id: string): void;
  /** A click met no vehicle: the road below it, or null. */
  roadPicked(road: RoadFeature | null): void;
  pointed(lon: number, lat: number): void;
}

/** What is drawn of what the server says. */
export interface MapData {
  vehicles: LiveVehicles;
  fences: Fences;
  roads: Roads;
}

/** The map with everything that is drawn on it. */
export class LiveMap {
  readonly #map: MapLibre;
  readonly #vehicles: VehicleLayer;
  readonly #fences: FenceLayers;
  readonly track: TrackLayer;
  readonly draw: DrawTool;
  readonly #roads: RoadLayer;
  readonly #name = new Marker({ element: el('div', 'vehicle-label'), anchor: 'left', offset: [16, 0] });
  readonly #hover = el('div', 'hover-card');
  #alertMarkers: Marker[] = [];
  #selected: string | null = null;

  private constructor(map: MapLibre, { vehicles, fences, roads }: MapData, handlers: LiveMapHandlers) {
    this.#map = map;
    const palette = readPalette();
    new Graticule(map);
    this.#roads = new RoadLayer(map, roads, palette);
    this.#fences = new FenceLayers(map, fences, palette);
    new DensityLayer(map, vehicles, palette);
    const trails = new TrailLayer(palette);
    vehicles.follow(trails);
    map.addLayer(trails);
    this.track = new TrackLayer(map, palette);
    this.#vehicles = new VehicleLayer(vehicles, palette);
    map.addLayer(this.#vehicles);
    this.draw = new DrawTool(map, palette);
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left');
    this.#hover.hidden = true;
    map.getContainer().append(this.#hover);

    map.on(
      'moveend',
      debounce(150, () => handlers.viewChanged()),
    );
    map.on('render', () => this.#placeName());
    map.on('click', ({ lngLat, point }) => {
      if (this.draw.active) return;
      const vehicle = this.#vehicles.at(lngLat.lng, lngLat.lat);
      if (vehicle) return handlers.vehiclePicked(vehicle.position.vehicleId);
      const road = this.#roads.at(point);
      this.showRoad(road);
      handlers.roadPicked(road);
    });
    map.on('mousemove', ({ lngLat, point }) => {
      handlers.pointed(lngLat.lng, lngLat.lat);
      if (this.draw.drawing) return this.#point(point, null, null);
      this.#point(point, this.#vehicles.at(lngLat.lng, lngLat.lat), this.#fences.at(point));
    });
    map.on('mouseout', () => this.#point({ x: 0, y: 0 }, null, null));
  }

  /** Throws where the browser gives no WebGL 2. */
  static async create(container: HTMLElement, data: MapData, handlers: LiveMapHandlers): Promise<LiveMap> {
    const map = new MapLibre({
      container,
      style: await baseStyle(readPalette()),
      bounds: FIRST_VIEW,
      hash: 'map',
      minZoom: 1,
      maxZoom: 18.5,
      renderWorldCopies: false,
      attributionControl: false,
      canvasContextAttributes: { antialias: true },
      // North stays up: headings are read off the arrows.
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    await map.once('load');
    return new LiveMap(map, data, handlers);
  }

  /** Vehicles drawn one by one in the last frame. */
  get drawn(): number {
    return this.#vehicles.drawn;
  }

  get zoom(): number {
    return this.#map.getZoom();
  }

  /** The view with a margin, within the bounds that the stream takes. */
  bbox(): Bbox {
    const view = this.#map.getBounds();
    const dx = (view.getEast() - view.getWest()) * MARGIN;
    const dy = (view.getNorth() - view.getSouth()) * MARGIN;
    return [
      Math.max(-180, view.getWest() - dx),
      Math.max(-MAX_LAT, view.getSouth() - dy),
      Math.min(180, view.getEast() + dx),
      Math.min(MAX_LAT, view.getNorth() + dy),
    ];
  }

  fit(box: Bbox, maxZoom = FLY_ZOOM): void {
    this.#map.fitBounds(box, { padding: 60, maxZoom, duration: FLY_MS });
  }

  flyTo(lon: number, lat: number): void {
    this.#map.flyTo({ center: [lon, lat], zoom: Math.max(FLY_ZOOM, this.#map.getZoom()), duration: FLY_MS });
  }

  /** Rings the vehicle and writes `name` beside it. */
  select(vehicleId: string | null, name = ''): void {
    this.#selected = vehicleId;
    this.#name.getElement().textContent = name;
    this.#vehicles.select(vehicleId);
    this.#placeName();
  }

  showRoad(road: RoadFeature | null): void {
    this.#roads.light(road?.id ?? null);
  }

  hideFence(id: string | null): void {
    this.#fences.hide(id);
  }

  pointFence(id: string | null): void {
    this.#fences.point(id);
  }

  /** Marks where an alert happened, which is seldom where the vehicle is by now, the fixes that decided it, and its fence. */
  markAlert(alert: Alert | null): void {
    for (const marker of this.#alertMarkers) marker.remove();
    this.#alertMarkers = [];
    this.#fences.pin(alert?.fenceId ?? null);
    if (!alert || alert.position.lon === null || alert.position.lat === null) return;
    const place = el('div', `alert-place ${alert.severity}`);
    this.#mark(place, alert.position.lon, alert.position.lat);
    for (const { role, lon, lat } of evidenceFixes(alert.evidence)) {
      const fix = el('div', 'evidence-fix');
      fix.title = role;
      this.#mark(fix, lon, lat);
    }
  }

  #mark(element: HTMLElement, lon: number, lat: number): void {
    this.#alertMarkers.push(new Marker({ element }).setLngLat([lon, lat]).addTo(this.#map));
  }

  #placeName(): void {
    const place = this.#selected === null ? null : this.#vehicles.placeOf(this.#selected);
    if (place) this.#name.setLngLat(place).addTo(this.#map);
    else this.#name.remove();
  }

  #point({ x, y }: { x: number; y: number }, vehicle: LiveVehicle | null, fence: ShownFence | null): void {
    this.#map.getCanvas().style.cursor = vehicle ? 'pointer' : '';
    this.#fences.point(fence?.feature.id ?? null);
    const text = vehicle ? (vehicle.position.plate ?? vehicle.position.vehicleId) : fence?.feature.properties.name;
    this.#hover.hidden = !text;
    this.#hover.textContent = text ?? '';
    this.#hover.style.transform = `translate(${x + 14}px, ${y + 14}px)`;
  }
}
