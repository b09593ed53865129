import { type Change, DEFAULT_RULE_SETTINGS, type RuleSettings, type TerminalFacts } from './change.js';
import { type DriverState, driverAfter } from './driver.js';
import type { Fence } from './fence.js';
import { ENDED_MUTES_KEPT_MS, type Mute } from './mute.js';
import { RoadBook } from './road-book.js';
import type { RuleDefinition } from './rule.js';
import { terminalKey, type Vehicle } from './vehicle.js';
import { type Vessel, vesselAfter } from './vessel.js';
import type { Weather } from './weather.js';
import type { Webhook } from './webhook.js';

/** A catalog as JSON: what checkpoints keep. Roads are apart (`RoadBook.snapshot`): they are many, and change seldom. */
export interface CatalogSnapshot {
  revision: number;
  nextVehicleNo: number;
  nextFenceNo: number;
  vehicles: Vehicle[];
  terminals: TerminalFacts[];
  fences: Fence[];
  /** Absent in snapshots of before there were any. */
  rules?: RuleDefinition[];
  /** Absent in snapshots of before there was any. */
  weather?: Weather[];
  webhooks?: Webhook[];
  settings: RuleSettings;
  /** By vehicle number; absent in checkpoints of before there were any. */
  drivers?: [number, DriverState][];
  /** By vehicle number; absent in checkpoints of before there were any. */
  vessels?: [number, Vessel][];
  /** By terminalKey; absent in checkpoints of before there were any. */
  quirks?: [string, readonly string[]][];
  /** Absent in checkpoints of before there were any. */
  mutes?: Mute[];
}

/**
 * Vehicles, terminals, fences and settings as the log has told them so far. The same changes in the same order make
 * the same catalog, on the main thread, in the engine and in the writer.
 */
export class Catalog {
  revision = 0;
  settings: RuleSettings = DEFAULT_RULE_SETTINGS;
  /** By number. */
  readonly vehicles = new Map<number, Vehicle>();
  readonly fences = new Map<number, Fence>();
  /** By id. */
  readonly rules = new Map<string, RuleDefinition>();
  readonly roads = new RoadBook();
  /** By id. */
  readonly weather = new Map<string, Weather>();
  /** By id. */
  readonly webhooks = new Map<string, Webhook>();
  /** By terminalKey. */
  readonly terminals = new Map<string, TerminalFacts>();
  /** Who drives, by vehicle number: the terminals' newest word. */
  readonly drivers = new Map<number, DriverState>();
  /** What ships say of themselves, by vehicle number. */
  readonly vessels = new Map<number, Vessel>();
  /** By terminalKey: names of quirks that a person chose (model/quirks.ts). */
  readonly quirks = new Map<string, readonly string[]>();
  /** Of alerts, by id, in the order in which they were made; those that ended long ago are dropped. */
  readonly mutes = new Map<string, Mute>();
  readonly #vehicleById = new Map<string, Vehicle>();
  readonly #vehicleByTerminal = new Map<string, Vehicle>();
  readonly #fenceById = new Map<string, Fence>();
  /** Numbers are never reused: rows and alerts of the past keep their meaning. */
  nextVehicleNo = 1;
  nextFenceNo = 1;

  vehicleById(id: string): Vehicle | undefined {
    return this.#vehicleById.get(id);
  }

  /** `number` without leading zeros. */
  vehicleByTerminal(protocol: string, number: string): Vehicle | undefined {
    return this.#vehicleByTerminal.get(terminalKey(protocol, number));
  }

  fenceById(id: string): Fence | undefined {
    return this.#fenceById.get(id);
  }

  /** False where the change was known already (its revision is not newer). */
  apply(change: Change): boolean {
    if (change.revision <= this.revision) return false;
    this.revision = change.revision;
    switch (change.type) {
      case 'vehicle-put':
        this.#putVehicle(change.vehicle);
        break;
      case 'vehicle-delete':
        this.#dropVehicle(change.no);
        this.drivers.delete(change.no);
        this.vessels.delete(change.no);
        break;
      case 'terminal-put':
        this.terminals.set(terminalKey(change.terminal.protocol, change.terminal.number), change.terminal);
        break;
      case 'quirks-put': {
        const key = terminalKey(change.protocol, change.number);
        if (change.quirks === null) this.quirks.delete(key);
        else this.quirks.set(key, change.quirks);
        break;
      }
      case 'fence-put':
        this.#putFence(change.fence);
        break;
      case 'fence-delete': {
        const fence = this.fences.get(change.no);
        if (fence) this.#fenceById.delete(fence.id);
        this.fences.delete(change.no);
        break;
      }
      case 'rule-put':
        this.rules.set(change.rule.id, change.rule);
        break;
      case 'rule-delete':
        this.rules.delete(change.id);
        break;
      case 'roads-put':
      case 'roads-delete':
      case 'road-set-delete':
        this.roads.apply(change);
        break;
      case 'weather-put':
        this.weather.set(change.weather.id, change.weather);
        break;
      case 'weather-delete':
        this.weather.delete(change.id);
        break;
      case 'webhook-put':
        this.webhooks.set(change.webhook.id, change.webhook);
        break;
      case 'webhook-delete':
        this.webhooks.delete(change.id);
        break;
      case 'settings-put':
        this.settings = change.settings;
        break;
      case 'mute-put':
        this.#putMute(change.mute, change.at);
        break;
      case 'mute-delete':
        this.mutes.delete(change.id);
        break;
      case 'tick': //          concerns the engine only
      case 'alert-actions': // these two the alert book only
      case 'alert-action':
      case 'command-put': //   these two the command book
      case 'command-step':
      case 'answer-put': //    the book of answers only
        break;
      case 'upload': {
        const { upload } = change;
        const no = upload.vehicleNo;
        if (!this.vehicles.has(no)) break;
        if (upload.kind === 'driver') this.drivers.set(no, driverAfter(this.drivers.get(no), upload));
        else if (upload.kind === 'vessel') this.vessels.set(no, vesselAfter(this.vessels.get(no), upload));
        break;
      }
    }
    return true;
  }

