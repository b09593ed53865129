import { expect, test } from 'vitest';
import { FakeCarrier, REFUSED, receiver } from '../deliver/support.js';
import { alert, startTestApi, type TestApi, transition } from './support.js';

interface Letters {
  items: { no: number; id: string; detail: string; message: { alert: { vehicleId: string } } }[];
  cursor: string | null;
}
const QUICK = { timeout: 10_000, interval: 10 };

const ask = async <T>(api: TestApi, method: string, path: string, body?: object) => {
  const response = await api.send(method, `/v1/mqtt/alerts${path}`, body);
  return { status: response.status, body: (response.status === 204 ? null : await response.json()) as T };
};

test('where alerts are not published there is nothing to ask', async () => {
  const api = await startTestApi();
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/deliveries'],
    ['GET', '/dead-letters'],
    ['DELETE', '/dead-letters/1'],
  ] as const) {
    const { status, body } = await ask<{ error: { message: string } }>(api, method, path);
    expect([status, body.error.message]).toEqual([404, expect.stringContaining('CHEJI_MQTT_ALERTS')]);
  }
});

test('what the broker refuses is listed, sent again or thrown away; what it had is sent once more', async () => {
  const api = await startTestApi();
  let allowed = false;
  const carrier = new FakeCarrier(({ alert: of }) => (of?.vehicleId.startsWith('bad') && !allowed ? REFUSED : null));
  const follower = await api.deliveries.add(receiver(carrier, { name: 'mqtt', way: 'mqtt' }));
  api.feed.push(
    ['v1', 'bad2', 'v3', 'bad4'].map((vehicleId, i) => transition(i + 1, alert({ id: `a${i}`, vehicleId }))),
  );
  // A letter is in the list before it is on disk, and the place moves over it after that.
  await expect.poll(() => follower.state(), QUICK).toMatchObject({ deadLetters: 2, behind: 0 });
  const { items, cursor } = (await ask<Letters>(api, 'GET', '/dead-letters?limit=1')).body;
  expect(items.map(({ no, detail, message }) => [no, detail, message.alert.vehicleId])).toEqual([
    [1, REFUSED.detail, 'bad2'],
  ]);
  const next = await ask<Letters>(api, 'GET', `/dead-letters?limit=1&cursor=${cursor}`);
  expect([next.body.items[0].no, next.body.cursor]).toEqual([2, null]);
  expect((await ask<{ behind: number; deadLetters: number }>(api, 'GET', '')).body).toMatchObject({
    ...{ behind: 0, deadLetters: 2, delivered: 2, circuit: 'closed' },
  });
  const tries = (await ask<{ items: { delivered: boolean }[] }>(api, 'GET', '/deliveries')).body.items;
  expect(tries.filter(({ delivered }) => !delivered)).toHaveLength(10); // five for each message

  expect((await ask(api, 'DELETE', '/dead-letters/2')).status).toBe(204);
  expect((await ask(api, 'DELETE', '/dead-letters/2')).status).toBe(404);
  allowed = true;
  expect(await ask(api, 'POST', '/replay', { deadLetters: 'all' })).toEqual({ status: 202, body: { deadLetters: 1 } });
  await expect.poll(() => follower.state().deadLetters, QUICK).toBe(0);
  expect(carrier.taken).toEqual(['alert_a0_1', 'alert_a2_1', 'alert_a1_1']);

  expect((await ask(api, 'POST', '/replay', { from: 'e1-3' })).status).toBe(202);
  await expect.poll(() => carrier.taken.at(-1), QUICK).toBe('alert_a3_1');
  expect((await ask(api, 'POST', '/replay', { from: 'e0-3' })).status).toBe(410);
});
