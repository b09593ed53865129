import type { App } from '../app.js';
import { VehicleFilter } from '../vehicles/vehicle-filter.js';
import { Delta } from './delta.js';
import { cellDegFor, cellsInView, densityGrid } from './density.js';
import { type Cell, SharedMessage } from './encoding.js';
import { Encodings } from './encodings.js';
import { Shown } from './shown.js';
import { Silences } from './silences.js';
import { overlap, type Tile, TileTree } from './tiles.js';
import { Turns } from './turns.js';
import { Audience, type Sight, type View, type Views } from './view.js';

/** A view that shows densities goes back to vehicles only well below the limit, so that it does not flicker. */
const BACK_TO_VEHICLES = 0.9;
/** Snapshots of so many vehicles are kept until the next tick, for whoever comes with a sight that somebody had. */
const VEHICLES_KEPT = 100_000;

/** What changed since the last tick, while it is being told. */
interface Round {
  changed: ReadonlySet<number>;
  tiles: TileTree;
  /** Vehicles of which the registry says something new, with the id of those that were deleted. */
  relisted: ReadonlyMap<number, string | undefined>;
}

/**
 * Live positions. Changes are collected by vehicle, so that only the newest counts; once a tick they are grouped by
 * tile. Views of one sight are one audience: its message is put together once, of tiles that it holds whole, each written
 * once for all audiences, and of single vehicles at its edge.
 */
export class PositionsHub implements Views {
  readonly #audiences = new Map<string, Audience>();
  readonly #encodings: Encodings;
  readonly #shown = new Shown();
  readonly #silences = new Silences();
  #changed = new Set<number>();
  #relisted = new Map<number, string | undefined>();
  readonly #everyone: VehicleFilter;
  /** Grids of this tick by cell size, for views without a filter. */
  readonly #grids = new Map<number, readonly Cell[]>();
  readonly #snapshots = new Map<Audience, SharedMessage>();
  #vehiclesKept = 0;
  /** One instant for everything that is told together, so that nobody is online for one part and silent for another. */
  #now = 0;
  /** Some have been told of this tick, and some have not yet. */
  #underWay = false;

  constructor(readonly app: App) {
    const { vehicles, deps } = app;
    this.#encodings = new Encodings(vehicles, deps.fleet);
    this.#everyone = new VehicleFilter({}, deps.catalog);
  }

  /** Different sights among all views. */
  get audiences(): number {
    return this.#audiences.size;
  }

  /** The row of vehicle `no` in the fleet changed. */
  changed(no: number): void {
    this.#changed.add(no);
  }

  registryChanged(no: number, goneId: string | undefined): void {
    this.#changed.add(no);
    this.#relisted.set(no, goneId);
  }

  add(view: View, sight: Sight): void {
    // Nobody was looking: what is shown has not been followed.
    if (this.#audiences.size === 0 && !this.#underWay) {
      this.#now = this.app.now();
      this.#catchUp();
    }
    this.#join(view, sight);
    this.#refresh(view);
  }

  remove(view: View): void {
    const { audience } = view;
    view.audience = null;
    if (!audience?.views.delete(view) || audience.views.size > 0) return;
    this.#audiences.delete(audience.key);
    this.#snapshots.delete(audience);
  }

