import type { CloseReason } from './ingest-stats.js';
import type { TcpLimits } from './limits.js';

const MINUTE_MS = 60_000;
/** A debt of this many bursts is more than impatience (reliability sheet §11: close at 10 ×). */
const RATE_ABUSE = 10;

/** Keeps an eye on one peer: pace, silence, rubbish. Times are monotonic ms. */
export class Manners {
  /** Valid frames so far. */
  frames = 0;
  #framesBefore = 0;
  #openedAt: number;
  #heardAt: number;
  #insideSince = NaN;
  #garbageBytes = 0;
  #badChecksums = 0;
  #badChecksumsSince = -Infinity;
  #unauthenticated = 0;
  #tokens: number;
  #tokensAt: number;

  constructor(
    private readonly limits: TcpLimits,
    now: number,
  ) {
    this.#openedAt = this.#heardAt = this.#tokensAt = now;
    this.#tokens = limits.rateBurst;
  }

  /** Reading begins only now: the time until here was ours. */
  begin(now: number): void {
    this.#openedAt = this.#heardAt = now;
  }

  /** Reading goes on after a pause of ours: silence in it was not the peer's. */
  goOn(now: number): void {
    this.#heardAt = now;
    if (!Number.isNaN(this.#insideSince)) this.#insideSince = now;
  }

  /** Frames that were counted when they came are handled only now. */
  caughtUp(): void {
    this.#framesBefore = this.frames;
  }

  /** After `length` bytes were read; `insideFrame`: they end inside a frame. A reason to close, or null. */
  read(length: number, insideFrame: boolean, now: number): CloseReason | null {
    const { rate, rateBurst, garbageBytes } = this.limits;
    const frames = this.frames - this.#framesBefore;
    this.#framesBefore = this.frames;
    if (frames > 0) this.#heardAt = now;
    if (!insideFrame) this.#insideSince = NaN;
    else if (frames > 0 || Number.isNaN(this.#insideSince)) this.#insideSince = now;
    this.#garbageBytes = frames > 0 ? 0 : this.#garbageBytes + length;
    if (this.#garbageBytes > garbageBytes) return 'garbage';
    if (rate > 0) {
      this.#refill(now);
      this.#tokens -= frames;
      if (this.#tokens < -RATE_ABUSE * rateBurst) return 'rate';
    }
    return null;
  }

  /** True while the peer has sent more frames than it may, and must wait. */
  tooFast(now: number): boolean {
    if (this.limits.rate === 0) return false;
    this.#refill(now);
    return this.#tokens < 0;
  }

  /** One more frame with a bad check code; true where that is one too many. */
  badChecksum(now: number): boolean {
    if (now - this.#badChecksumsSince > MINUTE_MS) {
      this.#badChecksumsSince = now;
      this.#badChecksums = 0;
    }
    return ++this.#badChecksums > this.limits.badChecksumsPerMinute;
  }

  /** One more message for which authentication was missing; true where that is enough. */
  unauthenticated(): boolean {
    return ++this.#unauthenticated >= this.limits.unauthenticatedMessages;
  }

  /** What has taken too long, if anything. `welcome`: authenticated, or no need to be. */
  overdue(now: number, welcome: boolean): CloseReason | null {
    const { firstFrameMs, authMs, frameMs, idleMs } = this.limits;
    if (this.frames === 0 && now - this.#openedAt > firstFrameMs) return 'no-first-frame';
    if (now - this.#insideSince > frameMs) return 'slow-frame'; // never where it is NaN
    if (!welcome && now - this.#openedAt > authMs) return 'no-auth';
    if (now - this.#heardAt > idleMs) return 'idle';
    return null;
  }

  #refill(now: number): void {
    const { rate, rateBurst } = this.limits;
    this.#tokens = Math.min(rateBurst, this.#tokens + ((now - this.#tokensAt) * rate) / 1000);
    this.#tokensAt = now;
  }
}
