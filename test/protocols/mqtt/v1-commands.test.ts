import { expect, test } from 'vitest';
import { v1 } from '../../../protocols/mqtt/v1.js';
import { v1Command, v1CommandSet } from '../../../protocols/mqtt/v1-commands.js';

const ACK = 'v1/acme/vehicles/A/cmd/c0123/ack';
const read = (payload: unknown, topic = ACK, names: { terminal?: string; command?: string } = {}) =>
  v1.decode({ topic, payload: Buffer.from(JSON.stringify(payload)), receivedTime: 0, ...names });

test('a command is JSON with its name, its end, and what the API was told', () => {
  const sent = v1Command({ id: 'c0123', type: 'text', params: { text: '前方拥堵' }, expiresAt: 1_769_832_000_000 });
  expect(JSON.parse(sent.toString('utf8'))).toEqual({
    ...{ id: 'c0123', type: 'text', params: { text: '前方拥堵' } },
    expires: 1_769_832_000_000,
  });
});

test('types that a device without JT/T 808 can make something of, in the same words; no others', () => {
  expect(v1CommandSet.types.map(({ type }) => type)).toEqual([
    ...['text', 'locate', 'track', 'confirm-alarm', 'link-check', 'terminal-control', 'call-back', 'vehicle-control'],
    ...['driver-identity', 'transparent'],
  ]);
  expect(new Set(v1CommandSet.types.map(({ protocol }) => protocol))).toEqual(new Set(['mqtt']));
  expect(v1CommandSet.check('set-circles', {})).toBeNull();
  expect(v1CommandSet.check('no-such', {})).toBeNull();
  expect(v1CommandSet.check('track', { interval: 5 })).toEqual({ params: { interval: 5, duration: 300 } });
  expect(v1CommandSet.check('text', {})).toMatchObject({ problems: [{ path: 'text' }] });
});

test('an acknowledgement is of the terminal and the command that its topic names', () => {
  const whose = { terminal: 'acme:A', id: 'c0123', serial: null, types: [] };
  expect(read({ ok: true })).toMatchObject({
    responses: [{ ...whose, says: { refused: null } }],
    refused: [],
    events: [],
    speaker: { terminal: 'acme:A' },
  });
  expect(read({ ok: true, result: { doors: 'locked' }, ts: 1_769_832_000_000 }).responses).toEqual([
    { ...whose, says: { answer: { ok: true, result: { doors: 'locked' } } } },
  ]);
  const failed = { ok: false, reason: 'door-open', detail: 'the rear one', result: { door: 2 } };
  expect(read(failed).responses).toEqual([{ ...whose, says: { answer: failed } }]);
  expect(v1CommandSet.judge('vehicle-control', {}, failed)).toBe('door-open');
  expect(v1CommandSet.judge('vehicle-control', {}, { ok: false })).toBe('failed');
  expect(v1CommandSet.judge('vehicle-control', {}, { ok: true, result: { ok: false } })).toBeNull();
});

test('on topics of the settings likewise', () => {
  const [response] = read({ ok: true }, 'fleet/A/done/c9', { terminal: 'A', command: 'c9' }).responses;
  expect(response).toMatchObject({ terminal: 'A', id: 'c9' });
});

test.each([
  [{}, 'ok'],
  [{ ok: 1 }, 'ok'],
  [{ ok: null }, 'ok'],
  [{ ok: true, reason: 'why' }, 'reason'],
  [{ ok: false, reason: 'Out of order' }, 'reason'],
  [{ ok: false, reason: `a${'-a'.repeat(40)}` }, 'reason'],
  [{ ok: false, detail: 'x'.repeat(501) }, 'detail'],
  [{ ok: true, result: [] }, 'result'],
  [{ ok: true, result: { log: 'x'.repeat(16 * 1024) } }, 'result'],
  [{ ok: true, ts: 5 }, 'ts'],
  [{ ok: true, id: 'c0999' }, 'id'],
  [[{ ok: true }], ''],
  [5, ''],
])('%j is refused at %s, and answers nothing', (payload, field) => {
  const { responses, refused } = read(payload);
  expect(responses).toEqual([]);
  expect(refused).toMatchObject([{ reason: field === '' && payload === 5 ? 'not-json' : 'bad-item', field }]);
});

test.each(['v1/acme/vehicles/A/cmd/ack', 'v1/acme/vehicles/A/cmd/c1/x/ack', 'v1/acme/vehicles/A/cmd/é/ack'])(
  '%s is no topic of ours',
  (topic) => {
    expect(read({ ok: true }, topic)).toMatchObject({ responses: [], refused: [{ reason: 'bad-item' }] });
  },
);

test('who publishes for one vehicle speaks for it, a will too; a gateway of many for none', () => {
  const fix = { t: 1_769_832_000_000, lon: 121.5, lat: 31.2 };
  const speaker = (kind: string, payload: unknown) => read(payload, `v1/acme/${kind}`).speaker;
  expect(speaker('vehicles/A/position', fix)).toEqual({ terminal: 'acme:A' });
  expect(speaker('vehicles/A/positions', [fix])).toEqual({ terminal: 'acme:A' });
  expect(speaker('vehicles/A/status', { online: true })).toEqual({ terminal: 'acme:A' });
  expect(speaker('vehicles/A/status', { online: false })).toEqual({ terminal: 'acme:A' });
  expect(speaker('batch', [{ id: 'A', ...fix }])).toBeUndefined();
});
