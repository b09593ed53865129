import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { KEY, startTestApi } from '../support.js';
import { openEvents, waiters } from './feeds-support.js';

const PATH = '/v1/stream/positions?bbox=120.2,31.4,120.4,31.6';

test('a snapshot, then what changed, and who left; only of the box and the filter', async () => {
  const api = await startTestApi();
  api.put('inside', {}, { category: 'taxi' });
  api.put('outside', { lon: 121 }, { category: 'taxi' });
  api.put('bus', {}, { category: 'bus' });
  const events = await openEvents(api, `${PATH}&category=taxi`);
  expect(events.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  const [first] = await events.next(1);
  expect(first.data).toMatchObject({ type: 'positions', snapshot: true, items: [{ vehicleId: 'inside' }] });
  expect(first.data.items).toHaveLength(1);
  api.put('inside', { lon: 120.31, fixTime: Date.now() + 1000 });
  const [second] = await events.next(1);
  expect(second.data).toMatchObject({ snapshot: false, items: [{ vehicleId: 'inside', lon: 120.31 }] });
  api.put('inside', { lon: 121, fixTime: Date.now() + 2000 });
  const [third] = await events.next(1);
  expect(third.data.gone).toEqual(['inside']);
});

test('a box is needed, and a wrong one is told', async () => {
  const api = await startTestApi();
  for (const query of ['', '?bbox=1,2,3']) expect((await api.get(`/v1/stream/positions${query}`)).status).toBe(400);
  expect(await waiters(api)).toBe(0);
});

test('who does not read costs one message, and is let go of; who leaves is forgotten', async () => {
  const api = await startTestApi();
  for (let i = 0; i < 2000; i++) api.put(`vehicle-with-a-long-name-${i}`);
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.pause();
  socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n\r\n`);
  const reader = await openEvents(api, PATH);
  await reader.next(1);
  expect(await waiters(api)).toBe(2);
  const move = setInterval(() => {
    for (let i = 0; i < 2000; i++) api.put(`vehicle-with-a-long-name-${i}`, { fixTime: Date.now() });
  }, 500);
  onTestFinished(() => clearInterval(move));
  await expect.poll(() => waiters(api), { timeout: 45_000, interval: 500 }).toBe(1);
  clearInterval(move);
  reader.response.destroy();
  await expect.poll(() => waiters(api)).toBe(0);
});
