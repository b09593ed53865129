import { ApiError, RETRY_SOON } from './errors.js';

/** A number of places for costly work; who finds none waits a while, in a line of bounded length. */
export class Slots {
  /** For answers that keep the database and us busy for seconds: four at a time, and fifty wait for 5 s at most. */
  static few(): Slots {
    return new Slots(4, 50, 5000);
  }

  #free: number;
  readonly #line: ((granted: boolean) => void)[] = [];

  constructor(
    places: number,
    readonly maxWaiting: number,
    readonly waitMs: number,
  ) {
    this.#free = places;
  }

  /** Resolves with the way to give the place back, which may be called more than once. Rejects 'busy' where none comes free. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else if (!(await this.#wait())) {
      throw new ApiError('busy', 'too many requests of this kind are under way', [], RETRY_SOON);
    }
    let held = true;
    return () => {
      if (held) this.#giveBack();
      held = false;
    };
  }

  #wait(): Promise<boolean> {
    if (this.#line.length >= this.maxWaiting) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#line.splice(this.#line.indexOf(answer), 1);
        resolve(false);
      }, this.waitMs);
      const answer = (granted: boolean) => {
        clearTimeout(timer);
        resolve(granted);
      };
      this.#line.push(answer);
    });
  }

  #giveBack(): void {
    const next = this.#line.shift();
    if (next) next(true);
    else this.#free++;
  }
}
