import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { Receiver } from '../deliver/receiver.js';
import { alert, startTestApi, type TestApi, transition } from './support.js';

interface Webhook {
  id: string;
  url: string;
  filter: object;
  paused: boolean;
  secret: string;
  delivery: { cursor: string; behind: number; circuit: string; deadLetters: number; stopped: string | null } | null;
}
const ask = async <T>(api: TestApi, method: string, path: string, body?: object) => {
  const response = await api.send(method, `/v1/webhooks${path}`, body);
  return { status: response.status, body: (response.status === 204 ? null : await response.json()) as T };
};
const make = async (api: TestApi, body: object) => (await ask<Webhook>(api, 'POST', '', body)).body;
const QUICK = { timeout: 10_000, interval: 10 };

/** Steps `from` to `to`, each of an alert of its own; the ids of their messages. */
function raise(api: TestApi, from: number, to: number): string[] {
  const raised = Array.from({ length: to - from + 1 }, (_, i) =>
    transition(from + i, alert({ vehicleId: `v${from + i}` })),
  );
  api.feed.push(raised);
  return raised.map((t) => `alert_${t.alert.id}_1`);
}

test('made, shown, changed and removed; the secret is shown once', async () => {
  const api = await startTestApi();
  const { url } = await Receiver.start();
  const made = await ask<Webhook>(api, 'POST', '', { id: 'dispatch', url, filter: { severity: 'critical' } });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ id: 'dispatch', url, filter: { severity: ['critical'] }, paused: false });
  expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect((await ask<Webhook>(api, 'GET', '/dispatch')).body.secret).toBe('whsec_***');
  expect((await ask(api, 'POST', '', { id: 'dispatch', url })).status).toBe(409);

  const changed = await ask<Webhook>(api, 'PUT', '/dispatch', { url, paused: true });
  expect(changed).toMatchObject({ status: 200, body: { paused: true, filter: {}, secret: 'whsec_***' } });
  expect(changed.body.delivery?.stopped).toBe('paused');
  await make(api, { url });
  const { items } = (await ask<{ items: Webhook[] }>(api, 'GET', '')).body;
  expect(items).toHaveLength(2);
  // Neither the log nor a checkpoint has the secret.
  expect(JSON.stringify(api.log.changes)).not.toContain('whsec');
  expect(JSON.stringify(api.catalog.snapshot())).toContain('dispatch');

  expect((await ask(api, 'DELETE', '/dispatch')).status).toBe(204);
  expect((await ask(api, 'GET', '/dispatch')).status).toBe(404);
  for (const path of ['/dispatch/ping', '/dispatch/secret']) expect((await ask(api, 'POST', path)).status).toBe(404);
});

test('many changes at once are one after the other, and make one receiver', async () => {
  const api = await startTestApi();
  const receiver = await Receiver.start();
  const puts = Array.from({ length: 8 }, (_, i) => ask<Webhook>(api, 'PUT', '/w', { url: `${receiver.url}?${i}` }));
  const answers = await Promise.all(puts);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
  expect(answers.filter(({ body }) => body.secret !== 'whsec_***')).toHaveLength(1);
  const ids = raise(api, 1, 5);
  await expect.poll(() => receiver.taken.length, QUICK).toBe(5);
  expect(receiver.taken).toEqual(ids);
  expect((await ask<Webhook>(api, 'GET', '/w')).body.url).toContain(receiver.received[4].path);
});

test('what is wrong with it is told', async () => {
  const api = await startTestApi();
  for (const [body, path] of [
    [{ url: 'http://10.0.0.1/' }, 'body.url'],
    [{ url: 'http://user:secret@example.cn/' }, 'body.url'],
    [{ url: 'javascript:alert(1)' }, 'body.url'],
    [{ url: 'https://example.cn/\r\nhook' }, 'body.url'],
    [{}, 'body.url'],
    [{ url: 'http://127.0.0.1/', filter: { severity: 'huge' } }, 'body.filter.severity[0]'],
    [{ url: 'http://127.0.0.1/', id: '../x' }, 'body.id'],
  ] as const) {
    const answer = await ask<{ error: { details: { path: string }[] } }>(api, 'POST', '', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.details[0].path).toBe(path);
  }
  expect(api.catalog.webhooks.size).toBe(0);
});

