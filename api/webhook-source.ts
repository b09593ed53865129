import type { DeadLetter, DeliveryAttempt, DeliveryState, Webhook, WebhookInput } from '../model/webhook.js';
import type { Refusal } from '../store/registry.js';

/** Subscriptions to alerts by HTTP request (deliver/webhooks.ts). All but `put` and `get` are asked of those that exist. */
export interface WebhookSource {
  all(): Iterable<Webhook>;
  get(id: string): Webhook | undefined;
  /** Null while a new subscription is being opened. */
  state(id: string): DeliveryState | null;
  /** The newest tries, newest first. */
  attempts(id: string): readonly DeliveryAttempt[];
  /** Messages put aside, oldest first. */
  letters(id: string): readonly DeadLetter[];
  /** Makes or changes one; the secret is told when it is made, and never again. */
  put(
    id: string,
    input: WebhookInput,
  ): Promise<{ webhook: Webhook; created: boolean; secret: string | null } | Refusal>;
  delete(id: string): Promise<object | Refusal>;
  /** Another secret; the one before signs for a day more. */
  renewSecret(id: string): Promise<{ secret: string } | Refusal>;
  /** One message to see whether it arrives. */
  ping(id: string): Promise<DeliveryAttempt>;
  /** Everything after the cursor once more, in order; false where the log does not reach back to it. */
  replayFrom(id: string, cursor: string): boolean;
  /** Sends messages that were put aside once more, null for all; how many. */
  replayLetters(id: string, numbers: readonly number[] | null): number;
  /** False where there is no such letter. */
  removeLetter(id: string, no: number): boolean;
}
