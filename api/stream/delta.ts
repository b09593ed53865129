import type { App } from '../app.js';
import { type Encoding, SharedMessage } from './encoding.js';
import type { Items, Tile } from './tiles.js';

/** Collects the items and the gone of one message. */
export class Delta {
  /** Each one item or several that are joined already. */
  readonly #runs: Buffer[] = [];
  readonly #gone: string[] = [];

  /** `now` decides who is online, epoch ms. */
  constructor(
    readonly app: App,
    readonly encoding: Encoding,
    readonly now: number,
  ) {}

  get empty(): boolean {
    return this.#runs.length === 0 && this.#gone.length === 0;
  }

  add(nos: readonly number[]): void {
    this.#push(this.#write(nos).bytes);
  }

  /** The vehicles that are at these places of `here`, ascending, in one of the finest tiles. */
  addHere(tile: Tile, indices: readonly number[]): void {
    const { bytes, starts, ends } = this.#items(tile);
    for (let i = 0; i < indices.length; i++) {
      const start = starts[indices[i]];
      if (start === ends[indices[i]]) continue; // gone since the tick began: a run must not begin with a separator
      while (i + 1 < indices.length && indices[i + 1] === indices[i] + 1) i++;
      this.#push(bytes.subarray(start, ends[indices[i]]));
    }
  }

  /** All that changed in the tile, written once for everybody. */
  addTile(tile: Tile): void {
    this.#push(this.#joined(tile));
  }

  /** `id` for a vehicle that the registry does not have any more. */
  gone(no: number, id: string | undefined): void {
    const name = this.app.deps.catalog.vehicles.get(no)?.id ?? id;
    if (name !== undefined) this.#gone.push(name);
  }

  message(snapshot: boolean): SharedMessage {
    return new SharedMessage((id) => this.encoding.positions(id, snapshot, this.#runs, this.#gone));
  }

  #write(nos: readonly number[]): Items {
    const { catalog, fleet } = this.app.deps;
    const { out, separator } = this.encoding;
    const starts: number[] = [];
    const ends: number[] = [];
    for (const no of nos) {
      const vehicle = catalog.vehicles.get(no);
      const known = vehicle && fleet.hasFix(no);
      if (known && separator && out.length > 0) out.raw(separator);
      starts.push(out.length);
      if (known) this.encoding.writeItem(vehicle, this.now);
      ends.push(out.length);
    }
    return { bytes: out.take(), starts, ends };
  }

  #items(tile: Tile): Items {
    tile.items ??= new Map();
    let items = tile.items.get(this.encoding);
    if (!items) tile.items.set(this.encoding, (items = this.#write(tile.here)));
    return items;
  }

  #joined(tile: Tile): Buffer {
    if (!tile.parts) return this.#items(tile).bytes;
    tile.joined ??= new Map();
    let joined = tile.joined.get(this.encoding);
    if (!joined) {
      const inside = new Delta(this.app, this.encoding, this.now);
      for (const part of tile.parts.values()) inside.addTile(part);
      tile.joined.set(this.encoding, (joined = Buffer.concat(inside.#runs)));
    }
    return joined;
  }

  #push(run: Buffer): void {
    if (run.length === 0) return;
    if (this.encoding.separator && this.#runs.length > 0) this.#runs.push(this.encoding.separator);
    this.#runs.push(run);
  }
}