test('alerts from then on arrive in order, signed so that the receiver can tell', async () => {
  const api = await startTestApi();
  const receiver = await Receiver.start();
  raise(api, 1, 5);
  const { id, secret } = await make(api, { url: receiver.url });
  const ids = raise(api, 6, 40);
  await expect.poll(() => receiver.taken.length, QUICK).toBe(35);
  expect(receiver.taken).toEqual(ids);
  const [{ headers, body }] = receiver.received;
  expect(JSON.parse(body)).toMatchObject({
    type: 'alert',
    cursor: 'e1-6',
    transition: 'raised',
    alert: { vehicleId: 'v6' },
  });
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(10);

  await expect
    .poll(async () => (await ask<Webhook>(api, 'GET', `/${id}`)).body.delivery, QUICK)
    .toMatchObject({
      circuit: 'closed',
      behind: 0,
      cursor: 'e1-40',
      delivered: 35,
    });
  const metrics = await (await api.get('/metrics')).text();
  expect(metrics).toContain('alert_deliveries_total{way="webhook"} 35');
  expect(metrics).toContain('alert_receivers{way="webhook"} 1');

  // With a new secret both sign.
  const renewed = (await ask<{ secret: string }>(api, 'POST', `/${id}/secret`)).body.secret;
  expect(renewed).not.toBe(secret);
  raise(api, 41, 41);
  await expect.poll(() => receiver.received.length, QUICK).toBe(36);
  expect(String(receiver.received[35].headers['webhook-signature']).split(' ')).toHaveLength(2);
});

test('muted alerts and what the filter does not name stay away', async () => {
  const api = await startTestApi();
  const receiver = await Receiver.start();
  await make(api, { url: receiver.url, filter: { type: ['sos', 'fence-enter'], vehicle: ['v2', 'v3'] } });
  api.feed.push([
    transition(1, alert({ vehicleId: 'v1' })),
    transition(2, alert({ vehicleId: 'v2', muted: 'm1' })),
    transition(3, alert({ vehicleId: 'v2', type: 'overspeed' })),
    transition(4, alert({ vehicleId: 'v3', type: 'sos' })),
  ]);
  await expect.poll(() => receiver.received.length, QUICK).toBe(1);
  expect(JSON.parse(receiver.received[0].body).cursor).toBe('e1-4');
});

test('a receiver that fails, hangs up, dies and comes back has everything once, in order', async () => {
  const api = await startTestApi();
  const receiver = await Receiver.start();
  const { id } = await make(api, { url: receiver.url });
  let n = 0;
  receiver.answer = (received, response, request) => {
    const turn = n++ % 4;
    if (turn === 0) response.writeHead(500).end('not now');
    else if (turn === 1) request.socket.destroy();
    else if (turn === 2) response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    else receiver.take(received, response);
  };
  const ids = raise(api, 1, 10);
  await expect.poll(() => receiver.taken.length, QUICK).toBeGreaterThan(4);
  await receiver.stop();
  ids.push(...raise(api, 11, 20));
  await expect
    .poll(async () => (await ask<Webhook>(api, 'GET', `/${id}`)).body.delivery?.circuit, QUICK)
    .not.toBe('closed');
  await receiver.listen();
  await expect.poll(() => receiver.taken.length, QUICK).toBe(20);
  expect(receiver.taken).toEqual(ids);
  const tries = (
    await ask<{ items: { delivered: boolean; failure: { detail: string } | null }[] }>(api, 'GET', `/${id}/deliveries`)
  ).body.items;
  expect(tries[0]).toMatchObject({ delivered: true, failure: null });
  expect(new Set(tries.map(({ failure }) => failure?.detail))).toContain('answered 302: redirects are not followed');
});

