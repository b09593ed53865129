import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type AlertFeed, readCursor } from '../alerts/log/feed.js';
import type { Alert, AlertFilter } from '../model/alert.js';
import type { Catalog } from '../model/catalog.js';
import type { DeliveryAttempt, DeliveryFailure, Webhook, WebhookInput } from '../model/webhook.js';
import type { Refusal, Registry } from '../store/registry.js';
import type { Deliveries } from './deliveries.js';
import type { Follower } from './follower.js';
import type { Receiver } from './receiver.js';
import { signatures, webhookSecret } from './signature.js';
import type { TargetGuard } from './target-guard.js';
import { WebhookCarrier } from './webhook-carrier.js';

const MAX_WEBHOOKS = 100;
/** Who subscribes while the server starts waits so long for the end of the log to be known. */
const READY_WITHIN_MS = 10_000;
/** A secret that was replaced signs for so long beside the new one, ms. */
const OLD_SECRET_MS = 24 * 3_600_000;

const STILL_OPENING: DeliveryFailure = { kind: 'outage', status: null, detail: 'it is still being opened' };

export interface WebhooksOptions {
  catalog: Catalog;
  registry: Pick<Registry, 'putWebhook' | 'deleteWebhook'>;
  alerts: AlertFeed;
  deliveries: Deliveries;
  guard: TargetGuard;
  /** What a filter asks for. */
  wantsOf: (filter: AlertFilter) => (alert: Alert) => boolean;
  /** Of the installation; secrets come from it. */
  key: string;
  version: string;
  /** Epoch ms. */
  clock: () => number;
}

interface Open {
  carrier: WebhookCarrier;
  follower: Follower;
}

/** Subscriptions to alerts by HTTP request: objects of the registry, each with a follower of the alert log. */
export class Webhooks {
  readonly #receivers = new Map<string, Open>();
  /** The log's end is known: a new subscription begins there. */
  #ready = false;
  /** The last change that is under way. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(readonly options: WebhooksOptions) {}

  /** Takes up the subscriptions that there are. */
  static async start(options: WebhooksOptions): Promise<Webhooks> {
    const webhooks = new Webhooks(options);
    void options.alerts.ready.then(() => (webhooks.#ready = true));
    const known = [...options.catalog.webhooks.values()];
    await options.deliveries.keepOnly(
      'webhook',
      known.map(({ id }) => receiverName(id)),
    );
    for (const webhook of known) await webhooks.#open(webhook);
    return webhooks;
  }

  all(): Iterable<Webhook> {
    return this.options.catalog.webhooks.values();
  }

  get(id: string): Webhook | undefined {
    return this.options.catalog.webhooks.get(id);
  }

  /** What becomes of its messages; null while a new subscription is being opened. */
  receiver(id: string): Receiver | null {
    return this.#receivers.has(id) ? this.options.deliveries.receiver(receiverName(id)) : null;
  }

  /** Makes or changes one; the secret is told when it is made, and never again. */
  put(
    id: string,
    input: WebhookInput,
  ): Promise<{ webhook: Webhook; created: boolean; secret: string | null } | Refusal> {
    return this.#inTurn(() => this.#put(id, input));
  }

  async #put(
    id: string,
    input: WebhookInput,
  ): Promise<{ webhook: Webhook; created: boolean; secret: string | null } | Refusal> {
    const { catalog, guard, alerts, registry } = this.options;
    const before = catalog.webhooks.get(id);
    const problem = guard.problem(input.url);
    if (problem) return refused('url', problem);
    if (!before && catalog.webhooks.size >= MAX_WEBHOOKS) return refused('id', `there are ${MAX_WEBHOOKS} already`);
    if (!this.#ready) await Promise.race([alerts.ready, pause(READY_WITHIN_MS, undefined, { ref: false })]);
    if (!this.#ready) {
      const message = 'the alert log is still being read; try again';
      return { refused: 'unavailable', problems: [{ path: '', message }] };
    }
    const salts = before?.salts ?? [{ salt: newSalt(), until: null }];
    const after = before?.after ?? alerts.cursor(alerts.last);
    const outcome = await registry.putWebhook({ ...input, id, salts, after });
    if ('refused' in outcome) return outcome;
    await this.#open(outcome.webhook);
    return { ...outcome, secret: outcome.created ? this.#secret(outcome.webhook) : null };
  }

  delete(id: string): Promise<object | Refusal> {
    return this.#inTurn(() => this.#delete(id));
  }

  async #delete(id: string): Promise<object | Refusal> {
    const outcome = await this.options.registry.deleteWebhook(id);
    if ('refused' in outcome) return outcome;
    this.#receivers.delete(id);
    await this.options.deliveries.remove(receiverName(id));
    return outcome;
  }

  /** Another secret; the one before signs for a day more. */
  renewSecret(id: string): Promise<{ secret: string } | Refusal> {
    return this.#inTurn(() => this.#renewSecret(id));
  }

  async #renewSecret(id: string): Promise<{ secret: string } | Refusal> {
    const webhook = this.options.catalog.webhooks.get(id);
    if (!webhook) return { refused: 'not-found', problems: [{ path: 'id', message: `there is no webhook ${id}` }] };
    const now = this.options.clock();
    const old = { salt: webhook.salts[0].salt, until: now + OLD_SECRET_MS };
    const outcome = await this.options.registry.putWebhook({
      ...webhook,
      salts: [{ salt: newSalt(), until: null }, old],
    });
    if ('refused' in outcome) return outcome;
    await this.#open(outcome.webhook);
    return { secret: this.#secret(outcome.webhook) };
  }

  /** One message for the sake of seeing whether it arrives; paused or not, and whatever else is waiting. */
  async ping(id: string): Promise<DeliveryAttempt> {
    const { clock } = this.options;
    const at = clock();
    const message = {
      id: `ping_${randomBytes(8).toString('hex')}`,
      text: JSON.stringify({ type: 'ping', webhook: id }),
    };
    const carrier = this.#receivers.get(id)?.carrier;
    const failure = carrier ? await carrier.post(message, new AbortController().signal) : STILL_OPENING;
    return { at, ms: clock() - at, id: message.id, messages: 1, taken: failure ? 0 : 1, failure };
  }

  /** One change after the other: each takes the files and the connection of a receiver from the one before. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #open(webhook: Webhook): Promise<void> {
    const { guard, key, version, wantsOf, deliveries } = this.options;
    const carrier = new WebhookCarrier({
      url: webhook.url,
      guard,
      userAgent: `cheji/${version}`,
      sign: (id, nowMs, body) => signatures(key, webhook, id, nowMs, body),
      // Receivers refuse what is five minutes off their clocks. Ours never goes back: after a jump it stands still for as long.
      clock: Date.now,
    });
    const wants = wantsOf(webhook.filter);
    const { paused } = webhook;
    const known = this.#receivers.get(webhook.id);
    if (known) {
      known.carrier = carrier;
      known.follower.change({ carrier, wants, paused });
      return;
    }
    const from = readCursor(webhook.after) ?? { epoch: '', number: 0 };
    const name = receiverName(webhook.id);
    const follower = await deliveries.add({ name, way: 'webhook', carrier, wants, from, paused });
    this.#receivers.set(webhook.id, { carrier, follower });
  }

  #secret({ id, salts }: Webhook): string {
    return webhookSecret(this.options.key, id, salts[0].salt);
  }
}

function receiverName(id: string): string {
  return `webhook-${id}`;
}

function newSalt(): string {
  return randomBytes(16).toString('base64url');
}

function refused(path: string, message: string): Refusal {
  return { refused: 'invalid', problems: [{ path, message }] };
}
