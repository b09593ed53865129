import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Webhook, WebhookInput } from '../../model/webhook.js';
import type { App } from '../app.js';
import { ApiError } from '../errors.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { refusal } from '../refusal.js';
import { json, NO_CONTENT, type Route, route } from '../route.js';
import { listOf } from '../schemas.js';
import {
  attemptJson,
  attemptSchema,
  letterJson,
  letterSchema,
  replaySchema,
  webhookId,
  webhookInputSchema,
  webhookJson,
  webhookSchema,
} from '../webhook-schemas.js';

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
          items: page.map((webhook) => webhookJson(webhook, webhooks.state(webhook.id))),
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
        return json(webhookJson(webhook, webhooks.state(id), secret), 201, [['Location', `/v1/webhooks/${id}`]]);
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
      handle: ({ params: { id } }) => json(webhookJson(known(id), webhooks.state(id))),
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
        return json(webhookJson(webhook, webhooks.state(id), secret), created ? 201 : 200);
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
    route({
      method: 'get',
      path: '/v1/webhooks/{id}/deliveries',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'The last hundred tries, newest first',
      description: 'Of this run of the server.',
      params: idParam,
      responses: { 200: { description: 'tries', schema: listOf(attemptSchema) } },
      errors: ['not-found'],
      handle: ({ params: { id } }) => json({ items: webhooks.attempts(known(id).id).map(attemptJson), cursor: null }),
    }),
    route({
      method: 'get',
      path: '/v1/webhooks/{id}/dead-letters',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'Messages that it refused again and again, oldest first',
      description: 'At most 500 are kept; then the oldest go.',
      params: idParam,
      query: z.strictObject({ limit: limitParam(500, 100), cursor: cursorParam.optional() }),
      responses: { 200: { description: 'a page of messages', schema: listOf(letterSchema) } },
      errors: ['not-found'],
      handle({ params: { id }, query }) {
        const after = query.cursor === undefined ? 0 : readCursor('dead-letters', query.cursor, ['number'])[0];
        const letters = webhooks.letters(known(id).id).filter(({ no }) => no > after);
        const page = letters.slice(0, query.limit);
        const last = letters.length > page.length ? page[page.length - 1] : undefined;
        return json({ items: page.map(letterJson), cursor: last ? writeCursor('dead-letters', [last.no]) : null });
      },
    }),
    route({
      method: 'delete',
      path: '/v1/webhooks/{id}/dead-letters/{no}',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'Throw a message away',
      params: z.strictObject({
        id: webhookId,
        no: z
          .string()
          .regex(/^\d{1,15}$/, 'a number')
          .transform(Number),
      }),
      responses: { 204: { description: 'gone' } },
      errors: ['not-found'],
      handle({ params: { id, no } }) {
        if (webhooks.removeLetter(known(id).id, no)) return NO_CONTENT;
        throw new ApiError('not-found', `no dead letter ${no}`, [{ path: 'path.no', message: 'there is none' }]);
      },
    }),
    route({
      method: 'post',
      path: '/v1/webhooks/{id}/replay',
      auth: 'key',
      tag: 'Webhooks',
      summary: 'Send again',
      description:
        'All that it wants after a cursor, in order; or messages that were put aside, before everything else. Ids of messages are those of the first time.',
      params: idParam,
      body: { schema: replaySchema, types: JSON_TYPE, limit: BODY_BYTES },
      responses: {
        202: {
          description: 'taken; see the deliveries',
          schema: z.object({ deadLetters: z.int().describe('how many will be sent') }),
        },
      },
      errors: ['not-found', 'gone'],
      handle({ params, body: asked }) {
        const { id } = known(params.id);
        if ('from' in asked) {
          if (webhooks.replayFrom(id, asked.from)) return json({ deadLetters: 0 }, 202);
          const message = 'the alert log does not reach back to this cursor; list alerts instead';
          throw new ApiError('gone', `body.from: ${message}`, [{ path: 'body.from', message }]);
        }
        const numbers = asked.deadLetters === 'all' ? null : asked.deadLetters;
        return json({ deadLetters: webhooks.replayLetters(id, numbers) }, 202);
      },
    }),
  ];

  async function put(id: string, { url, description, filter, paused }: WebhookInput) {
    const outcome = await webhooks.put(id, { url, description, filter, paused });
    if ('refused' in outcome) throw refusal(outcome);
    return outcome;
  }

  function known(id: string): Webhook {
    const webhook = webhooks.get(id);
    if (webhook) return webhook;
    throw new ApiError('not-found', `no webhook with id "${id}"`, [{ path: 'path.id', message: 'there is none' }]);
  }
}
