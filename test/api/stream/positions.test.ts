import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { App } from '../../../api/app.js';
import { PositionsHub } from '../../../api/stream/positions.js';
import type { Sight, View } from '../../../api/stream/view.js';
import { VehicleFilter, type VehicleFilterInput } from '../../../api/vehicles/vehicle-filter.js';
import { VehicleJson } from '../../../api/vehicles/vehicle-json.js';
import { Catalog } from '../../../model/catalog.js';
import type { DrawnDatum } from '../../../model/datum-shift.js';
import { Fleet } from '../../../model/fleet.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../../../model/vehicle.js';
import type { StreamMessage } from '../stream-client.js';
import { fix } from '../support.js';

type Bbox = [number, number, number, number];

/** A hub on a small world with its own clock, and clients that keep what a page would keep. */
class World {
  now = 1_000_000;
  readonly catalog = new Catalog();
  readonly fleet = new Fleet();
  readonly app: App;
  readonly hub: PositionsHub;

  constructor(maxVehiclesInView = 1000, onlineMs = 60_000) {
    const { catalog, fleet } = this;
    this.app = {
      deps: { catalog, fleet },
      options: { maxVehiclesInView },
      vehicles: new VehicleJson(catalog, fleet, onlineMs),
      now: () => this.now,
    } as unknown as App;
    this.hub = new PositionsHub(this.app);
  }

  register(no: number, category: VehicleCategory = 'taxi'): void {
    const vehicle = {
      no,
      id: `v${no}`,
      plate: null,
      plateColor: null,
      category,
      company: null,
      region: null,
      terminals: [],
      createdAt: 0,
    };
    this.catalog.apply({ type: 'vehicle-put', revision: this.catalog.revision + 1, at: 0, vehicle });
  }

  drop(no: number): void {
    this.catalog.apply({ type: 'vehicle-delete', revision: this.catalog.revision + 1, at: 0, no });
    this.hub.registryChanged(no, `v${no}`);
  }

  move(no: number, lon: number, lat: number): void {
    this.fleet.apply(fix(no, { lon, lat, fixTime: this.now, receivedTime: this.now }));
    this.hub.changed(no);
  }

  watch(bbox: Bbox, filter: VehicleFilterInput = {}, datum: DrawnDatum = 'wgs84'): Watcher {
    return new Watcher(this, { bbox, filter: new VehicleFilter(filter, this.catalog), format: 'json', datum });
  }

  /** What a view must show: found by looking at every vehicle. */
  truth({ view }: Watcher): string[] {
    const { bbox, filter } = view.audience!.sight;
    const [west, south, east, north] = bbox;
    const ids: string[] = [];
    for (const { no, id } of this.catalog.vehicles.values()) {
      const inside =
        this.fleet.lon[no] >= west &&
        this.fleet.lon[no] <= east &&
        this.fleet.lat[no] >= south &&
        this.fleet.lat[no] <= north;
      if (this.fleet.hasFix(no) && inside && filter.matches(no, this.app.vehicles.online(no, this.now))) ids.push(id);
    }
    return ids.sort();
  }
}

class Watcher {
  readonly view: View;
  readonly items = new Map<string, { lon: number; lat: number; online: boolean }>();
  readonly messages: StreamMessage[] = [];
  ready = true;
  /** The newest message as it came. */
  bytes: Buffer | null = null;
  onMessage = () => {};

  constructor(world: World, sight: Sight) {
    this.view = {
      id: 7,
      port: { ready: () => this.ready, send: (bytes) => this.#take(bytes) },
      audience: null,
      stale: true,
    };
    world.hub.add(this.view, sight);
  }

  get shown(): string[] {
    return [...this.items.keys()].sort();
  }

  get last(): StreamMessage {
    return this.messages[this.messages.length - 1];
  }

  #take(bytes: Buffer): boolean {
    this.bytes = bytes;
    const message = JSON.parse(bytes.toString()) as StreamMessage;
    this.messages.push(message);
    if (message.type !== 'positions' || message.snapshot) this.items.clear();
    for (const item of message.items ?? []) this.items.set(item.vehicleId, item);
    for (const id of message.gone ?? []) this.items.delete(id);
    this.onMessage();
    return true;
  }
}

