import type { App } from '../app.js';
import type { View } from './view.js';

/** Collects the items and the gone of one message. */
export class Delta {
  readonly #pieces: Buffer[] = [];
  readonly #gone: string[] = [];

  /** `now` decides who is online, epoch ms. */
  constructor(
    readonly app: App,
    readonly now: number,
  ) {}

  get empty(): boolean {
    return this.#pieces.length === 0 && this.#gone.length === 0;
  }

  add(no: number): void {
    const vehicle = this.app.deps.catalog.vehicles.get(no);
    if (!vehicle || !this.app.deps.fleet.hasFix(no)) return;
    if (this.#pieces.length > 0) this.#pieces.push(COMMA);
    this.app.vehicles.pushItem(vehicle, this.now, this.#pieces);
  }

  /** Items that were joined before. */
  addTile(items: Buffer): void {
    if (this.#pieces.length > 0) this.#pieces.push(COMMA);
    this.#pieces.push(items);
  }

  /** `id` for a vehicle that the registry does not have any more. */
  gone(no: number, id: string | undefined): void {
    const name = this.app.deps.catalog.vehicles.get(no)?.id ?? id;
    if (name !== undefined) this.#gone.push(name);
  }

  items(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  message(view: View, snapshot: boolean): Buffer {
    const head = Buffer.from(`{"type":"positions","id":${JSON.stringify(view.id)},"snapshot":${snapshot},"items":[`);
    return Buffer.concat([head, ...this.#pieces, Buffer.from(`],"gone":${JSON.stringify(this.#gone)}}`)]);
  }
}

const COMMA = Buffer.from(',');