test('a message that is refused is put aside, shown, sent again, or thrown away', async () => {
  const api = await startTestApi();
  const receiver = await Receiver.start();
  const { id } = await make(api, { url: receiver.url });
  let strict = true;
  receiver.answer = (received, response) => {
    const { vehicleId } = JSON.parse(received.body).alert;
    if (strict && ['v2', 'v4'].includes(vehicleId)) response.writeHead(422).end('unknown vehicle');
    else receiver.take(received, response);
  };
  const ids = raise(api, 1, 6);
  await expect.poll(() => receiver.taken.length, QUICK).toBe(4);
  type Letters = { items: { no: number; id: string; attempts: number; detail: string; message: { cursor: string } }[] };
  const letters = () => ask<Letters>(api, 'GET', `/${id}/dead-letters`).then(({ body }) => body.items);
  expect(await letters()).toMatchObject([
    {
      no: 1,
      id: ids[1],
      attempts: 5,
      status: 422,
      detail: 'answered 422: unknown vehicle',
      message: { cursor: 'e1-2' },
    },
    { no: 2, id: ids[3], message: { cursor: 'e1-4' } },
  ]);
  strict = false;
  expect((await ask(api, 'POST', `/${id}/replay`, { deadLetters: [1] })).body).toEqual({ deadLetters: 1 });
  await expect.poll(() => receiver.taken.at(-1), QUICK).toBe(ids[1]);
  await expect.poll(async () => (await letters()).map(({ no }) => no), QUICK).toEqual([2]);
  expect((await ask(api, 'DELETE', `/${id}/dead-letters/2`)).status).toBe(204);
  expect((await ask(api, 'DELETE', `/${id}/dead-letters/2`)).status).toBe(404);
  expect(await letters()).toEqual([]);
});

test('replay from a cursor: the same ids; one that is too old is 410', async () => {
  const api = await startTestApi();
  const receiver = await Receiver.start();
  const { id } = await make(api, { url: receiver.url });
  const ids = raise(api, 1, 6);
  await expect.poll(() => receiver.taken.length, QUICK).toBe(6);
  expect((await ask(api, 'POST', `/${id}/replay`, { from: 'e1-4' })).status).toBe(202);
  await expect.poll(() => receiver.taken.length, QUICK).toBe(8);
  expect(receiver.taken).toEqual([...ids, ...ids.slice(4)]);
  const gone = await ask<{ error: { code: string } }>(api, 'POST', `/${id}/replay`, { from: 'e0-4' });
  expect(gone).toMatchObject({ status: 410, body: { error: { code: 'gone' } } });
});

test.each(['now', '-1', 'e1', 'e1-', 'e1-x'])(
  '%j is no place to replay from, and what is one is said',
  async (from) => {
    const api = await startTestApi();
    const { id } = await make(api, { url: (await Receiver.start()).url });
    const answer = await ask<{ error: { details: object[] } }>(api, 'POST', `/${id}/replay`, { from });
    expect(answer.status).toBe(400);
    expect(answer.body.error.details).toEqual([
      { path: 'body.from', message: 'a cursor that came with an alert, such as 3f2a-1041' },
    ]);
  },
);

test('a ping says what came of it, also of a webhook that is paused', async () => {
  const api = await startTestApi();
  const receiver = await Receiver.start();
  const { id } = await make(api, { url: receiver.url, paused: true });
  expect((await ask(api, 'POST', `/${id}/ping`)).body).toMatchObject({ delivered: true, failure: null });
  expect(JSON.parse(receiver.received[0].body)).toEqual({ type: 'ping', webhook: id });
  await receiver.stop();
  expect((await ask(api, 'POST', `/${id}/ping`)).body).toMatchObject({
    delivered: false,
    failure: { kind: 'outage', status: null, detail: expect.stringContaining('ECONNREFUSED') },
  });
});
