import { expect, test } from 'vitest';
import type { Answer, Request } from '../../../api/http/endpoint.js';
import { ApiError } from '../../../api/http/errors.js';
import { IdempotentAnswers } from '../../../api/http/idempotency.js';
import { AnswerBook } from '../../../model/answer-book.js';
import { Catalog } from '../../../model/catalog.js';
import { KeptAnswers } from '../../../store/kept-answers.js';
import { Registry } from '../../../store/registry.js';
import { FakeLog, startTestApi } from '../support.js';

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
  const elsewhere = await api.send('POST', '/v1/fences', {}, KEYED);
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

test('what only reads needs no key: it is asked anew', async () => {
  const api = await startTestApi();
  for (const body of [{}, { area: null }]) {
    const answer = await api.send('POST', '/v1/search/passages', body, KEYED);
    expect([answer.status, answer.headers.get(REPLAYED)]).toEqual([400, null]);
  }
});

/** Answers on a log: the changes it got make the book after a restart. */
function answersOn(log: FakeLog): IdempotentAnswers {
  const book = new AnswerBook();
  for (const change of log.changes) book.apply(change);
  return new IdempotentAnswers(new KeptAnswers(book, new Registry(new Catalog(), log, Date.now)));
}

test.each(['two words', 'ключ', 'x'.repeat(256)])('a key must be visible ASCII of at most 255: not %j', async (key) => {
  const answers = answersOn(new FakeLog());
  expect(() => answers.answer(request(key), Buffer.alloc(0), ok)).toThrow(ApiError);
});

function request(key: string, path = '/v1/positions'): Request {
  const headers = { 'idempotency-key': key, 'content-type': '', 'content-encoding': '', 'if-match': '' };
  return { method: 'post', path, query: '', params: [], headers, address: '', onAborted: () => () => {} } as never;
}

function ok(): Answer {
  return { status: 200, headers: [], body: 'ok' };
}

test('an answer, or a refusal, is in the log before it leaves, and comes again after a restart', async () => {
  const log = new FakeLog();
  const before = answersOn(log);
  const refuse = () => {
    throw new ApiError('not-found', 'no such thing', [{ path: 'path.id', message: 'there is none' }]);
  };
  const first = await before.answer(request('a'), Buffer.alloc(0), () => ({ ...ok(), headers: [['ETag', '"1"']] }));
  const refused = await before.answer(request('b'), Buffer.alloc(0), refuse);
  expect(log.changes.map(({ type }) => type)).toEqual(['answer-put', 'answer-put']);

  const after = answersOn(log);
  const never = () => {
    throw new Error('it was done a second time');
  };
  const replayed = [['Idempotency-Replayed', 'true']];
  expect(await after.answer(request('a'), Buffer.alloc(0), never)).toEqual({
    ...first,
    headers: [['ETag', '"1"'], ...replayed],
  });
  expect(await after.answer(request('b'), Buffer.alloc(0), never)).toEqual({
    ...refused,
    headers: [...refused.headers, ...replayed],
  });
  expect(JSON.parse(refused.body as string)).toMatchObject({ error: { code: 'not-found' } });
  expect(() => after.answer(request('a'), Buffer.from('other'), ok)).toThrow('used for another request');
});

test('an answer waits until the log has it; while the log takes nothing, a refusal is given and not kept', async () => {
  const log = new FakeLog();
  const waiting: (() => void)[] = [];
  log.whenAccepted = (fn) => void waiting.push(fn);
  const answers = answersOn(log);
  let left = false;
  const first = Promise.resolve(answers.answer(request('a'), Buffer.alloc(0), ok)).then(() => {
    left = true;
  });
  await new Promise(setImmediate);
  expect([left, waiting.length]).toEqual([false, 1]);
  waiting[0]();
  await first;

  log.accepting = false;
  const refusal = await answers.answer(request('b'), Buffer.alloc(0), () => ({ ...ok(), status: 404 }));
  expect([refusal.status, log.changes.length]).toEqual([404, 1]);
});

test('an answer that is streamed is given anew to everybody', async () => {
  const log = new FakeLog();
  const answers = answersOn(log);
  const streamed = async (): Promise<Answer> => ({ ...ok(), body: (async function* () {})() });
  let running = 0;
  const alone = async (): Promise<Answer> => {
    expect(++running).toBe(1); // however many wait
    await new Promise(setImmediate);
    running--;
    return streamed();
  };
  const bodies = await Promise.all(
    [1, 2, 3, 4].map(async () => (await answers.answer(request('k'), Buffer.alloc(0), alone)).body),
  );
  expect(new Set(bodies).size).toBe(4);
  expect(log.changes).toEqual([]);
});

test('who waits for a first request that fails hears the same, and nothing is tried again for it', async () => {
  const answers = answersOn(new FakeLog());
  let tries = 0;
  const busy = async (): Promise<Answer> => {
    tries++;
    await new Promise(setImmediate);
    throw new ApiError('busy', 'the log is full');
  };
  const ask = async () => answers.answer(request('k'), Buffer.alloc(0), busy);
  const outcomes = await Promise.allSettled([ask(), ask(), ask()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(tries).toBe(1);
  await expect(ask()).rejects.toThrow('the log is full');
  expect(tries).toBe(2);
});
