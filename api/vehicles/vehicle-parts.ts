import type { Vehicle } from '../../model/vehicle.js';
import type { ByteWriter } from '../output/byte-writer.js';

const START_BYTES = 64 * 1024;
/** About 400,000 vehicles of a map; with more than that in view, what is kept is written anew from time to time. */
const MOST_BYTES = 32 * 1024 * 1024;
const START_VEHICLES = 1024;

/**
 * What does not change from fix to fix in the bytes of a vehicle: what goes before its numbers and what goes behind them.
 * Written when it is first asked for, and again when the registry has another entry (entries are replaced, never altered).
 * All in one block, some 80 bytes a vehicle and no object of its own: a city of a million must not cost a gigabyte.
 */
export class VehicleParts {
  #block = Buffer.allocUnsafeSlow(START_BYTES);
  #used = 0;
  /** By vehicle number: of which entry the parts are; undefined where there are none. */
  #entries: (Vehicle | undefined)[] = [];
  /** By vehicle number, places in the block. */
  #head = new Uint32Array(START_VEHICLES);
  #tail = new Uint32Array(START_VEHICLES);
  #end = new Uint32Array(START_VEHICLES);

  constructor(
    readonly headOf: (vehicle: Vehicle) => Uint8Array,
    readonly tailOf: (vehicle: Vehicle) => Uint8Array,
    readonly mostBytes = MOST_BYTES,
  ) {}

  /** Bytes that are kept, of entries past and present. */
  get bytes(): number {
    return this.#used;
  }

  writeHead(out: ByteWriter, vehicle: Vehicle): void {
    const { no } = vehicle;
    if (this.#entries[no] !== vehicle) this.#keep(vehicle);
    out.part(this.#block, this.#head[no], this.#tail[no]);
  }

  writeTail(out: ByteWriter, vehicle: Vehicle): void {
    const { no } = vehicle;
    if (this.#entries[no] !== vehicle) this.#keep(vehicle);
    out.part(this.#block, this.#tail[no], this.#end[no]);
  }

  #keep(vehicle: Vehicle): void {
    const { no } = vehicle;
    const head = this.headOf(vehicle);
    const tail = this.tailOf(vehicle);
    const length = head.length + tail.length;
    if (this.#used + length > this.mostBytes) {
      this.#used = 0;
      this.#entries = [];
    }
    this.#fit(no, this.#used + length);
    this.#head[no] = this.#used;
    this.#tail[no] = this.#used + head.length;
    this.#end[no] = this.#used + length;
    this.#block.set(head, this.#head[no]);
    this.#block.set(tail, this.#tail[no]);
    this.#used += length;
    this.#entries[no] = vehicle;
  }

  #fit(no: number, bytes: number): void {
    if (bytes > this.#block.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(bytes, this.#block.length * 2));
      this.#block.copy(grown, 0, 0, this.#used);
      this.#block = grown;
    }
    if (no < this.#head.length) return;
    const places = Math.max(no + 1, this.#head.length * 2);
    this.#head = longer(this.#head, places);
    this.#tail = longer(this.#tail, places);
    this.#end = longer(this.#end, places);
  }
}

function longer(from: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(length);
  to.set(from);
  return to;
}
