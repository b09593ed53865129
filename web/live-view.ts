import type { Stream, VehicleTable } from '../client/index.js';
import type { AlertBook } from './alert-book.js';
import type { Bbox } from './api-types.js';
import type { Fences } from './fences.js';
import { fleetBox } from './fleet-box.js';
import type { LiveVehicles } from './live-vehicles.js';
import type { LiveMap } from './map/live-map.js';
import type { Roads } from './roads/roads.js';

const WORLD: Bbox = [-180, -85, 180, 85];

/** Where what the server says goes. */
export interface LiveParts {
  vehicles: LiveVehicles;
  alerts: AlertBook;
  fences: Fences;
  roads: Roads;
}

/** What the server is asked for: vehicles and roads of the map's view, alerts from where the page left off. */
export class LiveView {
  /** null before it is there, and where the browser gives none. */
  map: LiveMap | null = null;
  readonly #stream: Stream;
  readonly #parts: LiveParts;
  #vehicles: VehicleTable | null = null;
  /** Goes to the vehicles once, where the address does not name a place. */
  #placeChosen: boolean;

  constructor(stream: Stream, parts: LiveParts, placeChosen: boolean) {
    this.#stream = stream;
    this.#parts = parts;
    this.#placeChosen = placeChosen;
  }

  /** Asks for everything, again with another key. */
  connect(): void {
    if (!this.#vehicles) this.#subscribe();
    this.#stream.reconnect();
    void this.#parts.fences.refresh();
    void this.#parts.roads.refresh();
    this.#askForRoads();
  }

  /** The map came to rest on another view. */
  changed(): void {
    if (this.map) this.#vehicles?.update({ bbox: this.map.bbox() });
    this.#askForRoads();
  }

  #askForRoads(): void {
    if (this.map) this.#parts.roads.view(this.map.bbox(), this.map.zoom);
  }

  #subscribe(): void {
    const { vehicles, alerts, fences } = this.#parts;
    // Without a place of its own the page first asks for the whole world, and then goes to where the vehicles are.
    const bbox = this.#placeChosen && this.map ? this.map.bbox() : WORLD;
    const view = this.#stream.vehicles({ bbox }, (change) => {
      vehicles.update(change, view.cells);
      this.#goToFleet();
    });
    this.#vehicles = view;
    const steps = this.#stream.alerts(
      { cursor: alerts.cursor },
      {
        alert: ({ alert, cursor }) => {
          alerts.streamed(alert, cursor);
          if (alert.fenceId !== null && !fences.byId.has(alert.fenceId)) void fences.refresh();
        },
        gap: () => alerts.missed(),
        subscribed: () => alerts.subscribed(steps.cursor),
      },
    );
  }

  #goToFleet(): void {
    if (this.#placeChosen || !this.map) return;
    const { vehicles } = this.#parts;
    const places = [
      ...vehicles.list.map(({ position }) => ({ lon: position.lon!, lat: position.lat! })),
      ...vehicles.cells,
    ];
    const box = fleetBox(places);
    if (!box) return;
    this.#placeChosen = true;
    this.map.fit(box);
  }
}
