import type { App } from '../app.js';
import { type Encoding, SharedMessage } from './encoding.js';
import type { Tile } from './tiles.js';

/** Collects the items and the gone of one message. */
export class Delta {
  readonly #pieces: Buffer[] = [];
  readonly #gone: string[] = [];

  /** `now` decides who is online, epoch ms. */
  constructor(
    readonly app: App,
    readonly encoding: Encoding,
    readonly now: number,
  ) {}

  get empty(): boolean {
    return this.#pieces.length === 0 && this.#gone.length === 0;
  }

  add(no: number): void {
    this.#push(this.#item(no));
  }

  /** The vehicle that is at `index` of `here` in one of the finest tiles. */
  addHere(tile: Tile, index: number): void {
    this.#push(this.#items(tile)[index]);
  }

  /** All that changed in the tile, written once for everybody. */
  addTile(tile: Tile): void {
    this.#push(this.#encoded(tile));
  }

  /** `id` for a vehicle that the registry does not have any more. */
  gone(no: number, id: string | undefined): void {
    const name = this.app.deps.catalog.vehicles.get(no)?.id ?? id;
    if (name !== undefined) this.#gone.push(name);
  }

  message(snapshot: boolean): SharedMessage {
    return new SharedMessage((id) => this.encoding.positions(id, snapshot, this.#pieces, this.#gone));
  }

  #item(no: number): Buffer {
    const { catalog, fleet } = this.app.deps;
    const vehicle = catalog.vehicles.get(no);
    return vehicle && fleet.hasFix(no) ? this.encoding.item(vehicle, this.now) : NOTHING;
  }

  #items(tile: Tile): readonly Buffer[] {
    let items = tile.items.get(this.encoding);
    if (!items) tile.items.set(this.encoding, (items = tile.here.map((no) => this.#item(no))));
    return items;
  }

  #encoded(tile: Tile): Buffer {
    let encoded = tile.encoded.get(this.encoding);
    if (!encoded) {
      const inside = new Delta(this.app, this.encoding, this.now);
      for (const item of this.#items(tile)) inside.#push(item);
      for (const part of tile.parts?.values() ?? []) inside.addTile(part);
      tile.encoded.set(this.encoding, (encoded = Buffer.concat(inside.#pieces)));
    }
    return encoded;
  }

  #push(items: Buffer): void {
    if (items.length === 0) return;
    if (this.encoding.separator && this.#pieces.length > 0) this.#pieces.push(this.encoding.separator);
    this.#pieces.push(items);
  }
}

const NOTHING = Buffer.alloc(0);
