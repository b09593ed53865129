import type { Catalog } from '../../model/catalog.js';
import type { VehicleCategory } from '../../model/vehicle.js';

/** What a list of vehicles or a view of the map may be narrowed to. */
export interface VehicleFilterInput {
  online?: boolean;
  category?: readonly VehicleCategory[];
  /** Any part of the plate, in either case. */
  plate?: string;
  ids?: readonly string[];
}

/** The same, ready to be asked many times. */
export class VehicleFilter {
  /** Equal for filters that ask for the same in the same words. */
  readonly key: string;
  readonly online: boolean | undefined;
  /** True where only `online` narrows, so that no vehicle need be looked up. */
  readonly anyVehicle: boolean;
  readonly #catalog: Catalog;
  readonly #categories: ReadonlySet<VehicleCategory> | null;
  readonly #ids: ReadonlySet<string> | null;
  readonly #plate: string | null;

  constructor(input: VehicleFilterInput, catalog: Catalog) {
    this.#catalog = catalog;
    this.key = JSON.stringify(input);
    this.online = input.online;
    this.#categories = input.category ? new Set(input.category) : null;
    this.#ids = input.ids ? new Set(input.ids) : null;
    this.#plate = input.plate ? input.plate.toLowerCase() : null;
    this.anyVehicle = !this.#categories && !this.#ids && !this.#plate;
  }

  /** True where vehicle `no`, being online or not, is wanted. */
  matches(no: number, online: boolean): boolean {
    if (this.online !== undefined && this.online !== online) return false;
    return this.anyVehicle || this.#wanted(no);
  }

  #wanted(no: number): boolean {
    const vehicle = this.#catalog.vehicles.get(no);
    if (!vehicle) return false;
    if (this.#categories && !this.#categories.has(vehicle.category)) return false;
    if (this.#ids && !this.#ids.has(vehicle.id)) return false;
    return !this.#plate || (vehicle.plate?.toLowerCase().includes(this.#plate) ?? false);
  }
}