test('a snapshot, then what changed, then what left', () => {
  const world = new World();
  for (const no of [1, 2, 3]) world.register(no);
  world.move(1, 120.31, 31.51);
  world.move(2, 120.35, 31.55);
  world.move(3, 125, 40);
  const watcher = world.watch([120.3, 31.5, 120.4, 31.6]);
  expect(watcher.last).toMatchObject({ type: 'positions', id: 7, snapshot: true, gone: [] });
  expect(watcher.last.items![0]).toMatchObject({
    vehicleId: 'v1',
    lon: 120.31,
    plate: null,
    category: 'taxi',
    online: true,
    quality: [],
  });
  expect(watcher.shown).toEqual(['v1', 'v2']);

  world.hub.tick();
  expect(watcher.messages).toHaveLength(1);
  world.move(1, 120.32, 31.52);
  world.move(1, 120.33, 31.53);
  world.hub.tick();
  expect(watcher.last).toMatchObject({ snapshot: false, gone: [], items: [{ vehicleId: 'v1', lon: 120.33 }] });
  world.move(2, 121, 31.55);
  world.move(3, 120.39, 31.51);
  world.hub.tick();
  expect(watcher.last).toMatchObject({ gone: ['v2'], items: [{ vehicleId: 'v3' }] });
});

test('vehicles are written once for all watchers, and messages once for all who look at the same', () => {
  const world = new World();
  for (let no = 1; no <= 50; no++) world.register(no);
  const drive = (lon: number) => {
    for (let no = 1; no <= 50; no++) world.move(no, lon + no / 1000, 31.51);
  };
  drive(120.3);
  const same = Array.from({ length: 20 }, () => world.watch([120, 31, 121, 32]));
  const others = Array.from({ length: 20 }, (_, i) => world.watch([120.3 + i / 10_000, 31, 121, 32]));
  expect(world.hub.audiences).toBe(21);
  let written = 0;
  const write = world.app.vehicles.writeItem.bind(world.app.vehicles);
  world.app.vehicles.writeItem = (out, vehicle, now) => {
    written++;
    write(out, vehicle, now);
  };
  drive(120.31);
  world.hub.tick();
  expect(written).toBe(50);
  for (const { last } of [...same, ...others]) expect(last.items).toHaveLength(50);
  expect(new Set(same.map(({ bytes }) => bytes)).size).toBe(1);
  for (const watcher of [...same, ...others]) world.hub.remove(watcher.view);
  expect(world.hub.audiences).toBe(0);
});

test('a tick that gives way to other work tells everybody of one moment, and those who come meanwhile of the next', async () => {
  const world = new World();
  for (let no = 1; no <= 3; no++) world.register(no);
  world.move(1, 120.31, 31.51);
  world.move(2, 120.32, 31.51);
  const [first, second] = [world.watch([120, 31, 121, 32]), world.watch([120, 31, 121, 31.9])];
  world.move(1, 120.33, 31.51);
  // In the middle of it one vehicle leaves, another enters, somebody comes, and a map moves.
  const late = new Promise<Watcher>((resolve) => {
    first.onMessage = () => {
      first.onMessage = () => {};
      world.move(1, 125, 31.51);
      world.move(3, 120.35, 31.51);
      world.hub.change(second.view, { bbox: [120.315, 31, 121, 32] });
      resolve(world.watch([120, 31, 122, 32]));
    };
  });
  await world.hub.tickInTurns();
  const third = await late;
  expect(third.last).toMatchObject({ snapshot: true });
  world.hub.tick();
  for (const watcher of [first, second, third]) expect(watcher.shown).toEqual(['v2', 'v3']);
  for (const watcher of [first, second, third]) expect(watcher.view.audience!.count).toBe(2);
});

