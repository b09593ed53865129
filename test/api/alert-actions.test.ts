import { expect, test } from 'vitest';
import { acted } from '../../alerts/life/alert-actions.js';
import type { Alert } from '../../model/alert.js';
import type { Change } from '../../model/change.js';
import { alert, heard, KEY, startTestApi, type TestApi, transition } from './support.js';

/** Takes in what is said as the engine does. */
function obey(api: TestApi): void {
  const take = api.log.addChange.bind(api.log);
  api.log.addChange = (change: Change) => {
    take(change);
    if (change.type !== 'alert-actions') return;
    const { word, by, at } = change;
    for (const { alertId } of change.targets) {
      const before = api.feed.get(alertId) ?? api.history.stored.find(({ id }) => id === alertId);
      const after = acted(before as Alert, word, by, at);
      setImmediate(() => api.feed.push([heard(api.feed.last + 1, after, change)]));
    }
  };
}

async function begun(...alerts: Alert[]): Promise<TestApi> {
  const api = await startTestApi();
  api.feed.push(alerts.map((each, i) => transition(i + 1, each)));
  obey(api);
  return api;
}

const soon = () => new Date(Date.now() + 3_600_000).toISOString();

test('an alert goes from hand to hand: each word is seen in it, and in its history', async () => {
  const a = alert();
  const api = await begun(a);
  const say = async (action: string, body: object = {}) => {
    const answer = await api.send('POST', `/v1/alerts/${a.id}/${action}`, body);
    return [answer.status, ((await answer.json()) as Alert).state];
  };
  const due = soon();
  expect(await say('assign', { to: 'zhang', due, note: 'call him' })).toEqual([200, 'acknowledged']);
  expect(await say('supervise', { deadline: soon(), level: 'urgent', supervisor: '王' })).toEqual([
    200,
    'acknowledged',
  ]);
  expect(await say('answer', { result: 'done' })).toEqual([200, 'acknowledged']);
  expect(await say('dismiss', { reason: 'drift' })).toEqual([200, 'dismissed']);
  expect(await say('appeal', { note: 'it was no drift' })).toEqual([200, 'appealed']);
  expect(await say('decide', { outcome: 'overturned' })).toEqual([200, 'acknowledged']);
  expect(await say('resolve')).toEqual([200, 'resolved']);
  expect(await say('reopen')).toEqual([200, 'acknowledged']);

  const { items } = (await (await api.get(`/v1/alerts/${a.id}/history?limit=3`)).json()) as { items: object[] };
  expect(items).toMatchObject([
    { revision: 1, transition: 'raised', by: null, details: {}, state: 'raised' },
    { revision: 2, transition: 'assign', by: 'admin', note: 'call him', details: { to: 'zhang', due } },
    { revision: 3, transition: 'supervise', details: { level: 'urgent', supervisor: '王', number: null } },
  ]);
});

test('no body at all says as much as an empty one', async () => {
  const a = alert();
  const api = await begun(a);
  const headers = { authorization: `Bearer ${KEY}` };
  const post = (action: string) => fetch(`${api.url}/v1/alerts/${a.id}/${action}`, { method: 'POST', headers });
  expect((await post('acknowledge')).status).toBe(200);
  const refused = await post('assign');
  expect(refused.status).toBe(400);
  expect(JSON.stringify(await refused.json())).toContain('body.to');
});

test.each([
  ['reopen', {}, 'only what is resolved or dismissed can be opened again'],
  ['decide', { outcome: 'upheld' }, 'there is no appeal to decide'],
  ['answer', { result: 'done' }, 'nobody supervises it'],
])('%s of an alert that is not there yet is refused, with why', async (action, body, why) => {
  const a = alert();
  const api = await begun(a);
  const answer = await api.send('POST', `/v1/alerts/${a.id}/${action}`, body);
  expect(answer.status).toBe(409);
  expect(JSON.stringify(await answer.json())).toContain(why);
  expect(api.log.changes).toEqual([]);
});

test.each([
  ['assign', {}, 'body.to'],
  ['assign', { to: 'zhang', due: '2020-01-01T00:00:00Z' }, 'body.due: is over already'],
  ['dismiss', { reason: 'because' }, 'body.reason'],
  ['dismiss', {}, 'a note is needed'],
  ['dismiss', { note: ' ' }, 'body.reason: one of: false-alarm'],
  ['dismiss', { reason: 'other' }, 'a note is needed'],
  ['supervise', { supervisor: '王', deadline: '2020-01-01T00:00:00Z' }, 'body.deadline: is over already'],
  ['supervise', { supervisor: '王' }, 'body.deadline'],
  ['answer', { result: 'perhaps' }, 'body.result'],
  ['appeal', { why: 'x' }, 'body.why'],
])('%s %j is told what is wrong', async (action, body, where) => {
  const a = alert();
  const api = await begun(a);
  const answer = await api.send('POST', `/v1/alerts/${a.id}/${action}`, body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(await answer.json())).toContain(where);
});

