import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DeliveryState, Webhook, WebhookInput } from '../../model/webhook.js';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { refusal } from '../http/refusal.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { json, NO_CONTENT, type Route, route } from '../route.js';
import { listOf } from '../schemas/common.js';
import {
  attemptJson,
  attemptSchema,
  webhookId,
  webhookInputSchema,
  webhookJson,
  webhookSchema,
} from '../schemas/webhooks.js';
import { receiverRoutes } from './alert-receivers.js';

const JSON_TYPE = ['application/json'];
const BODY_BYTES = 256 * 1024;
const idParam = z.strictObject({ id: webhookId });

/** Subscriptions to alerts by HTTP request: docs/webhooks.md. */
export function webhookRoutes(app: App): Route[] {
  const { webhooks } = app.deps;
  const body = {
    schema: webhookInputSchema as z.ZodType<z.output<typeof webhookInputSchema>>,
    types: JSON_TYPE,
    limit: BODY_BYTES,
  };

  return [
    route({
      method: 'get',
      path: '/v1/webhooks',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'Who is told of alerts by HTTP request, and how far each is',
      query: z.strictObject({ limit: limitParam(100, 100), cursor: cursorParam.optional() }),
      responses: { 200: { description: 'a page of webhooks', schema: listOf(webhookSchema) } },
      handle({ query }) {
        const after = query.cursor === undefined ? '' : readCursor('webhooks', query.cursor, ['text'])[0];
        const found = [...webhooks.all()].filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
        const page = found.slice(0, query.limit);
        return json({
          items: page.map((webhook) => webhookJson(webhook, stateOf(webhook.id))),
          cursor: found.length > page.length ? writeCursor('webhooks', [page[page.length - 1].id]) : null,
        });
      },
    }),
    route({
      method: 'post',
      path: '/v1/webhooks',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'Subscribe an address to alerts',
      description: 'From now on. The answer has the secret that messages are signed with; it is shown this once.',
      body,
      responses: {
        201: { description: 'the webhook', schema: webhookSchema, headers: { Location: 'of the webhook' } },
      },
      errors: ['conflict', 'busy'],
      async handle({ body: given }) {
        const id = given.id ?? `webhook-${randomBytes(6).toString('hex')}`;
        if (webhooks.get(id)) {
          throw new ApiError('conflict', `body.id: a webhook "${id}" exists; PUT replaces it`, [
            { path: 'body.id', message: 'exists' },
          ]);
        }
        const { webhook, secret } = await put(id, given);
        return json(webhookJson(webhook, stateOf(id), secret), 201, [['Location', `/v1/webhooks/${id}`]]);
      },
    }),
    route({
      method: 'get',
      path: '/v1/webhooks/{id}',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'One webhook, and how far it is',
      params: idParam,
      responses: { 200: { description: 'the webhook', schema: webhookSchema } },
      errors: ['not-found'],
      handle: ({ params: { id } }) => json(webhookJson(known(id), stateOf(id))),
    }),
    route({
      method: 'put',
      path: '/v1/webhooks/{id}',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'Subscribe an address under this id, or change the webhook',
      description: 'A change keeps the secret and the place in the alert log, and tries at once what was waited for.',
      params: idParam,
      body,
      responses: {
        200: { description: 'changed', schema: webhookSchema },
        201: { description: 'made; with its secret', schema: webhookSchema },
      },
      errors: ['busy'],
      async handle({ params: { id }, body: given }) {
        if (given.id !== undefined && given.id !== id) {
          throw new ApiError('bad-request', 'body.id: is not that of the path', [
            { path: 'body.id', message: 'is not that of the path' },
          ]);
        }
        const { webhook, created, secret } = await put(id, given);
        return json(webhookJson(webhook, stateOf(id), secret), created ? 201 : 200);
      },
    }),
    route({
      method: 'delete',
      path: '/v1/webhooks/{id}',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'End a webhook',
      description: 'What was put aside for it goes too.',
      params: idParam,
      responses: { 204: { description: 'gone' } },
      errors: ['not-found', 'busy'],
      async handle({ params: { id } }) {
        const outcome = await webhooks.delete(known(id).id);
        if ('refused' in outcome) throw refusal(outcome);
        return NO_CONTENT;
      },
    }),
    route({
      method: 'post',
      path: '/v1/webhooks/{id}/secret',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'A new secret',
      description: 'Shown this once. For a day messages are signed with the old one too.',
      params: idParam,
      responses: { 200: { description: 'the secret', schema: z.object({ secret: z.string() }) } },
      errors: ['not-found', 'busy'],
      async handle({ params: { id } }) {
        const outcome = await webhooks.renewSecret(known(id).id);
        if ('refused' in outcome) throw refusal(outcome);
        return json(outcome);
      },
    }),
    route({
      method: 'post',
      path: '/v1/webhooks/{id}/ping',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'Send a message to see whether it arrives',
      params: idParam,
      responses: { 200: { description: 'what came of it', schema: attemptSchema } },
      errors: ['not-found'],
      handle: async ({ params: { id } }) => json(attemptJson(await webhooks.ping(known(id).id))),
    }),
    ...receiverRoutes({
      base: '/v1/webhooks/{id}',
      tag: 'Webhooks',
      params: idParam,
      find: ({ id }) => webhooks.receiver(known(id).id),
    }),
  ];

  async function put(id: string, { url, description, filter, paused }: WebhookInput) {
    const outcome = await webhooks.put(id, { url, description, filter, paused });
    if ('refused' in outcome) throw refusal(outcome, 'body');
    return outcome;
  }

  /** Null while it is being opened. */
  function stateOf(id: string): DeliveryState | null {
    return webhooks.receiver(id)?.state() ?? null;
  }

  function known(id: string): Webhook {
    const webhook = webhooks.get(id);
    if (webhook) return webhook;
    throw new ApiError('not-found', `no webhook with id "${id}"`, [{ path: 'path.id', message: 'there is none' }]);
  }
}
