import { expect, test } from 'vitest';
import type { Delivery } from '../../deliver/carrier.js';
import { MqttCarrier, topicLevels } from '../../deliver/mqtt-carrier.js';
import type { Alert } from '../../model/alert.js';

const alertOf = (given: Partial<Alert>) => ({ type: 'sos', severity: 'critical', vehicleId: 'v1', ...given }) as Alert;
const delivery = (number: number, alert: Alert | null = alertOf({})): Delivery => ({
  id: `m${number}`,
  number,
  text: `{"n":${number}}`,
  alert,
  step: null,
});
const forever = new AbortController().signal;

test('the topic is made of what the alert is, and nothing in it can make another of it', async () => {
  const published: string[] = [];
  const carrier = new MqttCarrier('cheji/alerts/{type}/{company}/{vehicleId}', async (topic, payload) => {
    published.push(`${topic} ${payload}`);
  });
  const hostile = alertOf({ vehicleId: 'a/b+#\u0000', company: '苏/运' });
  expect(await carrier.carry([delivery(1), delivery(2, hostile), delivery(3, null)], forever)).toEqual({
    taken: 3,
    failure: null,
  });
  expect(published).toEqual([
    'cheji/alerts/sos/-/v1 {"n":1}',
    'cheji/alerts/sos/苏_运/a_b___ {"n":2}',
    'cheji/alerts/gap/-/- {"n":3}',
  ]);
  expect(topicLevels(alertOf({ region: '3202' })).region).toBe('3202');
});

test('what was acknowledged before the first failure counts; the rest is tried again', async () => {
  const carrier = new MqttCarrier('a/{type}', async (_, payload) => {
    if (String(payload) === '{"n":3}') throw new Error('the broker is away');
  });
  expect(
    await carrier.carry(
      [1, 2, 3, 4].map((n) => delivery(n)),
      forever,
    ),
  ).toEqual({
    taken: 2,
    failure: { kind: 'outage', status: null, detail: 'the broker is away' },
  });
});

test('a message that the broker refuses is told from a broker that is away', async () => {
  const carrier = new MqttCarrier('a', async () => {
    throw Object.assign(new Error('Publish error: Not authorized'), { code: 0x87 });
  });
  expect(await carrier.carry([delivery(1)], forever)).toEqual({
    taken: 0,
    failure: { kind: 'refused', status: null, detail: 'Publish error: Not authorized' },
  });
});

test('a broker that does not acknowledge is given up, and so it is when we stop', async () => {
  const silent = new MqttCarrier(
    'a',
    (_, payload) => (String(payload) === '{"n":1}' ? Promise.resolve() : new Promise(() => {})),
    50,
  );
  const carried = { taken: 1, failure: { kind: 'outage', detail: 'no answer within 50 ms' } };
  expect(await silent.carry([delivery(1), delivery(2)], forever)).toMatchObject(carried);
  const stop = new AbortController();
  const carrying = silent.carry([delivery(1), delivery(2)], stop.signal);
  stop.abort();
  expect((await carrying).taken).toBeLessThan(2);
});
