import { expect, test } from 'vitest';
import { AlertFeed } from '../../../alerts/feed.js';
import type { App } from '../../../api/app.js';
import { AlertTexts } from '../../../api/stream/alert-texts.js';
import { AlertsHub } from '../../../api/stream/alerts.js';
import { tempDir } from '../../support/temp-dir.js';
import type { StreamMessage } from '../stream-client.js';
import { alert, transition } from '../support.js';

function alertsHub(feed: AlertFeed): AlertsHub {
  const metrics = { alertLatency: { observe() {} } };
  const alertTexts = new AlertTexts(feed);
  return new AlertsHub({ deps: { alerts: feed }, alertTexts, metrics, now: Date.now } as unknown as App);
}

function portTo(told: StreamMessage[]) {
  const send = (message: string | Uint8Array) => {
    told.push(JSON.parse(message.toString()) as StreamMessage);
    return 'sent' as const;
  };
  return {
    send,
    sendAll(messages: readonly Uint8Array[], count: number) {
      messages.slice(0, count).forEach(send);
      return { taken: count, result: 'sent' as const };
    },
    tooSlow() {},
  };
}

test('who comes before the log has been read after a start is answered once it has, and misses nothing', async () => {
  const feed = new AlertFeed();
  const hub = alertsHub(feed);
  const told: StreamMessage[] = [];
  const port = portTo(told);
  hub.add({ id: 1, filter: {}, datum: 'wgs84', cursor: 'e1-1' }, port);
  const left = hub.add({ id: 2, filter: {}, datum: 'wgs84' }, port);
  hub.remove(left);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
  feed.push([1, 2, 3].map((number) => transition(number, alert())));
  await feed.load(await tempDir(), { epoch: 'e1', alertNumber: 0, open: [] });
  await expect.poll(() => told.map(({ cursor }) => cursor)).toEqual(['e1-1', 'e1-2', 'e1-3']);
  expect(told[0]).toMatchObject({ type: 'subscribed', id: 1, recovered: true });
});
