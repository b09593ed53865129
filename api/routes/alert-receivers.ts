import { z } from 'zod';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { json, NO_CONTENT, type Route, route } from '../route.js';
import { listOf } from '../schemas/common.js';
import {
  attemptJson,
  attemptSchema,
  deliverySchema,
  letterJson,
  letterSchema,
  replaySchema,
  stateJson,
} from '../schemas/webhooks.js';
import type { AlertReceiver } from '../sources/alert-receiver.js';

const BODY_BYTES = 256 * 1024;
const letterNo = z
  .string()
  .regex(/^\d{1,15}$/, 'a number')
  .transform(Number);

/** Receivers of alerts of one way. */
interface ReceiversSpec<P> {
  /** Of one of them: `/v1/webhooks/{id}`. */
  base: string;
  tag: string;
  /** Of the names in `base`. */
  params: z.ZodObject<z.core.$ZodShape & { [N in keyof P]: z.ZodType<P[N]> }>;
  /** Null while it is being opened; throws 'not-found' where there is none. */
  find(params: P): AlertReceiver | null;
}

/** What became of the messages to a receiver, what was put aside, and sending it again. */
export function receiverRoutes<P>({ base, tag, params, find }: ReceiversSpec<P>): Route[] {
  const these = params as unknown as z.ZodType<P>;
  return [
    route({
      method: 'get',
      path: `${base}/deliveries`,
      auth: 'key',
      tag,
      summary: 'The last hundred tries, newest first',
      description: 'Of this run of the server.',
      params: these,
      responses: { 200: { description: 'tries', schema: listOf(attemptSchema) } },
      errors: ['not-found'],
      handle: (call) => json({ items: (find(call.params)?.attempts() ?? []).map(attemptJson), cursor: null }),
    }),
    route({
      method: 'get',
      path: `${base}/dead-letters`,
      auth: 'key',
      tag,
      summary: 'Messages that were refused again and again, oldest first',
      description: 'At most 500 are kept; then the oldest go.',
      params: these,
      query: z.strictObject({ limit: limitParam(500, 100), cursor: cursorParam.optional() }),
      responses: { 200: { description: 'a page of messages', schema: listOf(letterSchema) } },
      errors: ['not-found'],
      handle(call) {
        const { limit, cursor } = call.query;
        const after = cursor === undefined ? 0 : readCursor('dead-letters', cursor, ['number'])[0];
        const letters = (find(call.params)?.letters() ?? []).filter(({ no }) => no > after);
        const page = letters.slice(0, limit);
        const last = letters.length > page.length ? page[page.length - 1] : undefined;
        return json({ items: page.map(letterJson), cursor: last ? writeCursor('dead-letters', [last.no]) : null });
      },
    }),
    route({
      method: 'delete',
      path: `${base}/dead-letters/{no}`,
      auth: 'key',
      tag,
      summary: 'Throw a message away',
      params: params.extend({ no: letterNo }) as unknown as z.ZodType<P & { no: number }>,
      responses: { 204: { description: 'gone' } },
      errors: ['not-found'],
      handle(call) {
        const { no } = call.params;
        if (find(call.params)?.removeLetter(no)) return NO_CONTENT;
        throw new ApiError('not-found', `no dead letter ${no}`, [{ path: 'path.no', message: 'there is none' }]);
      },
    }),
    route({
      method: 'post',
      path: `${base}/replay`,
      auth: 'key',
      tag,
      summary: 'Send again',
      description:
        'All that it wants after a cursor, in order; or messages that were put aside, before everything else. Ids of messages are those of the first time.',
      params: these,
      body: { schema: replaySchema, types: ['application/json'], limit: BODY_BYTES },
      responses: {
        202: {
          description: 'taken; see the deliveries',
          schema: z.object({ deadLetters: z.int().describe('how many will be sent') }),
        },
      },
      errors: ['not-found', 'gone'],
      handle(call) {
        const receiver = find(call.params);
        const { body } = call;
        if ('from' in body) {
          if (receiver?.replayFrom(body.from)) return json({ deadLetters: 0 }, 202);
          const message = 'the alert log does not reach back to this cursor; list alerts instead';
          throw new ApiError('gone', `body.from: ${message}`, [{ path: 'body.from', message }]);
        }
        const numbers = body.deadLetters === 'all' ? null : body.deadLetters;
        return json({ deadLetters: receiver?.replayLetters(numbers) ?? 0 }, 202);
      },
    }),
  ];
}

/** Alerts as they are published over MQTT: docs/feeds.md. */
export function mqttAlertRoutes(app: App): Route[] {
  const tag = 'Alerts over MQTT';
  const find = (): AlertReceiver => {
    const receiver = app.deps.mqttAlerts();
    if (receiver) return receiver;
    throw new ApiError('not-found', 'alerts are not published over MQTT: CHEJI_MQTT_ALERTS names no topic');
  };
  return [
    route({
      method: 'get',
      path: '/v1/mqtt/alerts',
      auth: 'key',
      tag,
      summary: 'How far the alerts that are published over MQTT are',
      responses: { 200: { description: 'of the deliveries', schema: deliverySchema } },
      errors: ['not-found'],
      handle: () => json(stateJson(find().state())),
    }),
    ...receiverRoutes({ base: '/v1/mqtt/alerts', tag, params: z.strictObject({}), find }),
  ];
}