  snapshot(): CatalogSnapshot {
    return {
      revision: this.revision,
      nextVehicleNo: this.nextVehicleNo,
      nextFenceNo: this.nextFenceNo,
      vehicles: [...this.vehicles.values()],
      terminals: [...this.terminals.values()],
      fences: [...this.fences.values()],
      rules: [...this.rules.values()],
      weather: [...this.weather.values()],
      webhooks: [...this.webhooks.values()],
      settings: this.settings,
      drivers: [...this.drivers],
      vessels: [...this.vessels],
      quirks: [...this.quirks],
      mutes: [...this.mutes.values()],
    };
  }

  /** `roads`: as `RoadBook.snapshot` gave them; absent in checkpoints of before there were any. */
  static from(snapshot: CatalogSnapshot, roads?: Uint8Array): Catalog {
    const catalog = new Catalog();
    if (roads) catalog.roads.restore(roads);
    for (const vehicle of snapshot.vehicles) catalog.#putVehicle(vehicle);
    for (const terminal of snapshot.terminals)
      catalog.terminals.set(terminalKey(terminal.protocol, terminal.number), terminal);
    for (const fence of snapshot.fences) catalog.#putFence(fence);
    for (const rule of snapshot.rules ?? []) catalog.rules.set(rule.id, rule);
    for (const weather of snapshot.weather ?? []) catalog.weather.set(weather.id, weather);
    for (const webhook of snapshot.webhooks ?? []) catalog.webhooks.set(webhook.id, webhook);
    for (const [no, state] of snapshot.drivers ?? []) catalog.drivers.set(no, state);
    for (const [no, vessel] of snapshot.vessels ?? []) catalog.vessels.set(no, vessel);
    for (const [key, names] of snapshot.quirks ?? []) catalog.quirks.set(key, names);
    for (const mute of snapshot.mutes ?? []) catalog.mutes.set(mute.id, mute);
    catalog.settings = snapshot.settings;
    catalog.revision = snapshot.revision;
    catalog.nextVehicleNo = snapshot.nextVehicleNo;
    catalog.nextFenceNo = snapshot.nextFenceNo;
    return catalog;
  }

  #putVehicle(vehicle: Vehicle): void {
    this.#dropVehicle(vehicle.no);
    for (const terminal of vehicle.terminals) {
      // A terminal sits in one vehicle: the newest word on it wins.
      const key = keyOf(terminal);
      const before = this.#vehicleByTerminal.get(key);
      if (before) this.#replace({ ...before, terminals: before.terminals.filter((t) => keyOf(t) !== key) });
      this.#vehicleByTerminal.set(key, vehicle);
    }
    this.vehicles.set(vehicle.no, vehicle);
    this.#vehicleById.set(vehicle.id, vehicle);
    if (vehicle.no >= this.nextVehicleNo) this.nextVehicleNo = vehicle.no + 1;
  }

  /** A newer form of a vehicle that keeps its id; entries are never altered, so that a snapshot stays what it was. */
  #replace(vehicle: Vehicle): void {
    this.vehicles.set(vehicle.no, vehicle);
    this.#vehicleById.set(vehicle.id, vehicle);
    for (const terminal of vehicle.terminals) this.#vehicleByTerminal.set(keyOf(terminal), vehicle);
  }

  #dropVehicle(no: number): void {
    const vehicle = this.vehicles.get(no);
    if (!vehicle) return;
    for (const terminal of vehicle.terminals) {
      const key = keyOf(terminal);
      if (this.#vehicleByTerminal.get(key) === vehicle) this.#vehicleByTerminal.delete(key);
    }
    this.#vehicleById.delete(vehicle.id);
    this.vehicles.delete(no);
  }

  /** `at`: epoch ms, of the change. */
  #putMute(mute: Mute, at: number): void {
    for (const { id, to } of this.mutes.values()) if (to < at - ENDED_MUTES_KEPT_MS) this.mutes.delete(id);
    this.mutes.set(mute.id, mute);
  }

  #putFence(fence: Fence): void {
    const before = this.fences.get(fence.no);
    if (before) this.#fenceById.delete(before.id);
    this.fences.set(fence.no, fence);
    this.#fenceById.set(fence.id, fence);
    if (fence.no >= this.nextFenceNo) this.nextFenceNo = fence.no + 1;
  }
}

function keyOf({ protocol, number }: Vehicle['terminals'][number]): string {
  return terminalKey(protocol, number);
}
