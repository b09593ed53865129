import { expect, test } from 'vitest';
import { MainNodeSteps } from '../../nodes/older-steps.js';
import { openEvents, raise } from '../api/stream/feeds-support.js';
import { streamClient } from '../api/stream-client.js';
import { KEY, startTestApi, type TestApi } from '../api/support.js';

const LAST = 1500;
const IN_MEMORY = 300;
const cursors = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `e1-${from + i}`);

/** A main node with a long alert log, and another that has only the end of it; `place`: where that looks for the main node. */
async function twoNodes(): Promise<{ main: TestApi; node: TestApi; place: { url: string } }> {
  const [main, node] = [await startTestApi(), await startTestApi()];
  raise(main, 1, LAST);
  const place = { url: main.url };
  const older = new MainNodeSteps({
    epoch: 'e1',
    main: () => ({ url: place.url, alertOldest: main.feed.oldestKept }),
    adminKey: KEY,
    pageSteps: 100,
  });
  node.feed.begin({ epoch: 'e1', alertNumber: LAST - IN_MEMORY, open: [] }, older);
  node.feed.push(main.feed.since(LAST - IN_MEMORY, IN_MEMORY));
  return { main, node, place };
}

test('the stream goes on behind a cursor that only the main node has, and with what comes meanwhile', async () => {
  const { main, node } = await twoNodes();
  const clients = await Promise.all(
    [5, 5, 42, 999, 1400].map(async (from) => ({ from, client: await streamClient(node) })),
  );
  for (const { from, client } of clients) {
    client.say({
      op: 'subscribe',
      id: 1,
      channel: 'alerts',
      cursor: `e1-${from}`,
      window: from === 42 ? 7 : undefined,
    });
  }
  raise(main, LAST + 1, LAST + 20);
  node.feed.push(main.feed.since(LAST, 20));
  for (const { from, client } of clients) {
    expect(await client.next()).toMatchObject({ type: 'subscribed', recovered: true, cursor: `e1-${from}` });
    const told: (string | undefined)[] = [];
    while (told.length < LAST + 20 - from) {
      const { type, cursor } = await client.next();
      expect(type).toBe('alert');
      told.push(cursor);
      if (from === 42 && told.length % 7 === 0) client.say({ op: 'ack', id: 1, cursor });
      if (from === 42 && told.length === 70) break; // ten a second are all that it may say
    }
    expect(told).toEqual(cursors(from + 1, from === 42 ? 112 : LAST + 20));
  }
});

test('pages that were asked for are counted', async () => {
  const node = await startTestApi();
  Object.assign(node.readiness.node, { role: 'api', state: 'level', olderAlerts: { fetched: 3, away: 1 } });
  const text = await (await node.get('/metrics')).text();
  expect(text).toContain('node_older_alert_pages_total{outcome="fetched"} 3');
  expect(text).toContain('node_older_alert_pages_total{outcome="away"} 1');
});

test('events and pages, filtered, each step once', async () => {
  const { node } = await twoNodes();
  const wanted = cursors(11, LAST).filter((cursor) => cursor.endsWith('0'));
  const events = await openEvents(node, '/v1/stream/alerts?severity=critical&cursor=e1-10');
  const [opening, ...told] = await events.next(1 + wanted.length);
  expect(opening.data).toMatchObject({ recovered: true, cursor: 'e1-10' });
  expect(told.map(({ id }) => id)).toEqual(wanted);

  const seen: string[] = [];
  let cursor = 'e1-10';
  for (let more = true; more; ) {
    const response = await node.get(`/v1/alerts?after=${cursor}&limit=50&severity=critical`);
    const page = (await response.json()) as { items: { cursor: string }[]; cursor: string; recovered: boolean };
    expect(page.recovered).toBe(true);
    seen.push(...page.items.map((item) => item.cursor));
    more = page.items.length > 0;
    ({ cursor } = page);
  }
  expect(seen).toEqual(wanted);
});

test('what the main node has no more either is not recovered, and why', async () => {
  const { main, node } = await twoNodes();
  main.feed.oldest = 100;
  const client = await streamClient(node);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', cursor: 'e1-99' });
  expect(await client.next()).toMatchObject({ recovered: false, gap: { from: 'e1-99', reason: 'expired' } });
  client.say({ op: 'subscribe', id: 2, channel: 'alerts', cursor: 'e1-100' });
  expect(await client.next()).toMatchObject({ id: 2, recovered: true });
  expect(await client.next()).toMatchObject({ id: 2, type: 'alert', cursor: 'e1-101' });
});

test('while the main node is away that is the answer, and what is here goes on', async () => {
  const { main, node } = await twoNodes();
  await main.api.close();
  const client = await streamClient(node);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', cursor: 'e1-5' });
  expect(await client.nextOf('error')).toMatchObject({ id: 1, code: 'main-node-away' });
  // The subscription has ended, and its id may be had again.
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', cursor: `e1-${LAST - 1}` });
  expect(await client.next()).toMatchObject({ type: 'subscribed', id: 1, recovered: true });
  expect(await client.next()).toMatchObject({ type: 'alert', cursor: `e1-${LAST}` });
  const response = await node.get('/v1/alerts?after=e1-5&wait=30');
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await response.json()).toMatchObject({ error: { code: 'main-node-away' } });
});

test('events that nobody can have just now end as an EventSource comes back to, and it misses nothing', async () => {
  const { main, node, place } = await twoNodes();
  place.url = 'http://127.0.0.1:1';
  const path = '/v1/stream/alerts?cursor=e1-5';
  // Any other status, and no `retry`, and the browser never asks again; a lost id, and it asks for what comes now.
  const refused = await openEvents(node, path);
  expect([refused.response.statusCode, refused.response.headers['content-type']]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  const told = await refused.next(2);
  expect(told.map(({ event, id }) => `${event} ${id}`)).toEqual(['subscribed e1-5', 'main-node-away e1-5']);
  expect(told[1].data).toMatchObject({ code: 'main-node-away' });
  expect(refused.text).toMatch(/^retry: \d+\n/);
  await expect.poll(() => refused.ended).toBe(true);

  place.url = main.url;
  await expect
    .poll(() => node.get('/v1/alerts?after=e1-5&limit=1').then(({ status }) => status), { timeout: 5000 })
    .toBe(200);
  // It comes back to the same address, with the id of the last event that it has heard.
  const again = await openEvents(node, path, { 'last-event-id': 'e1-7' });
  const [opening, ...steps] = await again.next(1 + LAST - 7);
  expect(opening.data).toMatchObject({ recovered: true, cursor: 'e1-7' });
  expect(steps.map(({ id }) => id)).toEqual(cursors(8, LAST));
});

test('a main node that goes in the middle: the stream says so, and the client has a place to go on from', async () => {
  const { main, node } = await twoNodes();
  const client = await streamClient(node);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts', cursor: 'e1-5', window: 60 });
  await client.next(({ cursor }) => cursor === 'e1-65');
  await main.api.close();
  client.say({ op: 'ack', id: 1, cursor: 'e1-65' });
  // What was fetched is told to its end.
  for (const cursor of cursors(66, 100)) expect(await client.next()).toMatchObject({ type: 'alert', cursor });
  expect(await client.next()).toMatchObject({ type: 'error', id: 1, code: 'main-node-away' });
});
