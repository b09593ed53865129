import { expect, test } from 'vitest';
import { ApiError } from '../../api/errors.js';
import type { Answer, Request } from '../../api/http.js';
import { IDEMPOTENCY_LIMITS, IdempotentAnswers } from '../../api/idempotency.js';
import { startTestApi } from './support.js';

const position = (id: string) => ({ vehicleId: id, time: '2024-05-01T16:00:00+08:00', lon: 120.3, lat: 31.5 });
const KEYED = { 'idempotency-key': 'a-1' };
const REPLAYED = 'idempotency-replayed';

test('the same key and body: the same answer, and nothing is done twice', async () => {
  const api = await startTestApi();
  const send = () => api.send('POST', '/v1/positions', [position('a')], KEYED);
  const [first, second] = await Promise.all([send(), send()]); // the second waits for the first
  const third = await send();
  const texts = await Promise.all([first, second, third].map((answer) => answer.text()));
  expect(new Set(texts)).toEqual(new Set([JSON.stringify({ accepted: 1, rejected: 0, items: [{ ok: true }] })]));
  expect([first, second, third].filter((answer) => answer.headers.get(REPLAYED) === 'true')).toHaveLength(2);
  expect(api.pushed).toHaveLength(1);
});

test('the same key with another body, query or content type is refused; on another path it is another key', async () => {
  const api = await startTestApi();
  await api.send('POST', '/v1/positions', [position('a')], KEYED);
  for (const answer of [
    await api.send('POST', '/v1/positions', [position('b')], KEYED),
    await api.send('POST', '/v1/positions?datum=gcj02', [position('a')], KEYED),
    await api.send('POST', '/v1/positions', [position('a')], { ...KEYED, 'content-type': 'application/x-ndjson' }),
  ]) {
    expect([answer.status, await answer.json()]).toMatchObject([422, { error: { code: 'key-reused' } }]);
  }
  expect(api.pushed).toHaveLength(1);
  const elsewhere = await api.send('POST', '/v1/search/passages', {}, KEYED);
  expect(elsewhere.status).toBe(400);
});

test('a refusal is remembered, "not now" is not', async () => {
  const api = await startTestApi();
  api.judge = () => ({ ok: false, reason: 'full', detail: 'no room' });
  const send = (key: string) => api.send('POST', '/v1/positions', [position('a')], { 'idempotency-key': key });
  expect((await send('k')).status).toBe(503);
  api.judge = () => ({ ok: false, reason: 'bad-item', detail: 'time is missing' });
  expect((await send('k')).status).toBe(422);
  api.judge = () => ({ ok: true });
  expect((await send('k')).status).toBe(422);
  expect((await send('other')).status).toBe(200);
});

test.each(['two words', 'ключ', 'x'.repeat(256)])('a key must be visible ASCII of at most 255: not %j', async (key) => {
  const answers = new IdempotentAnswers();
  expect(() => answers.answer(request(key), Buffer.alloc(0), ok)).toThrow(ApiError);
});

function request(key: string, path = '/v1/positions'): Request {
  const headers = { 'idempotency-key': key, 'content-type': '', 'content-encoding': '', 'if-match': '' };
  return { method: 'post', path, query: '', params: [], headers, address: '', onAborted: () => () => {} } as never;
}

function ok(): Answer {
  return { status: 200, headers: [], body: 'ok' };
}

test('answers are kept for a day, and no more of them than the limits allow', async () => {
  let now = 0;
  const answers = new IdempotentAnswers(() => now, { ...IDEMPOTENCY_LIMITS, answers: 3, bytes: 4000 });
  let runs = 0;
  const ask = async (key: string, body = 'ok') =>
    answers.answer(request(key), Buffer.alloc(0), () => {
      runs++;
      return { ...ok(), body };
    });
  await ask('a');
  now += IDEMPOTENCY_LIMITS.ageMs - 1;
  await ask('a');
  expect(runs).toBe(1);
  now += 1;
  await ask('a');
  expect(runs).toBe(2);
  for (const key of ['b', 'c', 'd']) await ask(key);
  expect(answers.size).toBe(3); // a went
  await ask('d');
  expect(runs).toBe(5);
  await ask('e', 'x'.repeat(3000));
  expect([answers.size, answers.held <= 4000]).toEqual([1, true]);
  await ask('f', 'x'.repeat(10_000));
  expect([answers.size, answers.held]).toEqual([0, 0]);
});

test('an answer that is streamed is given anew to everybody', async () => {
  const answers = new IdempotentAnswers();
  const streamed = async (): Promise<Answer> => ({ ...ok(), body: (async function* () {})() });
  const bodies = await Promise.all(
    [1, 2].map(async () => (await answers.answer(request('k'), Buffer.alloc(0), streamed)).body),
  );
  expect(bodies[0]).not.toBe(bodies[1]);
  expect(answers.size).toBe(0);
});