test('a tick gives way among those who look at the same, too: who leaves or turns away meanwhile is told nothing more', async () => {
  const world = new World();
  for (const no of [1, 2]) world.register(no);
  world.move(1, 120.31, 31.51);
  world.move(2, 120.32, 31.51);
  const [first, second, third, fourth] = Array.from({ length: 4 }, () => world.watch([120, 31, 121, 32]));
  world.move(1, 120.33, 31.51);
  // As long as several turns.
  first.onMessage = () => {
    for (const begun = performance.now(); performance.now() - begun < 50; );
    setImmediate(() => {
      world.hub.remove(second.view);
      world.hub.change(third.view, { bbox: [120.325, 31, 121, 32] });
    });
  };
  await world.hub.tickInTurns();
  expect(second.messages).toHaveLength(1);
  expect(third.messages.map(({ snapshot }) => snapshot)).toEqual([true, true]);
  expect(third.shown).toEqual(['v1']);
  expect(fourth.last).toMatchObject({ snapshot: false, items: [{ vehicleId: 'v1', lon: 120.33 }] });
});

test('a vehicle that goes silent is told as offline, and leaves a view of those online', () => {
  const world = new World();
  world.register(1);
  world.move(1, 120.31, 31.51);
  const all = world.watch([120, 31, 121, 32]);
  const online = world.watch([120, 31, 121, 32], { online: true });
  world.now += 61_000;
  world.hub.tick();
  expect(all.items.get('v1')).toMatchObject({ online: false });
  expect(online.last).toMatchObject({ snapshot: false, items: [], gone: ['v1'] });
  world.move(1, 120.32, 31.51);
  world.hub.tick();
  expect(online.shown).toEqual(['v1']);
  expect(all.items.get('v1')).toMatchObject({ online: true });
});

test('a client that is behind gets nothing, then a snapshot of how things are', () => {
  const world = new World();
  world.register(1);
  world.register(2);
  world.move(1, 120.31, 31.51);
  world.move(2, 120.32, 31.51);
  const watcher = world.watch([120.3, 31.5, 120.4, 31.6]);
  watcher.ready = false;
  for (let i = 0; i < 5; i++) {
    world.move(1, 120.33 + i / 1000, 31.51);
    world.move(2, 125, 40);
    world.hub.tick();
  }
  expect(watcher.messages).toHaveLength(1);
  watcher.ready = true;
  world.hub.tick();
  expect(watcher.last).toMatchObject({ snapshot: true, items: [{ vehicleId: 'v1', lon: 120.334 }] });
  expect(watcher.messages).toHaveLength(2);
});

test('the map moves: only what entered and what left is told', () => {
  const world = new World();
  for (let no = 1; no <= 3; no++) world.register(no);
  world.move(1, 120.31, 31.51);
  world.move(2, 120.35, 31.51);
  world.move(3, 120.45, 31.51);
  const watcher = world.watch([120.3, 31.5, 120.4, 31.6]);
  world.hub.change(watcher.view, { bbox: [120.33, 31.5, 120.5, 31.6] });
  expect(watcher.last).toMatchObject({ snapshot: false, gone: ['v1'], items: [{ vehicleId: 'v3' }] });
  expect(watcher.view.audience!.count).toBe(2);
});

test('too many for a screen become densities, and vehicles again when there is room', () => {
  const world = new World(10);
  for (let no = 1; no <= 30; no++) world.register(no);
  for (let no = 1; no <= 30; no++) world.move(no, no <= 5 ? 120.1 : 120.8, 31.5);
  const watcher = world.watch([120, 31, 121, 32]);
  expect(watcher.last.type).toBe('density');
  const counts = watcher.last.cells!.map(({ count }) => count).sort();
  expect(counts).toEqual([25, 5]);
  for (const { bbox, moving, emergencies } of watcher.last.cells!) {
    expect(bbox[2] - bbox[0]).toBeCloseTo(1 / 64, 9);
    expect([moving > 0, emergencies]).toEqual([true, 0]);
  }
  world.hub.tick();
  expect(watcher.messages).toHaveLength(1);
  world.hub.change(watcher.view, { bbox: [120, 31, 120.5, 32] });
  expect(watcher.last).toMatchObject({ type: 'positions', snapshot: true });
  expect(watcher.shown).toHaveLength(5);
  for (let no = 6; no <= 30; no++) world.move(no, 120.2, 31.5);
  world.hub.tick();
  expect(watcher.last.type).toBe('density');
});

