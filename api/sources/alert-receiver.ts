import type { DeadLetter, DeliveryAttempt, DeliveryState } from '../../model/webhook.js';

/** Somebody whom alerts are brought to, by whatever way (deliver/receiver.ts). */
export interface AlertReceiver {
  state(): DeliveryState;
  /** The newest tries, newest first. */
  attempts(): readonly DeliveryAttempt[];
  /** Messages put aside, oldest first. */
  letters(): readonly DeadLetter[];
  /** Everything after the cursor once more, in order; false where the log does not reach back to it. */
  replayFrom(cursor: string): boolean;
  /** Sends messages that were put aside once more, null for all; how many. */
  replayLetters(numbers: readonly number[] | null): number;
  /** False where there is no such letter. */
  removeLetter(no: number): boolean;
}
