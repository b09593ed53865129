import { expect, test } from 'vitest';
import type { Alert } from '../../model/alert.js';
import { alert, heard, startTestApi, transition } from './support.js';

interface List {
  items: Alert[];
  cursor: string | null;
  partial?: string;
}
const read = async (response: Promise<Response>) => (await (await response).json()) as List;
const minute = (i: number) => new Date(Date.UTC(2024, 4, 1, 8, i)).toISOString();

test('memory and database join to one list without doubles, in pages', async () => {
  const api = await startTestApi();
  const all = Array.from({ length: 12 }, (_, i) => alert({ occurredAt: minute(Math.floor(i / 2)) }));
  // The database has all but the newest two; of those in between it has an older form.
  api.history.stored = all.slice(0, 10);
  for (const [i, a] of all.slice(6).entries()) {
    api.feed.push([transition(i + 1, { ...a, revision: 2, state: 'acknowledged' })]);
  }
  const expected = [...all].sort(
    (a, b) => Date.parse(b.occurredAt) - Date.parse(a.occurredAt) || (a.id < b.id ? 1 : -1),
  );
  for (const limit of [1, 5, 12, 50]) {
    const seen: Alert[] = [];
    let cursor: string | null = null;
    do {
      const page: List = await read(api.get(`/v1/alerts?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`));
      seen.push(...page.items);
      cursor = page.cursor;
    } while (cursor);
    expect(seen.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(seen.filter(({ revision }) => revision === 2)).toHaveLength(6);
  }
  // What the database still calls raised is acknowledged by now.
  expect((await read(api.get('/v1/alerts?state=raised'))).items).toHaveLength(6);
  expect((await read(api.get('/v1/alerts?state=acknowledged'))).items).toHaveLength(6);
});

test('rows of the database that are out of date make a page short, never leave an alert out', async () => {
  const api = await startTestApi();
  const all = Array.from({ length: 40 }, (_, i) => alert({ occurredAt: minute(i) }));
  api.history.stored = all;
  // All but every fifth have been cleared since; the database does not know yet.
  const cleared = all.filter((_, i) => i % 5 !== 0);
  api.feed.push(cleared.map((a, i) => transition(i + 1, { ...a, state: 'cleared', revision: 2 }, 'cleared')));
  for (const limit of [1, 3, 10]) {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: List = await read(
        api.get(`/v1/alerts?state=raised&limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`),
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor);
    const raised = all.filter((_, i) => i % 5 === 0).reverse();
    expect(seen).toEqual(raised.map(({ id }) => id));
  }
});

test('every filter narrows', async () => {
  const api = await startTestApi();
  const a = alert({ type: 'overspeed', severity: 'critical', vehicleId: 'v1', fenceId: null, occurredAt: minute(1) });
  const b = alert({ vehicleId: 'v2', fenceId: 'f2', occurredAt: minute(2) });
  api.feed.push([transition(1, a), transition(2, b)]);
  const ids = async (query: string) => (await read(api.get(`/v1/alerts?${query}`))).items.map(({ id }) => id);
  expect(await ids('')).toEqual([b.id, a.id]);
  expect(await ids('type=overspeed')).toEqual([a.id]);
  expect(await ids('severity=critical,info')).toEqual([a.id]);
  expect(await ids('vehicle=v2')).toEqual([b.id]);
  expect(await ids('fence=f2')).toEqual([b.id]);
  expect(await ids(`from=${minute(2)}`)).toEqual([b.id]);
  expect(await ids(`to=${minute(2)}`)).toEqual([a.id]);
  expect(await ids('from=2024-05-01T16:02:00%2B08:00')).toEqual([b.id]);
  expect((await api.get('/v1/alerts?from=yesterday')).status).toBe(400);
});

test('without the database the list says what it lacks, and one alert of the past is 503', async () => {
  const api = await startTestApi();
  api.feed.push([transition(1, alert())]);
  api.history.away = true;
  const list = await read(api.get('/v1/alerts'));
  expect(list.items).toHaveLength(1);
  expect(list.partial).toContain('database');
  const one = await api.get(`/v1/alerts/${'z'.repeat(26)}`);
  expect([one.status, one.headers.get('retry-after')]).toEqual([503, '2']);
  api.history.away = false;
  expect((await api.get(`/v1/alerts/${'z'.repeat(26)}`)).status).toBe(404);
});

test('why: the rule, its revision, the evidence, and the fence as it is now', async () => {
  const api = await startTestApi();
  const fence = { type: 'Feature', geometry: { type: 'Point', coordinates: [120, 31] }, properties: { radius: 50 } };
  await api.send('PUT', '/v1/fences/f1', fence);
  const a = alert();
  api.feed.push([transition(1, a)]);
  expect(await (await api.get(`/v1/alerts/${a.id}/why`)).json()).toMatchObject({
    id: a.id,
    ruleId: 'fence:f1:enter',
    ruleRevision: 1,
    evidence: { limit: 40 },
    fence: { id: 'f1', revision: 1 },
  });
});

test('an action is durable first, and answered with the alert as the engine has it then', async () => {
  const api = await startTestApi();
  const a = alert();
  api.feed.push([transition(1, a)]);
  const answer = api.send('POST', `/v1/alerts/${a.id}/acknowledge`, { note: 'called' });
  while (api.log.changes.length === 0) await new Promise(setImmediate);
  expect(api.log.changes[0]).toMatchObject({
    type: 'alert-actions',
    by: 'admin',
    word: { action: 'acknowledge', note: 'called' },
    targets: [{ alertId: a.id }],
  });
  api.feed.push([heard(2, { ...a, revision: 2, state: 'acknowledged' }, api.log.changes[0])]);
  expect((await answer).status).toBe(200);
  expect(await (await answer).json()).toMatchObject({ id: a.id, revision: 2, state: 'acknowledged' });
});

test('an engine that is behind makes it 202, and a word after the last is refused', async () => {
  const api = await startTestApi();
  const a = alert();
  const done = alert({ state: 'resolved' });
  api.feed.push([transition(1, a), transition(2, done)]);
  const late = await api.send('POST', `/v1/alerts/${a.id}/resolve`, {});
  expect([late.status, ((await late.json()) as Alert).state]).toEqual([202, 'raised']);
  const drift = { reason: 'drift' };
  const refused = await api.send('POST', `/v1/alerts/${done.id}/dismiss`, drift);
  expect(refused.status).toBe(409);
  expect(JSON.stringify(await refused.json())).toContain('resolved already');
  expect((await api.send('POST', `/v1/alerts/${'b'.repeat(26)}/dismiss`, drift)).status).toBe(404);
  expect((await api.send('POST', `/v1/alerts/${a.id}/forget`, {})).status).toBe(404);
  expect(api.log.changes).toHaveLength(1);
});

test('a file has every alert that matches, of memory and database, once and newest first', async () => {
  const api = await startTestApi();
  const all = Array.from({ length: 2500 }, (_, i) => alert({ occurredAt: minute(Math.floor(i / 2)), plate: '=1+1' }));
  api.history.stored = all.slice(0, 2400);
  for (const [i, a] of all.slice(2300).entries()) api.feed.push([transition(i + 1, { ...a, revision: 2 })]);
  const expected = [...all].sort(
    (a, b) => Date.parse(b.occurredAt) - Date.parse(a.occurredAt) || (a.id < b.id ? 1 : -1),
  );
  const answer = await api.get('/v1/alerts?format=csv&state=raised');
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(answer.headers.get('content-disposition')).toContain('alerts.csv');
  const [head, ...rows] = (await answer.text()).trimEnd().split('\r\n');
  expect(head).toMatch(/^id,type,severity,/);
  expect(rows.map((row) => row.split(',')[0])).toEqual(expected.map(({ id }) => id));
  expect(rows[0].split(',')[5]).toBe("'=1+1"); // no formula

  const points = (await (await api.get('/v1/alerts?format=geojson')).json()) as { features: { id: string }[] };
  expect(points.features.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expect((await (await api.get('/v1/alerts?format=csv&state=dismissed')).text()).trimEnd().split('\r\n')).toEqual([
    head,
  ]);
});

test('a file that was broken off goes on behind the last alert that came whole', async () => {
  const api = await startTestApi();
  api.history.stored = Array.from({ length: 2500 }, (_, i) => alert({ occurredAt: minute(Math.floor(i / 2)) }));
  const file = (query: string) => api.get(`/v1/alerts?state=raised&${query}`).then((answer) => answer.text());
  const whole = await file('format=csv');
  const rows = whole.split('\r\n');
  const rest = await file(`format=csv&lastId=${rows[1700].split(',')[0]}`);
  expect([...rows.slice(0, 1701), rest].join('\r\n')).toBe(whole);
  const [newest] = (await file('format=geojsonseq')).split('\x1e').slice(1);
  const { id } = JSON.parse(newest) as { id: string };
  const sequence = await file(`format=geojsonseq&lastId=${id}`);
  expect(sequence.split('\x1e')).toHaveLength(2500);

  for (const [query, word] of [
    [`format=geojson&lastId=${id}`, 'a geojson file cannot be gone on with'],
    [`format=csv&lastId=${'b'.repeat(id.length)}`, 'there is no alert'],
    [`lastId=${id}`, 'pages go on by'],
  ]) {
    const { status, error } = await api.get(`/v1/alerts?${query}`).then(async (answer) => ({
      status: answer.status,
      error: ((await answer.json()) as { error: { message: string } }).error.message,
    }));
    expect([query, status, error]).toEqual([query, 400, expect.stringContaining(word)]);
  }
});

test('a file that cannot be whole is refused, or broken off', async () => {
  const api = await startTestApi();
  expect((await api.get('/v1/alerts?format=csv&cursor=abc')).status).toBe(400);
  expect((await api.get('/v1/alerts?format=xml')).status).toBe(400);
  api.history.stored = Array.from({ length: 1500 }, (_, i) => alert({ occurredAt: minute(i) }));
  const whole = api.history.alerts.bind(api.history);
  api.history.alerts = (filter) => {
    api.history.away = filter.after !== undefined; // gone after the first page
    return whole(filter);
  };
  await expect((await api.get('/v1/alerts?format=csv')).text()).rejects.toThrow();
  api.history.alerts = whole;
  const away = await api.get('/v1/alerts?format=parquet');
  expect([away.status, ((await away.json()) as { error: { code: string } }).error.code]).toEqual([
    503,
    'database-away',
  ]);
  // Nobody holds a place any more.
  api.history.away = false;
  for (let i = 0; i < 6; i++) expect((await api.get('/v1/alerts?format=geojsonseq')).status).toBe(200);
});
