import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Alert } from '../../../model/alert.js';
import { KEY, startTestApi, type TestApi } from '../support.js';
import { raise, waiters } from './feeds-support.js';

interface Steps {
  items: { cursor: string; transition: string; alert: Alert }[];
  cursor: string;
  recovered: boolean;
}
const pull = async (api: TestApi, query: string) => (await (await api.get(`/v1/alerts?${query}`)).json()) as Steps;
const vehicles = ({ items }: Steps) => items.map(({ alert }) => alert.vehicleId);

test('steps after a cursor in pages, each once and in order', async () => {
  const api = await startTestApi();
  const { cursor: begin } = await pull(api, 'after=now');
  raise(api, 1, 25);
  const seen: string[] = [];
  let cursor = begin;
  for (let page = await pull(api, `after=${cursor}&limit=10`); page.items.length > 0; ) {
    expect(page.recovered).toBe(true);
    expect(page.cursor).toBe(page.items.at(-1)?.cursor);
    seen.push(...vehicles(page));
    cursor = page.cursor;
    page = await pull(api, `after=${cursor}&limit=10`);
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `v${i + 1}`));
});

test('an answer without steps waits for one, and the cursor passes what was not wanted', async () => {
  const api = await startTestApi();
  const waiting = pull(api, 'after=now&wait=20&severity=critical');
  await pause(100);
  raise(api, 1, 9);
  await pause(100);
  raise(api, 10, 12);
  const page = await waiting;
  expect(vehicles(page)).toEqual(['v10']);
  // What came in the same commit and is not wanted is behind the cursor.
  expect(page.cursor).toBe('e1-12');
  expect(await pull(api, `after=${page.cursor}&wait=0.1`)).toEqual({ items: [], cursor: 'e1-12', recovered: true });
});

test('what is not wanted ends no wait, however long that has been', async () => {
  const api = await startTestApi();
  let later = 0;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + later);
  onTestFinished(() => clock.mockRestore());
  const waiting = pull(api, 'after=now&wait=50&severity=critical');
  await expect.poll(() => waiters(api)).toBe(1);
  later = 5000;
  raise(api, 1, 9);
  await pause(100);
  expect(await waiters(api)).toBe(1);
  raise(api, 10, 10);
  expect(vehicles(await waiting)).toEqual(['v10']);
});

test('a cursor that the log does not reach back to: not recovered, and where to go on', async () => {
  const api = await startTestApi();
  raise(api, 1, 5);
  const end = { items: [], cursor: 'e1-5', recovered: false };
  expect(await pull(api, 'after=e0-3&wait=10')).toEqual(end);
  expect(await pull(api, 'after=e1-6')).toEqual(end);
});

test('what makes no sense is told', async () => {
  const api = await startTestApi();
  for (const [query, path] of [
    ['after=now&cursor=x', 'query.cursor'],
    ['wait=3', 'query.wait'],
    ['after=now&wait=61', 'query.wait'],
    ['after=%20', 'query.after'],
  ]) {
    const response = await api.get(`/v1/alerts?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'bad-request', details: [{ path }] } });
  }
});

test('a client that goes away gives its place back, and a server that stops answers at once', async () => {
  const api = await startTestApi();
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${KEY}` };
  const left = fetch(`${api.url}/v1/alerts?after=now&wait=60`, { headers, signal: gone.signal }).catch(
    (error: Error) => error.name,
  );
  await expect.poll(() => waiters(api)).toBe(1);
  gone.abort();
  expect(await left).toBe('AbortError');
  await expect.poll(() => waiters(api)).toBe(0);

  const waiting = pull(api, 'after=now&wait=60');
  await expect.poll(() => waiters(api)).toBe(1);
  await api.api.close();
  expect(await waiting).toEqual({ items: [], cursor: 'e1-0', recovered: true });
});