test('a dismissal with a note alone is for another reason than those that have a name', async () => {
  const a = alert();
  const api = await begun(a);
  expect((await api.send('POST', `/v1/alerts/${a.id}/dismiss`, { note: 'a parade' })).status).toBe(200);
  expect(api.log.changes[0]).toMatchObject({ word: { action: 'dismiss', reason: 'other', note: 'a parade' } });
});

test('nor are many dismissed for no reason', async () => {
  const a = alert();
  const api = await begun(a);
  const answer = await api.send('POST', '/v1/alerts:handle', { action: 'dismiss', ids: [a.id] });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(await answer.json())).toContain('body.reason: one of: false-alarm');
  expect(api.log.changes).toEqual([]);
});

test('a word that another one overtakes is told so', async () => {
  const a = alert();
  const api = await startTestApi();
  api.feed.push([transition(1, a)]);
  const answer = api.send('POST', `/v1/alerts/${a.id}/resolve`, {});
  while (api.log.changes.length === 0) await new Promise(setImmediate);
  api.feed.push([{ ...transition(2, { ...a, state: 'dismissed', revision: 2 }, 'dismiss'), by: 'wu' }]);
  expect((await answer).status).toBe(409);
  expect(JSON.stringify(await (await answer).json())).toContain('dismissed already');
});

test('of an alert whose condition has ended, the whole alert goes with the word', async () => {
  const a = alert({ state: 'cleared', clearedAt: '2024-05-01T08:10:00.000Z' });
  const api = await startTestApi();
  api.history.stored = [a];
  obey(api);
  expect((await api.send('POST', `/v1/alerts/${a.id}/appeal`, {})).status).toBe(200);
  expect(api.log.changes[0]).toMatchObject({ targets: [{ alertId: a.id, alert: { id: a.id, evidence: a.evidence } }] });
});

test('many at once: each is done or refused by itself, in few records', async () => {
  const open = Array.from({ length: 250 }, () => alert());
  const done = alert({ state: 'resolved' });
  const stored = alert({ clearedAt: '2024-05-01T08:10:00.000Z', state: 'cleared' });
  const api = await begun(...open, done);
  api.history.stored = [stored];
  const nobodys = 'c'.repeat(26);
  const ids = [done.id, nobodys, stored.id, ...open.map(({ id }) => id)];
  const answer = await api.send('POST', '/v1/alerts:handle', { action: 'dismiss', reason: 'test', note: 'x', ids });
  expect(answer.status).toBe(200);
  const result = (await answer.json()) as { items: object[] };
  expect(result).toMatchObject({ done: 251, refused: 2, more: false });
  expect(result.items.slice(0, 3)).toEqual([
    { id: done.id, ok: false, error: { code: 'conflict', message: 'the alert is resolved already' } },
    { id: nobodys, ok: false, error: { code: 'not-found', message: `no alert with id "${nobodys}"` } },
    { id: stored.id, ok: true, state: 'dismissed', revision: 2, seen: true },
  ]);
  expect(api.log.changes).toHaveLength(3);
});

test('by a filter: those of which it can be said', async () => {
  const mine = [alert({ type: 'overspeed' }), alert({ type: 'overspeed', state: 'dismissed' }), alert()];
  const api = await begun(...mine);
  const body = { action: 'resolve', filter: { type: 'overspeed' } };
  const first = (await (await api.send('POST', '/v1/alerts:handle', body)).json()) as object;
  expect(first).toMatchObject({ done: 1, refused: 0, items: [{ id: mine[0].id, state: 'resolved' }] });
  expect(await (await api.send('POST', '/v1/alerts:handle', body)).json()).toMatchObject({ done: 0, items: [] });
  expect((await api.send('POST', '/v1/alerts:handle', { action: 'resolve' })).status).toBe(400);
  const both = { ...body, ids: [mine[0].id] };
  expect((await api.send('POST', '/v1/alerts:handle', both)).status).toBe(400);
});

