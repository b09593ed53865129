import type { RejectReason } from '../../model/reject.js';
import { count, type MqttStats, type Tally } from '../../model/stats.js';

/** What is counted of messages over MQTT since the process started: received = handled + Σ rejected. */
export class MessageCounts {
  received = 0;
  handled = 0;
  readonly rejected: Tally = {};
  /** Received messages by the codec that read them; those on unknown topics are in none. */
  readonly byCodec: Tally = {};
  /** Said to be sent before. */
  repeated = 0;
  /** Kept by the broker from before we subscribed. */
  retained = 0;
  readonly events: Tally = {};
  /** How often reading stopped for want of room in the log. */
  pauses = 0;

  reject(reason: RejectReason): void {
    count(this.rejected, reason);
  }

  snapshot(): MqttStats['messages'] {
    const { received, handled, repeated, retained } = this;
    return { received, handled, rejected: { ...this.rejected }, byCodec: { ...this.byCodec }, repeated, retained };
  }
}
