import type { AlertFilter } from './alert.js';

/** Somebody who is told of alerts by HTTP requests to an address of theirs. */
export interface Webhook {
  id: string;
  /** http or https, without user and password. */
  url: string;
  description: string;
  filter: AlertFilter;
  paused: boolean;
  /**
   * What its secrets are made from, together with a key of the installation (deliver/signature.ts): the secrets
   * themselves are in no log and no checkpoint. The newest first; an older one signs too until `until`, epoch ms.
   */
  salts: { salt: string; until: number | null }[];
  /** Cursor of the alert log: what came after it is delivered. */
  after: string;
  revision: number;
  createdAt: number;
  updatedAt: number;
}

/** As the outside gives it. */
export type WebhookInput = Pick<Webhook, 'url' | 'description' | 'filter' | 'paused'>;

/**
 * What keeps a delivery from going on. `outage`: nothing gets through, so the same is tried again; `refused`: this
 * message is not taken, and others may be; `gone`: the receiver wants nothing more, ever.
 */
export interface DeliveryFailure {
  kind: 'outage' | 'refused' | 'gone';
  detail: string;
  /** HTTP status; null where there was no answer. */
  status: number | null;
  /** How long the receiver asks us to wait. */
  retryAfterMs?: number;
}

/** One try to deliver, as the delivery log shows it. */
export interface DeliveryAttempt {
  /** Epoch ms. */
  at: number;
  ms: number;
  /** Id of the first message of the try, and how many were taken of how many. */
  id: string;
  messages: number;
  taken: number;
  failure: DeliveryFailure | null;
}

/** A message that was refused so often that it was put aside for the sake of those behind it. */
export interface DeadLetter {
  /** From 1, in the order in which they were put aside. */
  no: number;
  id: string;
  /** Epoch ms. */
  at: number;
  attempts: number;
  status: number | null;
  detail: string;
  /** The message as it was sent. */
  text: string;
}

/**
 * `closed`: deliveries go out; `open`: they failed so often that only now and then one is tried; `half-open`: one is
 * being tried.
 */
export type Circuit = 'closed' | 'open' | 'half-open';

/** How far a follower of the alert log is. */
export interface DeliveryState {
  circuit: Circuit;
  /** `gone`: the receiver answered that it wants nothing more; a change of the subscription starts it again. */
  stopped: 'paused' | 'gone' | null;
  /** Cursor behind the last message that was taken, or that the filter did not want. */
  cursor: string;
  /** Steps of the log behind that cursor. */
  behind: number;
  /** Tries that failed since the last that did not. */
  failures: number;
  /** Epoch ms of the next try; null where none is waited for. */
  nextTryAt: number | null;
  deadLetters: number;
  delivered: number;
  lastDeliveredAt: number | null;
  lastFailure: (DeliveryFailure & { at: number }) | null;
}

/** Since the start of the process. */
export interface DeliveryCounts {
  /** Messages taken by their receivers. */
  delivered: number;
  /** Tries that failed. */
  failed: number;
  /** Messages put aside. */
  dead: number;
  /** Times that the log was faster than a receiver. */
  gaps: number;
}

/** One way of delivery, as the metrics show it. */
export interface DeliveryTotals extends DeliveryCounts {
  receivers: number;
  /** Receivers of which the circuit is open. */
  open: number;
  /** Steps of the log that the slowest receiver lacks. */
  behind: number;
  /** Messages that are put aside now. */
  letters: number;
}
