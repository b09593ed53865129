import type { AlertFeed } from '../alerts/log/feed.js';
import type { DeadLetter, DeliveryAttempt, DeliveryState } from '../model/webhook.js';
import type { Follower } from './follower.js';

/** What may be asked of one receiver of alerts, and done for it, from outside. */
export class Receiver {
  constructor(
    readonly follower: Follower,
    readonly alerts: AlertFeed,
  ) {}

  state(): DeliveryState {
    return this.follower.state();
  }

  /** The newest tries, newest first. */
  attempts(): DeliveryAttempt[] {
    return this.follower.attempts.toReversed();
  }

  /** Messages put aside, oldest first. */
  letters(): readonly DeadLetter[] {
    return this.follower.deadLetters.letters;
  }

  /** Everything after the cursor once more, in order; false where the log does not reach back to it. */
  replayFrom(cursor: string): boolean {
    const number = this.alerts.placeOf(cursor);
    if (number !== null) this.follower.replayFrom(number);
    return number !== null;
  }

  /** Sends messages that were put aside once more, null for all; how many. */
  replayLetters(numbers: readonly number[] | null): number {
    const letters = this.letters().filter(({ no }) => numbers === null || numbers.includes(no));
    this.follower.replayLetters(letters);
    return letters.length;
  }

  /** False where there is no such letter. */
  removeLetter(no: number): boolean {
    return this.follower.deadLetters.remove(no);
  }
}