test('what the registry says reaches the map: a vehicle deleted, another of another kind', () => {
  const world = new World();
  for (const no of [1, 2, 3]) world.register(no);
  for (const no of [1, 2, 3]) world.move(no, 120.31, 31.51);
  const all = world.watch([120, 31, 121, 32]);
  const taxis = world.watch([120, 31, 121, 32], { category: ['taxi'] });
  world.drop(1);
  world.register(2, 'bus');
  world.hub.registryChanged(2, undefined);
  world.hub.tick();
  expect(all.shown).toEqual(['v2', 'v3']);
  expect(taxis.shown).toEqual(['v3']);
});

test('while nobody watches nothing is kept, and the next to come sees the present', () => {
  const world = new World();
  world.register(1);
  world.move(1, 120.31, 31.51);
  const first = world.watch([120, 31, 121, 32]);
  world.hub.remove(first.view);
  world.move(1, 120.5, 31.51);
  world.hub.tick();
  world.move(1, 120.6, 31.51);
  const second = world.watch([120, 31, 121, 32]);
  expect(second.items.get('v1')).toMatchObject({ lon: 120.6 });
  world.move(1, 122, 31.51);
  world.hub.tick();
  expect(second.shown).toEqual([]);
});

test('whatever happens, after a tick every view that keeps up shows what is there', () => {
  const lon = fc.double({ min: 119.9, max: 120.5, noNaN: true });
  const lat = fc.double({ min: 30.9, max: 31.5, noNaN: true });
  const box = fc
    .tuple(lon, lat, lon, lat)
    .map(([a, b, c, d]): Bbox => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]);
  const no = fc.integer({ min: 1, max: 12 });
  const watcher = fc.integer({ min: 0, max: 3 });
  const event = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('move' as const), no, lon, lat }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pan' as const), watcher, box }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('stall' as const), watcher, ready: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), no }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('kind' as const),
        no,
        category: fc.constantFrom(...VEHICLE_CATEGORIES.slice(0, 3)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1000, 40_000, 61_000) }),
    },
  );
  fc.assert(
    fc.property(fc.array(box, { minLength: 4, maxLength: 4 }), fc.array(event, { maxLength: 60 }), (boxes, events) => {
      const world = new World(1000);
      for (let i = 1; i <= 12; i++) world.register(i, i % 2 ? 'taxi' : 'bus');
      const filters: VehicleFilterInput[] = [{}, { online: true }, { category: ['taxi'] }, { ids: ['v1', 'v2', 'v3'] }];
      const watchers = boxes.map((bbox, i) => world.watch(bbox, filters[i]));
      for (const e of events) {
        if (e.do === 'move' && world.catalog.vehicles.has(e.no)) world.move(e.no, e.lon, e.lat);
        if (e.do === 'tick') world.hub.tick();
        if (e.do === 'pan') {
          world.hub.change(watchers[e.watcher].view, { bbox: e.box });
        }
        if (e.do === 'stall') watchers[e.watcher].ready = e.ready;
        if (e.do === 'drop' && world.catalog.vehicles.has(e.no)) world.drop(e.no);
        if (e.do === 'kind' && world.catalog.vehicles.has(e.no)) {
          world.register(e.no, e.category);
          world.hub.registryChanged(e.no, undefined);
        }
        if (e.do === 'wait') world.now += e.ms;
      }
      world.hub.tick();
      for (const one of watchers) {
        if (!one.ready) continue;
        expect(one.shown).toEqual(world.truth(one));
        expect(one.view.audience!.count).toBe(one.shown.length);
        for (const [id, item] of one.items) expect(item.lon).toBeCloseTo(world.fleet.lon[Number(id.slice(1))], 6);
      }
    }),
    { seed: 42, numRuns: 400 },
  );
});
