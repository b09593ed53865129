import { onTestFinished } from 'vitest';
import { alertBlocks } from '../../alerts/log/alert-commit.js';
import { AlertFeed } from '../../alerts/log/feed.js';
import type { Carried, Carrier, Delivery } from '../../deliver/carrier.js';
import { Deliveries, type NewReceiver } from '../../deliver/deliveries.js';
import type { Alert, AlertTransition } from '../../model/alert.js';
import type { DeliveryFailure } from '../../model/webhook.js';
import { SegmentLog } from '../../store/segment-log.js';
import { tempDir } from '../support/temp-dir.js';

export const OUTAGE: DeliveryFailure = { kind: 'outage', status: 503, detail: 'away' };
export const REFUSED: DeliveryFailure = { kind: 'refused', status: 422, detail: 'not like this' };

/** A receiver in memory: `answer` says what becomes of each message. */
export class FakeCarrier implements Carrier {
  /** Ids of all that were handed over, and of those that were taken. */
  readonly tried: string[] = [];
  readonly taken: string[] = [];
  closed = false;

  constructor(
    public answer: (delivery: Delivery) => DeliveryFailure | null | Promise<DeliveryFailure | null> = () => null,
    readonly window = 1,
  ) {}

  async carry(batch: readonly Delivery[]): Promise<Carried> {
    for (const [taken, delivery] of batch.entries()) {
      this.tried.push(delivery.id);
      const failure = await this.answer(delivery);
      if (failure) return { taken, failure };
      this.taken.push(delivery.id);
    }
    return { taken: batch.length, failure: null };
  }

  close(): void {
    this.closed = true;
  }
}

/** The first step of an alert of its own, with the number that it has in the log. */
export function step(number: number): AlertTransition {
  const alert = { id: `a${number}`, revision: 1, clearedAt: null, severity: number % 10 === 0 ? 'critical' : 'info' };
  return { number, inputSeq: number, transition: 'raised', alert: alert as Alert };
}

export const steps = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => step(from + i));
export const ids = (from: number, to: number) => steps(from, to).map(({ alert }) => `alert_${alert.id}_1`);

/** A feed of which the log has the steps 1 to `count` on disk, and the newest `inMemory` of them in memory. */
export async function feedOf(
  count: number,
  { inMemory = 50_000, epoch = 'e1' } = {},
): Promise<{ feed: AlertFeed; log: SegmentLog }> {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, segmentBytes: 2000 });
  onTestFinished(() => log.close());
  for (let from = 1; from <= count; from += 7) {
    await log.append(alertBlocks(steps(from, Math.min(count, from + 6)), 1, from, 0));
  }
  const feed = new AlertFeed(inMemory);
  await feed.load(dir, { epoch, alertNumber: count, open: [] });
  return { feed, log };
}

/** Everything that delivers, with short waits; ends with the test, or by `stop`. */
export async function deliveriesOf(feed: AlertFeed, dir?: string, clock = Date.now): Promise<Deliveries> {
  const deliveries = await Deliveries.open({
    dir: dir ?? (await tempDir()),
    alerts: feed,
    clock,
    log: () => {},
    backoff: { firstMs: 5, lastMs: 40 },
  });
  onTestFinished(() => deliveries.stop());
  return deliveries;
}

export function receiver(carrier: Carrier, given: Partial<NewReceiver> = {}): NewReceiver {
  const from = { epoch: 'e1', number: 0 };
  return { name: 'r1', way: 'webhook', carrier, wants: () => true, from, paused: false, ...given };
}
