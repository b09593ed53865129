import { ApiError, RETRY_SOON } from './errors.js';

/** Beyond this a caller is told to come back. */
const MAX_WAITING = 1000;

/** Does what concerns the same thing in the order in which it was asked for, although some of it takes longer to be read. */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();
  #waiting = 0;

  /**
   * Calls `work` with what `given` resolves to, when everything for the same key that was asked for before has ended, well or not.
   * Rejects 'busy' where too many wait.
   */
  async run<G, T>(key: string, given: Promise<G> | G, work: (given: G) => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) {
      Promise.resolve(given).catch(() => {}); // nobody will ask for it
      throw new ApiError('busy', 'too many changes wait for their turn', [], RETRY_SOON);
    }
    const mine = this.#inTurn(this.#last.get(key), given, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }

  async #inTurn<G, T>(
    before: Promise<unknown> | undefined,
    given: Promise<G> | G,
    work: (given: G) => Promise<T>,
  ): Promise<T> {
    this.#waiting++;
    const [, read] = await Promise.allSettled([before, given]);
    this.#waiting--;
    if (read.status === 'rejected') throw read.reason;
    return work(read.value);
  }
}
