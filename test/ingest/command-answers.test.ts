import { expect, test } from 'vitest';
import type { Command } from '../../model/command.js';
import { msToBeijing } from '../../model/units.js';
import { ANSWERS } from '../../protocols/jt808/commands/exchange.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { waitFor } from '../support/wait-for.js';
import { tcpServer } from './tcp-support.js';

const PHONE = '13800000001';
const time = msToBeijing(Math.floor(Date.now() / 1000) * 1000);
const location = { alarm: 0, status: 3, lat: 31.5, lon: 120.3, altitude: 1, speedKmh: 40, direction: 90, time };
const medium = { mediaId: 7, mediaType: 0, channel: 1, event: 0, location };
const recording = {
  channel: 1,
  startBcd: '260301000000',
  endBcd: '260301010000',
  alarmHex: '0000000000000000',
  avType: 0,
  streamType: 1,
  storeType: 1,
  fileBytes: 1_000_000,
};
const circle = { areaId: 9, attr: 0, lat: 31.5, lon: 120.3, radiusM: 50, name: '' };
const attributes = {
  terminalType: 0,
  manufacturer: 'CHEJI',
  model: 'T1',
  terminalId: '1',
  iccid: '0'.repeat(20),
  hardwareVersion: '1',
  firmwareVersion: '2',
  gnss: 3,
  comm: 1,
};
const sound = { audioCoding: 8, audioChannels: 1, audioSampleRate: 0, audioSampleBits: 1, audioFrameLength: 320 };
const period = { from: '2026-03-01T00:00:00+08:00', to: '2026-03-01T01:00:00+08:00' };

/** `serial`: the answer names the message that it answers. */
const CASES: [
  type: string,
  params: object,
  answer: number,
  fields: object,
  serial: boolean,
  edition: '2013' | '2019',
][] = [
  ['locate', {}, 0x0201, location, true, '2013'],
  ['locate', {}, 0x0201, location, false, '2013'], // as the 2011 draft has it
  ['vehicle-control', { doors: 'unlock' }, 0x0500, location, true, '2019'],
  ['get-parameters', {}, 0x0104, { params: [{ id: '0x0001', value: 30 }] }, true, '2013'],
  ['get-attributes', {}, 0x0107, attributes, false, '2013'],
  ['upgrade', { device: 'terminal', version: '1', data: 'AAAA' }, 0x0108, { upgradeType: 0, result: 0 }, false, '2013'],
  ['get-areas', { kind: 'circle' }, 0x0608, { kind: 1, areas: [circle] }, false, '2019'],
  ['driver-identity', {}, 0x0702, { cardStatus: 2, time }, false, '2013'],
  ['get-recorder-data', { data: 'vehicle' }, 0x0700, { command: 5, blockHex: '557a0500' }, true, '2013'],
  ['media-search', { media: 'image', event: 'platform' }, 0x0802, { media: [medium] }, true, '2013'],
  ['photo', { channel: 1 }, 0x0805, { result: 0, mediaIds: [7, 8] }, true, '2013'],
  [
    'get-video-attributes',
    {},
    0x1003,
    { ...sound, audioOutput: 1, videoCoding: 98, maxAudioChannels: 4, maxVideoChannels: 4 },
    false,
    '2013',
  ],
  ['list-recordings', {}, 0x1205, { resources: [recording] }, true, '2013'],
  ['playback-start', { server: 'a', tcpPort: 1, channel: 1, ...period }, 0x1205, { resources: [] }, true, '2013'],
];

test('every answer that there is has its case', () => {
  expect([...new Set(CASES.map(([, , id]) => id))].sort()).toEqual([...ANSWERS.keys()].sort());
});

test.each(CASES)('%s %j is answered', async (type, params, id, fields, serial, edition) => {
  const s = await tcpServer({ auth: 'any' });
  const vehicles = [s.registry.ensureVehicleForTerminal('jt808', PHONE)];
  const peer = await s.peer();
  const send = (msgId: number, seq: number, what: object) =>
    peer.send(encodeFrame({ msgId, edition, phone: PHONE, seq, fields: what as Record<string, unknown> }));
  send(0x0102, 0, { authCode: 'x', imei: '', softwareVersion: '' });
  await peer.next();
  const order = { vehicles, type, params, expiresInMs: 60_000, neverLate: false, by: 'test', asBatch: false };
  const given = await s.desk.give(order);
  if ('problems' in given || 'refused' in given.outcomes[0]) throw new Error(JSON.stringify(given));
  const { id: commandId } = given.outcomes[0].command;
  await peer.next();
  send(id, 1, { ...fields, ...(serial && { replySeq: 1 }) });
  // 0x8001 with result 0: an answer is answered like everything else.
  expect(await peer.next()).toMatch(/^7e8001/);
  const command = () => s.book.get(commandId) as Command;
  const { state, answer } = await waitFor('the answer', command, ({ endedAt }) => endedAt !== null, { everyMs: 5 });
  expect(state).toBe('answered');
  expect(answer).toMatchObject(fields);
});
