import { setImmediate as afterEvents } from 'node:timers/promises';

const SHORTEST_MS = 10;
const LONGEST_MS = 30;

/**
 * Long work that gives way to other work in between: after a turn everything else that waits is done once. The next turn is
 * as long as that took, within bounds: on a busy thread the work gets about half of it, and terminals, whose acknowledgements
 * take several rounds of the event loop, lose no more than the longest turn in each.
 */
export class Turns {
  #begun = performance.now();
  #length = SHORTEST_MS;

  /** True where others should have a turn now. */
  get over(): boolean {
    return performance.now() - this.#begun >= this.#length;
  }

  async giveWay(): Promise<void> {
    const paused = performance.now();
    await afterEvents();
    this.#begun = performance.now();
    this.#length = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.#begun - paused));
  }
}
