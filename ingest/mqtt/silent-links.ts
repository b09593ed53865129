/** Links that nothing was heard of for so long are given up: MQTT does not say that a publisher went. */
const SILENT_MS = 3_600_000;
/** Publishers with links; beyond it the one heard of longest ago is given up. */
const MAX_LINKS = 20_000;
/** Who is heard of again within this, ms, keeps its place while there is room: a fleet is not put in order with each message. */
const NOTED_MS = 60_000;

/** Links by name, the one heard of longest ago first, to the minute. `close` is called for each that is given up. */
export class SilentLinks<T> {
  readonly #links = new Map<string, { link: T; heardAt: number }>();

  constructor(
    private readonly close: (link: T) => void,
    private readonly maxLinks = MAX_LINKS,
  ) {}

  get size(): number {
    return this.#links.size;
  }

  /** The link of a name, made where there is none, heard of at `now` (epoch ms). */
  heard(name: string, now: number, make: () => T): T {
    const known = this.#links.get(name);
    const isNoted = known !== undefined && now - known.heardAt < NOTED_MS;
    if (isNoted && this.#links.size < this.maxLinks) return known.link;
    const link = known?.link ?? make();
    this.#links.delete(name);
    this.#links.set(name, { link, heardAt: now });
    if (this.#links.size > this.maxLinks) {
      const [[oldest, { link: silent }]] = this.#links;
      this.#links.delete(oldest);
      this.close(silent);
    }
    return link;
  }

  delete(name: string): void {
    const known = this.#links.get(name);
    if (!this.#links.delete(name) || known === undefined) return;
    this.close(known.link);
  }

  /** Gives up those that are silent; calls `each` for the others. */
  sweep(now: number, each: (link: T) => void): void {
    for (const [name, { link, heardAt }] of this.#links) {
      if (now - heardAt > SILENT_MS) this.delete(name);
      else each(link);
    }
  }

  closeAll(): void {
    for (const name of [...this.#links.keys()]) this.delete(name);
  }
}
