import type { App } from '../app.js';
import type { Bbox } from '../parameters.js';
import { VehicleFilter } from '../vehicle-filter.js';
import { Delta } from './delta.js';
import { cellDegFor, cellsInView, type DensityGrid, densityGrid } from './density.js';
import { contains, overlap, tileOf } from './grid.js';
import { Shown } from './shown.js';
import type { View } from './view.js';

/** A view that shows densities goes back to vehicles only well below the limit, so that it does not flicker. */
const BACK_TO_VEHICLES = 0.9;

/** What happened in one tile since the last tick. */
interface TileChanges {
  tile: number;
  /** Vehicles that are in it now and changed. */
  here: number[];
  /** Those of them that were not in it at the last tick. */
  came: number[];
  /** Vehicles that were in it at the last tick and are not any more. */
  left: number[];
  /** Items of `here`, joined, once somebody has asked. */
  encoded: Buffer | null;
}

/**
 * Live positions. Changes are collected by vehicle, so that only the newest counts; once a tick they are grouped by
 * tile, each tile is encoded once, and every view takes the tiles it holds whole and picks from those at its edge.
 */
export class PositionsHub {
  readonly #views = new Set<View>();
  readonly #shown = new Shown();
  readonly #changed = new Set<number>();
  /** Vehicles of which the registry says something new, with the id of those that were deleted. */
  readonly #relisted = new Map<number, string | undefined>();
  readonly #everyone: VehicleFilter;
  /** Grids of this tick by cell size, for views without a filter. */
  readonly #grids = new Map<number, DensityGrid>();
  /** One instant for everything that is told together, so that nobody is online for one part and silent for another. */
  #now = 0;

  constructor(readonly app: App) {
    this.#everyone = new VehicleFilter({}, app.deps.catalog);
  }

  get views(): number {
    return this.#views.size;
  }

  /** The row of vehicle `no` in the fleet changed. */
  changed(no: number): void {
    this.#changed.add(no);
  }

  registryChanged(no: number, goneId: string | undefined): void {
    this.#changed.add(no);
    this.#relisted.set(no, goneId);
  }

  /** Adds the view and sends its snapshot. */
  add(view: View): void {
    // Nobody was looking: what is shown has not been followed.
    if (this.#views.size === 0) {
      this.#now = this.app.now();
      this.#grids.clear();
      this.#follow(this.#everyVehicle());
      this.#forgetChanges();
    }
    this.#views.add(view);
    this.refresh(view);
  }

  remove(view: View): void {
    this.#views.delete(view);
  }

  /** The map moved: sends what entered the view and what left it. */
  move(view: View, bbox: Bbox): void {
    const before = view.bbox;
    view.bbox = bbox;
    if (view.stale || view.mode === 'density' || !view.port.ready()) return this.refresh(view);
    const delta = new Delta(this.app, this.#now);
    let count = 0;
    for (let no = 1; no < this.#shown.capacity; no++) {
      const was = this.#shown.in(no, before, view.filter);
      const is = this.#shown.in(no, bbox, view.filter);
      if (is && ++count > this.app.options.maxVehiclesInView) return this.refresh(view);
      if (is && !was) delta.add(no);
      if (was && !is) delta.gone(no, undefined);
    }
    view.count = count;
    this.#deliver(view, delta);
  }

  /** Tells every view what changed since the last tick. */
  tick(): void {
    this.#grids.clear();
    if (this.#views.size === 0) {
      // `add` follows everything anew; nothing has to be remembered until then.
      return this.#forgetChanges();
    }
    this.#now = this.app.now();
    this.#shown.fit(this.app.deps.fleet);
    this.#collectSilent();
    const quiet = this.#changed.size === 0;
    const tiles = this.#group();
    const late: View[] = [];
    for (const view of this.#views) {
      if (!view.port.ready()) view.stale = true;
      else if (view.stale || view.mode === 'density') late.push(view);
      else if (!quiet && !this.#sendChanges(view, tiles)) late.push(view);
    }
    this.#follow(this.#changed);
    // Snapshots and densities speak of what is shown now, which includes this tick.
    for (const view of late) if (view.stale || !quiet) this.refresh(view);
    this.#forgetChanges();
  }

  #forgetChanges(): void {
    this.#changed.clear();
    this.#relisted.clear();
  }

  /** Vehicles that went silent since the last tick changed, although nothing came from them. */
  #collectSilent(): void {
    const { vehicles } = this.app;
    for (let no = 1; no < this.#shown.capacity; no++) {
      if (this.#shown.online[no] === 1 && !vehicles.online(no, this.#now)) this.#changed.add(no);
    }
  }

  #group(): Map<number, TileChanges> {
    const tiles = new Map<number, TileChanges>();
    const at = (tile: number) => {
      let group = tiles.get(tile);
      if (!group) tiles.set(tile, (group = { tile, here: [], came: [], left: [], encoded: null }));
      return group;
    };
    for (const no of this.#changed) {
      const { lon, lat } = this.#place(no);
      const now = tileOf(lon, lat);
      const before = no < this.#shown.capacity ? tileOf(this.#shown.lon[no], this.#shown.lat[no]) : -1;
      if (now >= 0) at(now).here.push(no);
      if (now >= 0 && now !== before) at(now).came.push(no);
      if (before >= 0 && now !== before) at(before).left.push(no);
    }
    return tiles;
  }

