import { expect, test } from 'vitest';
import { tools } from '../../../protocols/mqtt/tools.js';

const decoded = (line: string) => tools.explain(Buffer.from(line))[0].decoded;

test('the topic chooses how the payload is read', () => {
  const payload = '{"t":1769832000000,"lon":121.5,"lat":31.2,"s":40,"x":{"temp":3}}';
  expect(decoded(`v1/acme/vehicles/A/position ${payload}`)).toMatchObject({
    ok: true,
    protocol: 'mqtt',
    name: 'v1',
    fixes: [
      {
        terminal: 'acme:A',
        time: '2026-01-31T04:00:00.000Z',
        lon: 121.5,
        speedKmh: 40,
        heading: null,
        extra: { temp: 3 },
      },
    ],
  });
  expect(decoded('owntracks/jane/phone {"_type":"lwt","tst":5}')).toMatchObject({
    name: 'owntracks',
    events: [{ event: 'offline', time: '1970-01-01T00:00:05.000Z' }],
  });
});

test('what is said to a command', () => {
  expect(decoded('v1/acme/vehicles/A/cmd/c1/ack {"ok":false,"reason":"no-fix"}')).toMatchObject({
    ...{ ok: true, name: 'v1', fixes: [], refused: [] },
    answers: [{ terminal: 'acme:A', command: 'c1', answer: { ok: false, reason: 'no-fix' } }],
  });
  expect(decoded('v1/acme/vehicles/A/position {"t":1769832000000,"lon":1,"lat":2}')).not.toHaveProperty('answers');
});

test('what cannot be read says why, and where', () => {
  expect(decoded('some/topic {}')).toMatchObject({ ok: false, error: { code: 'unknown-message', offset: 0 } });
  expect(decoded('v1/acme/vehicles/A/position {"t":1}')).toMatchObject({
    ok: false,
    error: { code: 'bad-item', message: expect.stringContaining('t: must be'), offset: 28 },
  });
  expect(decoded('v1/acme/vehicles/A/position')).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('t_ms: must be') },
  });
});