  /** The map moved, or its filter is another: sends what entered the view and what left it. */
  change(view: View, to: Partial<Pick<Sight, 'bbox' | 'filter'>>): void {
    const before = view.audience!;
    const sight = { ...before.sight, ...to };
    this.remove(view);
    const after = this.#join(view, sight);
    const plain = before.mode === 'positions' && after.mode === 'positions' && to.filter === undefined;
    if (this.#underWay || view.stale || !plain) return this.#refresh(view);
    const delta = new Delta(this.app, after.encoding, this.#now);
    const [was, is] = [before.sight, after.sight];
    let count = 0;
    const came: number[] = [];
    for (const no of this.#shown.inside(is.bbox, is.filter)) {
      if (++count > this.app.options.maxVehiclesInView) return this.#refresh(view);
      if (!this.#shown.in(no, was.bbox, was.filter)) came.push(no);
    }
    delta.add(came);
    for (const no of this.#shown.inside(was.bbox, was.filter)) {
      if (!this.#shown.in(no, is.bbox, is.filter)) delta.gone(no, undefined);
    }
    after.count = count;
    if (!delta.empty) after.tell(view, delta.message(false));
  }

  /** Tells every view what changed since the last tick. */
  tick(): void {
    for (const _ of this.#steps());
  }

  /** The same, giving way to other work in between: an alert must not wait for two thousand maps. */
  async tickInTurns(): Promise<void> {
    const turns = new Turns();
    for (const _ of this.#steps()) if (turns.over) await turns.giveWay();
  }

  *#steps(): Iterable<void> {
    this.#grids.clear();
    this.#forgetSnapshots();
    if (this.#audiences.size === 0) {
      // `add` follows everything anew; nothing has to be remembered until then.
      return this.#forgetChanges();
    }
    this.#now = this.app.now();
    const round = this.#begin();
    const quiet = round.changed.size === 0;
    this.#underWay = true;
    let told = false;
    try {
      for (const audience of this.#audiences.values()) {
        yield* this.#sendChanges(audience, round);
        yield;
      }
      told = true;
    } finally {
      this.#underWay = false;
      for (const no of round.changed) if (no < this.#shown.capacity) this.#shown.advance(no);
      // Who was told what is not known any more.
      if (!told) for (const audience of this.#audiences.values()) audience.allStale();
    }
    // Snapshots and densities speak of what is shown now, which includes this tick.
    for (const audience of this.#audiences.values()) {
      const all = audience.mode === 'density' && !quiet;
      for (const view of audience.views) {
        if (!all && !view.stale) continue;
        this.#refresh(view);
        yield;
      }
    }
  }

  #begin(): Round {
    this.#shown.fit(this.app.deps.fleet);
    this.#collectSilent();
    const round = { changed: this.#changed, relisted: this.#relisted, tiles: new TileTree() };
    this.#forgetChanges();
    for (const no of round.changed) {
      if (no >= this.#shown.capacity) continue;
      this.#look(no);
      round.tiles.add(no, this.#shown.tile(no), this.#shown.nextTile(no));
    }
    return round;
  }

  #forgetSnapshots(): void {
    this.#snapshots.clear();
    this.#vehiclesKept = 0;
  }

  #forgetChanges(): void {
    this.#changed = new Set();
    this.#relisted = new Map();
  }

  /** Vehicles that went silent since the last tick changed, although nothing came from them. */
  #collectSilent(): void {
    const { vehicles } = this.app;
    this.#silences.look(this.#now, (no) => {
      if (this.#shown.online[no] !== 1) return null;
      if (vehicles.online(no, this.#now)) return vehicles.onlineUntil(no);
      this.#changed.add(no);
      return null;
    });
  }

  /** Finds where vehicle `no` is now: nowhere where it has no fix or is not in the registry. */
  #look(no: number): void {
    const { fleet, catalog } = this.app.deps;
    const known = fleet.hasFix(no) && catalog.vehicles.has(no);
    if (!known) return this.#shown.setNext(no, NaN, NaN, false);
    const until = this.app.vehicles.onlineUntil(no);
    const online = this.#now <= until;
    this.#shown.setNext(no, fleet.lon[no], fleet.lat[no], online);
    if (online) this.#silences.wait(no, until);
  }

  #catchUp(): void {
    this.#grids.clear();
    this.#forgetSnapshots();
    this.#shown.fit(this.app.deps.fleet);
    this.#silences.clear();
    for (let no = 1; no < this.#shown.capacity; no++) {
      this.#look(no);
      this.#shown.advance(no);
    }
    this.#forgetChanges();
  }

  #join(view: View, sight: Sight): Audience {
    const key = Audience.keyOf(sight);
    let audience = this.#audiences.get(key);
    if (!audience) {
      audience = new Audience(key, sight, this.#encodings.of(sight.format, sight.datum));
      this.#audiences.set(key, audience);
    }
    audience.views.add(view);
    view.audience = audience;
    return audience;
  }

  *#sendChanges(audience: Audience, round: Round): Iterable<void> {
    const fresh = [...audience.views].filter(({ stale }) => !stale);
    // Densities come after the tick, and so does the first snapshot, which counts anew.
    if (audience.mode === 'density' || fresh.length === 0) return;
    const delta = new Delta(this.app, audience.encoding, this.#now);
    for (const tile of round.tiles.near(audience.sight.bbox)) {
      if (!this.#collect(audience, tile, delta, round)) return audience.allStale();
    }
    if (audience.count > this.app.options.maxVehiclesInView) return audience.allStale();
    if (delta.empty) return;
    const message = delta.message(false);
    for (const view of fresh) {
      // While others had their turn it may have gone, or be looking elsewhere.
      if (view.audience !== audience || view.stale) continue;
      audience.tell(view, message);
      yield;
    }
  }

  /** Adds what the audience is to know of one tile. False where a delta cannot say it. */
  #collect(audience: Audience, tile: Tile, delta: Delta, round: Round): boolean {
    const { bbox, filter } = audience.sight;
    const part = overlap(tile, bbox);
    if (part === 'none') return true;
    if (part === 'whole' && filter.anyVehicle && filter.online === undefined) {
      delta.addTile(tile);
      for (const no of tile.came) if (!this.#shown.in(no, bbox, filter)) audience.count++;
      this.#sayGone(audience, tile.left, delta, round);
      return true;
    }
    if (tile.parts) {
      for (const inner of tile.parts.values()) if (!this.#collect(audience, inner, delta, round)) return false;
      return true;
    }
    // Whether the filter wanted a vehicle before the registry changed is not known any more.
    if (!filter.anyVehicle && round.relisted.size > 0 && touches(tile, round.relisted)) return false;
    const here: number[] = [];
    for (const [i, no] of tile.here.entries()) {
      const was = this.#shown.in(no, bbox, filter);
      const is = this.#shown.inNext(no, bbox, filter);
      if (is) here.push(i);
      if (is && !was) audience.count++;
      // One that changed tiles is said to be gone by the tile that it left.
      if (was && !is && this.#shown.tile(no) === this.#shown.nextTile(no)) this.#sayGone(audience, [no], delta, round);
    }
    if (here.length > 0) delta.addHere(tile, here);
    this.#sayGone(audience, tile.left, delta, round);
    return true;
  }

  #sayGone(audience: Audience, left: readonly number[], delta: Delta, { relisted }: Round): void {
    const { bbox, filter } = audience.sight;
    for (const no of left) {
      if (!this.#shown.in(no, bbox, filter) || this.#shown.inNext(no, bbox, filter)) continue;
      delta.gone(no, relisted.get(no));
      audience.count--;
    }
  }

  /** Gives the view all that is in it: vehicles, or densities where they are too many. While a tick goes on, after it. */
  #refresh(view: View): void {
    view.stale = true;
    const { audience } = view;
    if (this.#underWay || audience === null || !view.port.ready()) return;
    let message = this.#snapshots.get(audience);
    if (!message) {
      message = this.#everythingFor(audience);
      this.#vehiclesKept += audience.count;
      if (this.#vehiclesKept > VEHICLES_KEPT) this.#forgetSnapshots();
      this.#snapshots.set(audience, message);
    }
    audience.tell(view, message);
  }

  #everythingFor(audience: Audience): SharedMessage {
    const { sight, encoding } = audience;
    const most = this.app.options.maxVehiclesInView;
    const stays = audience.mode === 'density' ? most * BACK_TO_VEHICLES : most;
    const inside: number[] = [];
    for (const no of this.#shown.inside(sight.bbox, sight.filter)) {
      if (inside.push(no) > stays) return this.#densityFor(audience);
    }
    audience.mode = 'positions';
    audience.count = inside.length;
    const delta = new Delta(this.app, encoding, this.#now);
    delta.add(inside);
    return delta.message(true);
  }

  #densityFor(audience: Audience): SharedMessage {
    const cells = cellsInView(this.#grid(audience.sight), audience.sight.bbox);
    audience.mode = 'density';
    audience.count = cells.reduce((sum, { count }) => sum + count, 0);
    return new SharedMessage((id) => audience.encoding.density(id, cells));
  }

  #grid({ bbox, filter }: Sight): readonly Cell[] {
    const { fleet } = this.app.deps;
    const side = cellDegFor(bbox);
    if (!filter.anyVehicle || filter.online !== undefined) return densityGrid(side, this.#shown, fleet, filter);
    let grid = this.#grids.get(side);
    if (!grid) this.#grids.set(side, (grid = densityGrid(side, this.#shown, fleet, this.#everyone)));
    return grid;
  }
}

function touches({ here, left }: Tile, relisted: Round['relisted']): boolean {
  return here.some((no) => relisted.has(no)) || left.some((no) => relisted.has(no));
}
