import type { Alert } from '../model/alert.js';
import { fillTopic } from '../model/topic-pattern.js';
import { explain } from '../store/db.js';
import type { Carried, Carrier, Delivery } from './carrier.js';
import { within } from './deadline.js';

/** Until the broker has acknowledged what is on its way. */
const TIMEOUT_MS = 30_000;
/** Stands where an alert has nothing, and where a gap is told. */
const NOTHING = '-';

/** Publishes at QoS 1: resolves when the broker has the message, rejects where it is away or does not take it. */
export type Publish = (topic: string, payload: Uint8Array) => Promise<unknown>;

/** Publishes many messages at once, and counts those that the broker has acknowledged, in their order. */
export class MqttCarrier implements Carrier {
  readonly window = 64;

  constructor(
    /** With the names of `topicLevels` in braces. */
    readonly template: string,
    readonly publish: Publish,
    readonly timeoutMs = TIMEOUT_MS,
  ) {}

  async carry(batch: readonly Delivery[], signal: AbortSignal): Promise<Carried> {
    const published = batch.map(({ alert, text }) =>
      this.publish(fillTopic(this.template, topicLevels(alert)), Buffer.from(text)),
    );
    for (const message of published) message.catch(() => {}); // the first failure is told, the others follow it
    let taken = 0;
    try {
      await within(this.timeoutMs, signal, async () => {
        for (const message of published) {
          await message;
          taken++;
        }
      });
      return { taken, failure: null };
    } catch (error) {
      return {
        taken,
        failure: { kind: isRefusal(error) ? 'refused' : 'outage', status: null, detail: explain(error) },
      };
    }
  }

  close(): void {}
}

/** A broker of MQTT 5 says by a reason code of 0x80 and more (§2.4) that it does not take this message: its topic, mostly. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' && code >= 0x80;
}

/** What may stand in a topic; `gap` as type where there is no alert. */
export function topicLevels(alert: Alert | null): Record<TopicName, string> {
  return {
    type: alert ? topicLevel(alert.type) : 'gap',
    severity: topicLevel(alert?.severity),
    vehicleId: topicLevel(alert?.vehicleId),
    company: topicLevel(alert?.company),
    region: topicLevel(alert?.region),
    fenceId: topicLevel(alert?.fenceId),
  };
}

export const TOPIC_NAMES = ['type', 'severity', 'vehicleId', 'company', 'region', 'fenceId'] as const;
type TopicName = (typeof TOPIC_NAMES)[number];

/** One level, whatever is in it: wildcards and slashes would make another topic of it (MQTT 5.0 §4.7). */
export function topicLevel(value: string | null | undefined): string {
  return value ? value.replace(/[/+#\p{Cc}]/gu, '_') : NOTHING;
}
