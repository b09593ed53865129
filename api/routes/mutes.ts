import { z } from 'zod';
import type { Mute } from '../../model/mute.js';
import { msToRfc3339 } from '../../model/units.js';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { refusal } from '../http/refusal.js';
import { json, NO_CONTENT, type Route, route } from '../route.js';
import { listOf } from '../schemas/common.js';
import { muteInputSchema, muteSchema } from '../schemas/mutes.js';

const BODY_LIMIT = 512 * 1024;
const BY = 'admin';

const idParam = z.strictObject({ id: z.string().min(1).max(64) });

/** For a while, alerts of a kind are kept and are no news (docs/alerts.md). */
export function muteRoutes(app: App): Route[] {
  const { catalog, registry } = app.deps;

  return [
    route({
      method: 'get',
      path: '/v1/mutes',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Mutes in force, to come, and ended within 30 days',
      responses: { 200: { description: 'all of them, the newest first', schema: listOf(muteSchema) } },
      handle: () => json({ items: [...catalog.mutes.values()].reverse().map(muteJson), cursor: null }),
    }),
    route({
      method: 'post',
      path: '/v1/mutes',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Mute alerts of a kind, a vehicle, a fence, a company or a region for a while',
      description:
        'Alerts that are raised in that time are kept with the mute’s id and are no news: the stream leaves them out unless they are asked for, and no deadline runs. ' +
        'What outlasts the mute is told then. A critical alert is muted only by a mute that names its type.',
      body: { schema: muteInputSchema, types: ['application/json'], limit: BODY_LIMIT },
      responses: { 201: { description: 'the mute', schema: muteSchema } },
      errors: ['busy'],
      handle: async ({ body }) => json(await put(body), 201),
    }),
    route({
      method: 'put',
      path: '/v1/mutes/{id}',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Change a mute',
      params: idParam,
      body: { schema: muteInputSchema, types: ['application/json'], limit: BODY_LIMIT },
      responses: { 200: { description: 'the mute', schema: muteSchema } },
      errors: ['not-found', 'busy'],
      handle: async ({ params, body }) => json(await put(body, params.id)),
    }),
    route({
      method: 'delete',
      path: '/v1/mutes/{id}',
      auth: 'key',
      tag: 'Alerts',
      summary: 'End a mute',
      params: idParam,
      responses: { 204: { description: 'ended' } },
      errors: ['not-found', 'busy'],
      async handle({ params }) {
        const outcome = await registry.deleteMute(params.id);
        if ('refused' in outcome) throw refusal(outcome);
        return NO_CONTENT;
      },
    }),
  ];

  async function put({ scope, from, to, reason }: z.output<typeof muteInputSchema>, id?: string) {
    const begin = from === undefined ? app.now() : Date.parse(from);
    const end = Date.parse(to);
    if (end <= begin || end <= app.now()) {
      const message = end <= begin ? 'is not after from' : 'is over already';
      throw new ApiError('bad-request', `body.to: ${message}`, [{ path: 'body.to', message }]);
    }
    const outcome = await registry.putMute({ id, scope, from: begin, to: end, reason, by: BY });
    if ('refused' in outcome) throw refusal(outcome);
    return muteJson(outcome.mute);
  }
}

function muteJson({ from, to, createdAt, ...mute }: Mute) {
  return { ...mute, from: msToRfc3339(from), to: msToRfc3339(to), createdAt: msToRfc3339(createdAt) };
}
