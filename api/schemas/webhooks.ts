import { z } from 'zod';
import { msToRfc3339 } from '../../model/units.js';
import type { DeadLetter, DeliveryAttempt, DeliveryFailure, DeliveryState, Webhook } from '../../model/webhook.js';
import { alertFilterSchema } from '../alerts/alert-filter.js';
import { pastCursor } from './alerts.js';
import { time } from './common.js';

/** Subscriptions to alerts and what became of their messages, as they go in and out (docs/webhooks.md). */

export const webhookId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits or any of . _ -')
  .meta({ examples: ['dispatch'] });

export const webhookInputSchema = z
  .strictObject({
    id: webhookId.optional().describe('made up where absent; not in PUT'),
    url: z.string().min(1).max(2000).describe('http or https; addresses that are not public must be allowed'),
    description: z.string().max(500).default(''),
    filter: alertFilterSchema.prefault({}).describe('which alerts, as on the stream; muted ones only where asked for'),
    paused: z.boolean().default(false),
  })
  .meta({ id: 'WebhookInput', examples: [{ url: 'https://example.cn/alerts', filter: { severity: 'critical' } }] });

const failureSchema = z.object({
  kind: z
    .enum(['outage', 'refused', 'gone'])
    .describe('outage: tried again; refused: put aside after five tries; gone: nothing more is sent'),
  status: z.int().nullable().describe('of HTTP; null where there was no answer'),
  detail: z.string(),
});

export const deliverySchema = z
  .object({
    circuit: z.enum(['closed', 'open', 'half-open']),
    stopped: z.enum(['paused', 'gone']).nullable(),
    cursor: z.string().describe('behind the last step that was taken, or not wanted'),
    behind: z.int().describe('steps of the alert log after that'),
    failures: z.int().describe('in a row'),
    nextTryAt: time.nullable(),
    deadLetters: z.int(),
    delivered: z.int().describe('since the server started'),
    lastDeliveredAt: time.nullable(),
    lastFailure: failureSchema.extend({ at: time }).nullable(),
  })
  .meta({ id: 'DeliveryState' });

export const webhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    filter: z.record(z.string(), z.unknown()),
    paused: z.boolean(),
    secret: z.string().describe('whsec_… whole when it is made, masked ever after'),
    revision: z.int(),
    createdAt: time,
    updatedAt: time,
    delivery: deliverySchema.nullable().describe('null while it is being opened'),
  })
  .meta({ id: 'Webhook' });

export const attemptSchema = z
  .object({
    at: time,
    ms: z.number(),
    id: z.string().describe('of the message: the header Webhook-Id'),
    delivered: z.boolean(),
    failure: failureSchema.nullable(),
  })
  .meta({ id: 'DeliveryAttempt' });

export const letterSchema = z
  .object({
    no: z.int(),
    id: z.string(),
    at: time,
    attempts: z.int(),
    status: z.int().nullable(),
    detail: z.string(),
    message: z.record(z.string(), z.unknown()).describe('as it was sent'),
  })
  .meta({ id: 'DeadLetter' });

export const replaySchema = z
  .union([
    z.strictObject({ from: pastCursor.describe('a cursor: all that is wanted after it') }),
    z.strictObject({ deadLetters: z.union([z.literal('all'), z.array(z.int().min(1)).min(1).max(500)]) }),
  ])
  .meta({ id: 'WebhookReplay', examples: [{ from: '3f2a-1041' }, { deadLetters: 'all' }] });

const MASKED = 'whsec_***';

export function webhookJson(webhook: Webhook, state: DeliveryState | null, secret: string | null = null) {
  const { id, url, description, filter, paused, revision, createdAt, updatedAt } = webhook;
  return {
    id,
    url,
    description,
    filter,
    paused,
    secret: secret ?? MASKED,
    revision,
    createdAt: msToRfc3339(createdAt),
    updatedAt: msToRfc3339(updatedAt),
    delivery: state && stateJson(state),
  };
}

export function attemptJson({ at, ms, id, failure }: DeliveryAttempt) {
  return { at: msToRfc3339(at), ms, id, delivered: failure === null, failure: failure && failureJson(failure) };
}

export function letterJson({ text, at, ...letter }: DeadLetter) {
  return { ...letter, at: msToRfc3339(at), message: JSON.parse(text) as Record<string, unknown> };
}

export function stateJson(state: DeliveryState) {
  const { nextTryAt, lastDeliveredAt, lastFailure } = state;
  return {
    ...state,
    nextTryAt: timeOrNull(nextTryAt),
    lastDeliveredAt: timeOrNull(lastDeliveredAt),
    lastFailure: lastFailure && { ...failureJson(lastFailure), at: msToRfc3339(lastFailure.at) },
  };
}

function failureJson({ kind, status, detail }: DeliveryFailure) {
  return { kind, status, detail };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : msToRfc3339(ms);
}