test('by a filter that finds more than are taken at once: whoever asks again comes to the end', async () => {
  const supervision = { number: null, level: 'ordinary', supervisor: '王', tel: null, email: null } as const;
  const said = { by: 'li', at: '2024-05-01T08:00:00.000Z', note: '', deadline: soon(), answer: null };
  const at = (second: number) => new Date(Date.parse('2024-05-01T08:00:00Z') + second * 1000).toISOString();
  const many = Array.from({ length: 1500 }, (_, i) => alert({ occurredAt: at(i + 1) }));
  const oldest = alert({ occurredAt: at(0), supervision: { ...supervision, ...said } });
  const api = await begun(oldest, ...many);
  const all = async (body: object) => {
    const counts = [];
    for (let more = true; more && counts.length < 5; ) {
      const answer = await api.send('POST', '/v1/alerts:handle', { ...body, filter: { type: oldest.type } });
      const result = (await answer.json()) as { done: number; refused: number; more: boolean };
      more = result.more;
      counts.push([result.done, result.refused]);
    }
    return counts;
  };
  expect(await all({ action: 'answer', result: 'in-progress' })).toEqual([[1, 0]]);
  const twice = [
    [1000, 0],
    [501, 0],
  ];
  expect(await all({ action: 'acknowledge' })).toEqual(twice);
  expect(await all({ action: 'assign', to: 'zhang' })).toEqual(twice);
});

test('one line for alerts that repeat each other, whatever memory and database have of them', async () => {
  const time = (i: number) => new Date(Date.UTC(2024, 4, 1, 8, i)).toISOString();
  const group = (count: number) => ({ id: 'g', count, first: time(0), last: time(count) });
  const four = [1, 2, 3, 4].map((i) => alert({ occurredAt: time(i), group: group(i) }));
  const other = alert({ occurredAt: time(2) });
  const api = await begun(four[1], four[3], other);
  api.history.stored = [four[0], four[2]];
  const list = async (query: string) => {
    const page = (await (await api.get(`/v1/alerts?${query}`)).json()) as { items: Alert[] };
    return page.items.map(({ id }) => id);
  };
  expect(await list('grouped=true')).toEqual([four[3].id, other.id]);
  expect(await list('grouped=true&limit=1')).toEqual([four[3].id]);
  expect(await list('')).toHaveLength(5);
});

test('lists by company, region, assignee, overdue and muted', async () => {
  const assignment = { to: 'zhang', due: null, by: 'li', at: '2024-05-01T08:00:00.000Z', note: '' };
  const one = alert({ company: 'Wuxi Taxi', region: '320211', assignment, overdue: true });
  const two = alert({ region: '330100', muted: 'mute-3' });
  const api = await begun(one, two);
  const list = async (query: string) => {
    const page = (await (await api.get(`/v1/alerts?${query}`)).json()) as { items: Alert[] };
    return page.items.map(({ id }) => id);
  };
  for (const query of ['company=Wuxi Taxi', 'region=32', 'assignee=zhang', 'overdue=true', 'muted=false']) {
    expect(await list(query)).toEqual([one.id]);
  }
  expect(await list('muted=true')).toEqual([two.id]);
  expect(await list('muted=true,false')).toHaveLength(2);
});

test('the database is away: history and lists say what they have', async () => {
  const a = alert();
  const api = await begun(a);
  api.history.away = true;
  expect(await (await api.get(`/v1/alerts/${a.id}/history`)).json()).toMatchObject({
    items: [{ transition: 'raised' }],
    partial: expect.stringContaining('away'),
  });
  expect((await api.send('POST', '/v1/alerts:handle', { action: 'resolve', filter: {} })).status).toBe(503);
});

test('mutes come, change and go', async () => {
  const api = await startTestApi();
  const input = { scope: { fences: ['f1'] }, to: soon(), reason: 'roadworks' };
  const made = await api.send('POST', '/v1/mutes', input);
  expect(made.status).toBe(201);
  const mute = (await made.json()) as { id: string; from: string };
  expect(mute).toMatchObject({ ...input, by: 'admin' });
  const longer = { ...input, from: mute.from, reason: 'still' };
  expect(await (await api.send('PUT', `/v1/mutes/${mute.id}`, longer)).json()).toMatchObject(longer);
  expect(await (await api.get('/v1/mutes')).json()).toMatchObject({ items: [{ id: mute.id, reason: 'still' }] });
  expect((await api.send('DELETE', `/v1/mutes/${mute.id}`)).status).toBe(204);
  expect((await api.send('DELETE', `/v1/mutes/${mute.id}`)).status).toBe(404);
  expect((await api.send('PUT', '/v1/mutes/m', input)).status).toBe(404);
  expect(api.log.changes.map(({ type }) => type)).toEqual(['mute-put', 'mute-put', 'mute-delete']);
});

test.each([
  [{ scope: {}, to: soon(), reason: 'x' }, 'names nothing'],
  [{ scope: { fences: ['f1'] }, to: '2020-01-01T00:00:00Z', reason: 'x' }, 'body.to'],
  [{ scope: { fences: ['f1'] }, to: soon(), reason: ' ' }, 'body.reason'],
  [{ scope: { fences: ['f1'] }, from: '2999-01-01T00:00:00Z', to: soon(), reason: 'x' }, 'is not after from'],
])('a mute like %j is refused', async (body, why) => {
  const api = await startTestApi();
  const answer = await api.send('POST', '/v1/mutes', body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(await answer.json())).toContain(why);
});
