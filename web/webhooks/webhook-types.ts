import type { AlertFilter } from '../../model/alert.js';
import type { Circuit, DeliveryFailure, DeliveryState, WebhookInput } from '../../model/webhook.js';

type FailureJson = Pick<DeliveryFailure, 'kind' | 'status' | 'detail'>;

/** Items of `GET /v1/webhooks`; times RFC 3339. */
export interface WebhookJson extends WebhookInput {
  id: string;
  filter: AlertFilter;
  /** Whole in the answer that made it, masked ever after. */
  secret: string;
  delivery:
    | (Pick<DeliveryState, 'stopped' | 'cursor' | 'behind' | 'failures' | 'deadLetters' | 'delivered'> & {
        circuit: Circuit;
        nextTryAt: string | null;
        lastDeliveredAt: string | null;
        lastFailure: (FailureJson & { at: string }) | null;
      })
    | null;
}

/** Items of `GET /v1/webhooks/{id}/deliveries`, answer of `POST …/ping`. */
export interface AttemptJson {
  at: string;
  ms: number;
  id: string;
  delivered: boolean;
  failure: FailureJson | null;
}

/** Items of `GET /v1/webhooks/{id}/dead-letters`. */
export interface LetterJson {
  no: number;
  id: string;
  at: string;
  attempts: number;
  status: number | null;
  detail: string;
  message: Record<string, unknown>;
}