  /** Where vehicle `no` is now; NaN where it has no fix or is not in the registry. */
  #place(no: number): { lon: number; lat: number } {
    const { fleet, catalog } = this.app.deps;
    if (!fleet.hasFix(no) || !catalog.vehicles.has(no)) return { lon: NaN, lat: NaN };
    return { lon: fleet.lon[no], lat: fleet.lat[no] };
  }

  /** False where a delta cannot say it: the view is stale and wants a refresh once the tick is over. */
  #sendChanges(view: View, tiles: Map<number, TileChanges>): boolean {
    const delta = new Delta(this.app, this.#now);
    const { bbox, filter } = view;
    const narrowed = !filter.anyVehicle || filter.online !== undefined;
    for (const changes of tiles.values()) {
      const part = overlap(changes.tile, bbox);
      if (part === 'none') continue;
      if (!filter.anyVehicle && this.#relisted.size > 0 && this.#touchesRelisted(changes)) {
        // Whether the filter wanted a vehicle before the registry changed is not known any more.
        view.stale = true;
        return false;
      }
      if (part === 'whole' && !narrowed) {
        if (changes.here.length > 0) delta.addTile(this.#encoded(changes));
        for (const no of changes.came) if (!this.#shown.in(no, bbox, filter)) view.count++;
      } else {
        for (const no of changes.here) this.#sendOne(view, delta, no, changes.tile);
      }
      for (const no of changes.left) {
        if (!this.#shown.in(no, bbox, filter) || this.#inNow(no, view)) continue;
        delta.gone(no, this.#relisted.get(no));
        view.count--;
      }
    }
    if (view.count > this.app.options.maxVehiclesInView) view.stale = true;
    else this.#deliver(view, delta);
    return !view.stale;
  }

  #sendOne(view: View, delta: Delta, no: number, tile: number): void {
    const was = this.#shown.in(no, view.bbox, view.filter);
    const is = this.#inNow(no, view);
    if (is) delta.add(no);
    if (is && !was) view.count++;
    // A vehicle that changed tiles is said to be gone by the tile that it left.
    if (was && !is && tileOf(this.#shown.lon[no], this.#shown.lat[no]) === tile) {
      delta.gone(no, this.#relisted.get(no));
      view.count--;
    }
  }

  #inNow(no: number, { bbox, filter }: View): boolean {
    const { lon, lat } = this.#place(no);
    return contains(bbox, lon, lat) && filter.matches(no, this.app.vehicles.online(no, this.#now));
  }

  #touchesRelisted({ here, left }: TileChanges): boolean {
    return here.some((no) => this.#relisted.has(no)) || left.some((no) => this.#relisted.has(no));
  }

  #encoded(changes: TileChanges): Buffer {
    if (!changes.encoded) {
      const tile = new Delta(this.app, this.#now);
      for (const no of changes.here) tile.add(no);
      changes.encoded = tile.items();
    }
    return changes.encoded;
  }

  /** Brings what is shown to where these vehicles are now. */
  #follow(vehicleNos: Iterable<number>): void {
    const { vehicles } = this.app;
    this.#shown.fit(this.app.deps.fleet);
    for (const no of vehicleNos) {
      if (no >= this.#shown.capacity) continue;
      const { lon, lat } = this.#place(no);
      this.#shown.put(no, lon, lat, !Number.isNaN(lon) && vehicles.online(no, this.#now));
    }
  }

  *#everyVehicle(): Iterable<number> {
    for (let no = 1; no < this.app.deps.fleet.capacity; no++) yield no;
  }

  /** Gives the view all that is in it: vehicles, or densities where they are too many. */
  refresh(view: View): void {
    if (!view.port.ready()) {
      view.stale = true;
      return;
    }
    const most = this.app.options.maxVehiclesInView;
    if (view.mode === 'density') {
      const cells = cellsInView(this.#grid(view), view.bbox);
      if (cells.count > most * BACK_TO_VEHICLES) return this.#sendCells(view, cells);
    }
    const delta = new Delta(this.app, this.#now);
    let count = 0;
    for (let no = 1; no < this.#shown.capacity; no++) {
      if (!this.#shown.in(no, view.bbox, view.filter)) continue;
      if (++count > most) return this.#sendCells(view, cellsInView(this.#grid(view), view.bbox));
      delta.add(no);
    }
    view.mode = 'positions';
    view.count = count;
    view.stale = !view.port.send(delta.message(view, true));
  }

  #sendCells(view: View, cells: { json: string; count: number }): void {
    view.mode = 'density';
    view.count = cells.count;
    view.stale = !view.port.send(
      Buffer.from(`{"type":"density","id":${JSON.stringify(view.id)},"cells":${cells.json}}`),
    );
  }

  #grid(view: View): DensityGrid {
    const { fleet } = this.app.deps;
    const cellDeg = cellDegFor(view.bbox);
    if (!view.filter.anyVehicle || view.filter.online !== undefined) {
      return densityGrid(cellDeg, this.#shown, fleet, view.filter);
    }
    let grid = this.#grids.get(cellDeg);
    if (!grid) this.#grids.set(cellDeg, (grid = densityGrid(cellDeg, this.#shown, fleet, this.#everyone)));
    return grid;
  }

  #deliver(view: View, delta: Delta): void {
    if (!delta.empty) view.stale = !view.port.send(delta.message(view, false));
  }
}
