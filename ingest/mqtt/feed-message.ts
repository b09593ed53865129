/** A message as a broker hands it over. `payload` is borrowed. */
export interface FeedMessage {
  topic: string;
  payload: Buffer;
  /** Kept by the broker from before we subscribed. */
  retained: boolean;
  /** The broker says that it may have been sent before. */
  repeated: boolean;
  contentType?: string;
  /** Of the broker, or of the publisher where the broker is ours. */
  address: string | null;
}
