import type { ApiClient } from '../api-client.js';
import type { Page, VehicleJson } from '../api-types.js';
import { atMostEvery, debounce, el, keyedRows } from '../dom.js';
import type { LiveVehicle, LiveVehicles } from '../live-vehicles.js';
import { number, onLanguage, t } from '../text/language.js';
import { VEHICLE_STATES, type VehicleState, vehicleState } from '../vehicle-state.js';
import { stateMark } from './state-mark.js';

const MOST_ROWS = 200;
const FOUND_LIMIT = 50;
const SHORTEST_ID = 6;

interface Row {
  id: string;
  plate: string | null;
  state: VehicleState;
  speed: number | null;
}

/** Vehicles of the view, those that need attention first; or those that a search finds anywhere. */
export class VehicleList {
  readonly element: HTMLElement;
  readonly #search = el('input', 'field search');
  readonly #summary = el('p', 'list-summary');
  readonly #rows = el('ul', 'rows');
  readonly #api: ApiClient;
  readonly #vehicles: LiveVehicles;
  readonly #pick: (id: string) => void;
  #found: Row[] | null = null;
  #asked = 0;

  constructor(api: ApiClient, vehicles: LiveVehicles, pick: (id: string) => void) {
    this.#api = api;
    this.#vehicles = vehicles;
    this.#pick = pick;
    this.#search.type = 'search';
    this.#search.autocomplete = 'off';
    this.element = el('section', 'vehicle-list', this.#search, this.#summary, this.#rows);
    const ask = debounce(200, () => void this.#find());
    this.#search.addEventListener('input', ask);
    this.#search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && this.#found?.[0]) this.#pick(this.#found[0].id);
    });
    const draw = atMostEvery(1000, () => this.#draw());
    vehicles.onChange(draw);
    onLanguage(() => this.#draw());
    this.#draw();
  }

  async #find(): Promise<void> {
    const query = this.#search.value.trim();
    const question = ++this.#asked;
    if (query === '') {
      this.#found = null;
      return this.#draw();
    }
    const found = new Map<string, Row>();
    for (const vehicle of await this.#ask(query)) found.set(vehicle.id, rowOf(vehicle));
    if (question !== this.#asked) return; // another letter was typed meanwhile
    const part = query.toLowerCase();
    for (const vehicle of this.#vehicles.list) {
      if (found.size >= FOUND_LIMIT) break;
      const { vehicleId } = vehicle.position;
      if (vehicleId.toLowerCase().includes(part)) found.set(vehicleId, liveRow(vehicle));
    }
    this.#found = [...found.values()];
    this.#draw();
  }

  /** Vehicles anywhere with this in their plate, or else the one with this id. */
  async #ask(query: string): Promise<VehicleJson[]> {
    const nothing = () => [];
    const byPlate = await this.#api
      .get<Page<VehicleJson>>('/v1/vehicles', { plate: query, limit: FOUND_LIMIT })
      .then(({ items }) => items, nothing);
    // Short pieces of a number are no ids, and those in view are found without asking.
    if (byPlate.length > 0 || query.length < SHORTEST_ID || this.#vehicles.byId.has(query)) return byPlate;
    return this.#api.get<VehicleJson>(`/v1/vehicles/${encodeURIComponent(query)}`).then((found) => [found], nothing);
  }

  #draw(): void {
    this.#search.placeholder = t('search-hint');
    this.#search.ariaLabel = t('search-hint');
    const rows = this.#found ?? this.#inView();
    keyedRows(
      this.#rows,
      rows,
      (row) => row.id,
      (row) => this.#createRow(row),
      updateRow,
    );
    this.#summary.textContent = this.#summaryText(rows.length);
  }

  #inView(): Row[] {
    const byState = VEHICLE_STATES.map((): LiveVehicle[] => []);
    for (const vehicle of this.#vehicles.list) byState[VEHICLE_STATES.indexOf(vehicle.state)].push(vehicle);
    const rows: Row[] = [];
    for (const group of byState.reverse()) {
      if (rows.length >= MOST_ROWS) break;
      rows.push(
        ...group
          .map(liveRow)
          .sort(byName)
          .slice(0, MOST_ROWS - rows.length),
      );
    }
    return rows;
  }

  #summaryText(shown: number): string {
    if (this.#found) {
      return shown > 0
        ? t('found', { count: number(shown) })
        : t('nothing-found', { query: this.#search.value.trim() });
    }
    if (!this.#vehicles.told) return t('loading');
    const count = number(this.#vehicles.inView());
    if (this.#vehicles.cells.length > 0) return t('in-view-density', { count });
    return shown > 0 ? t('in-view', { count }) : t('nothing-in-view');
  }

  #createRow({ id }: Row): HTMLElement {
    const open = el('button', 'row', el('span', 'row-mark'), el('span', 'row-name'), el('span', 'row-value'));
    open.type = 'button';
    open.addEventListener('click', () => this.#pick(id));
    return el('li', '', open);
  }
}

function updateRow(item: HTMLElement, row: Row): void {
  const [mark, name, value] = item.firstElementChild!.children as Iterable<Element> as unknown as HTMLElement[];
  if (item.dataset.state !== row.state) {
    item.dataset.state = row.state;
    mark.replaceChildren(stateMark(row.state));
  }
  const title = row.plate ?? row.id;
  if (name.textContent !== title) name.textContent = title;
  const speed = row.state === 'stale' || row.speed === null ? '' : `${number(row.speed)} km/h`;
  if (value.textContent !== speed) value.textContent = speed;
}

function liveRow({ position, state }: LiveVehicle): Row {
  return { id: position.vehicleId, plate: position.plate, state, speed: position.speed };
}

function rowOf({ id, plate, online, position }: VehicleJson): Row {
  const state = position ? vehicleState({ ...position, online }, false, Date.now()) : 'stale';
  return { id, plate, state, speed: position?.speed ?? null };
}

function byName(a: Row, b: Row): number {
  const left = a.plate ?? a.id;
  const right = b.plate ?? b.id;
  return left < right ? -1 : left > right ? 1 : 0;
}
