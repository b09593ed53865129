import type { StreamMessage, StreamRequest } from './messages.js';

/** How a subscription reaches the server; what is sent while there is no connection is left out. */
export interface SubscriptionPort {
  send(request: StreamRequest): void;
  /** Ends subscription `id`. */
  close(id: number): void;
  /** Tells whoever made the stream of something that went wrong and did not end it. */
  problem(error: Error): void;
}

/** Something that was subscribed, and is again after each break of the connection. */
export interface Subscription {
  readonly id: number;
  /** What to say to the server on a new connection. */
  request(): StreamRequest;
  take(message: StreamMessage): void;
  /** The connection broke. */
  lost(): void;
}
