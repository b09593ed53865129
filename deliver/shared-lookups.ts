import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';

/**
 * Each holds one of the four threads on which the log is flushed to disk too, for many seconds where the network is away: the
 * others are the disk's.
 */
const AT_ONCE = 2;
/** Names that wait for their turn: more than there are receivers. */
const MOST_WAITING = 1000;

type Done = (error: Error | null, addresses: LookupAddress[]) => void;

/** A name that is being looked up, or is to be, and who wants to know. */
interface Lookup {
  key: string;
  name: string;
  options: LookupOptions;
  waiting: Done[];
}

/** Looks names up as the system does, a few at a time, each once for all who ask meanwhile. */
export class SharedLookups {
  readonly #lookups = new Map<string, Lookup>();
  readonly #queue: Lookup[] = [];
  #underWay = 0;

  /** `done` gets all addresses of the name, or why there are none. */
  find(name: string, { family, hints }: LookupOptions, done: Done): void {
    const key = `${family} ${hints} ${name}`;
    const known = this.#lookups.get(key);
    if (known) {
      known.waiting.push(done);
      return;
    }
    if (this.#queue.length >= MOST_WAITING) {
      return done(new Error(`${name}: ${MOST_WAITING} other names wait to be looked up`), []);
    }
    const wanted = { key, name, options: { family, hints }, waiting: [done] };
    this.#lookups.set(key, wanted);
    this.#queue.push(wanted);
    this.#next();
  }

  #next(): void {
    if (this.#underWay >= AT_ONCE) return;
    const wanted = this.#queue.shift();
    if (!wanted) return;
    this.#underWay++;
    lookup(wanted.name, { ...wanted.options, all: true }, (error, addresses) => {
      this.#underWay--;
      this.#lookups.delete(wanted.key);
      this.#next();
      for (const done of wanted.waiting) done(error, addresses);
    });
  }
}
