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
    const { catalog, fleet } = this.app.deps;
    const vehicle = catalog.vehicles.get(no);
    if (!vehicle || !fleet.hasFix(no)) return;
    this.#separate();
    this.encoding.pushItem(vehicle, this.now, this.#pieces);
  }

  /** All that changed in the tile, written once for everybody. */
  addTile(tile: Tile): void {
    const items = this.#encoded(tile);
    if (items.length === 0) return;
    this.#separate();
    this.#pieces.push(items);
  }

  /** `id` for a vehicle that the registry does not have any more. */
  gone(no: number, id: string | undefined): void {
    const name = this.app.deps.catalog.vehicles.get(no)?.id ?? id;
    if (name !== undefined) this.#gone.push(name);
  }

  message(snapshot: boolean): SharedMessage {
    return new SharedMessage((id) => this.encoding.positions(id, snapshot, this.#pieces, this.#gone));
  }

  #encoded(tile: Tile): Buffer {
    let items = tile.encoded.get(this.encoding);
    if (!items) {
      const inside = new Delta(this.app, this.encoding, this.now);
      for (const no of tile.here) inside.add(no);
      for (const part of tile.parts?.values() ?? []) inside.addTile(part);
      tile.encoded.set(this.encoding, (items = Buffer.concat(inside.#pieces)));
    }
    return items;
  }

  #separate(): void {
    if (this.encoding.separator && this.#pieces.length > 0) this.#pieces.push(this.encoding.separator);
  }
}
