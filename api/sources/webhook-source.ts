import type { DeliveryAttempt, Webhook, WebhookInput } from '../../model/webhook.js';
import type { Refusal } from '../../store/registry.js';
import type { AlertReceiver } from './alert-receiver.js';

/** Subscriptions to alerts by HTTP request (deliver/webhooks.ts). All but `put` and `get` are asked of those that exist. */
export interface WebhookSource {
  all(): Iterable<Webhook>;
  get(id: string): Webhook | undefined;
  /** What becomes of its messages; null while a new subscription is being opened. */
  receiver(id: string): AlertReceiver | null;
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
}
