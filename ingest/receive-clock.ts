/** A difference beyond this between the wall clock and the steady one is a jump; below it, ordinary correction. */
const JUMP_MS = 2_000;
/** How long after a jump the old reckoning is trusted (reliability sheet §7). */
const TRUST_OLD_MS = 10 * 60_000;

/**
 * Our clock for times of receipt: epoch ms, never backwards inside a process (reliability sheet §7).
 *
 * It follows the wall clock through its small corrections. When the wall clock jumps, it goes on by the monotonic clock
 * for ten minutes, so that no fix changes its time class because somebody set the clock; then it takes the wall's word.
 */
export class ReceiveClock {
  #last = -Infinity;
  #anchorWall: number;
  #anchorMono: number;
  #jumpAt = NaN;

  /** `jumped` hears of each jump once, with its size in ms. */
  constructor(
    private readonly jumped: (ms: number) => void = () => {},
    private readonly wall: () => number = Date.now,
    private readonly mono: () => number = () => performance.now(),
  ) {
    this.#anchorWall = wall();
    this.#anchorMono = mono();
  }

  now(): number {
    const wall = this.wall();
    const mono = this.mono();
    const steady = this.#anchorWall + (mono - this.#anchorMono);
    const off = wall - steady;
    let now = wall;
    if (off > JUMP_MS || off < -JUMP_MS) {
      if (Number.isNaN(this.#jumpAt)) {
        this.#jumpAt = mono;
        this.jumped(off);
      }
      if (mono - this.#jumpAt < TRUST_OLD_MS) now = steady;
      else this.#anchor(wall, mono);
    } else {
      this.#anchor(wall, mono);
    }
    // Whole milliseconds, as the log and the database keep them.
    now = Math.floor(now);
    if (now > this.#last) this.#last = now;
    return this.#last;
  }

  #anchor(wall: number, mono: number): void {
    this.#anchorWall = wall;
    this.#anchorMono = mono;
    this.#jumpAt = NaN;
  }
}
