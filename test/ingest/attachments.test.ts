import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { picture } from '../../bench/support/media-terminal.js';
import { AttachmentRequests } from '../../ingest/attachment-requests.js';
import { AttachmentServer, type AttachmentServerLimits } from '../../ingest/attachment-server.js';
import { Uploads } from '../../ingest/uploads.js';
import type { Alert } from '../../model/alert.js';
import { Catalog } from '../../model/catalog.js';
import type { CommandInput } from '../../model/command.js';
import type { MediumFacts } from '../../model/medium.js';
import type { Upload } from '../../model/upload.js';
import { AttachmentConversation } from '../../protocols/jt808/attachment-conversation.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { MediaFiles } from '../../store/media-files.js';
import { AttachmentTerminal, blockOf } from '../support/attachment-terminal.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const ALERT = 'mfrggzdfmztwq2lknnwg23tpob';
const KEY = '37363534333231260301100005010200';
const TIME = Date.UTC(2026, 2, 1, 4);
const NAME = '00_65_6401_0_mfrggzdfmztwq2lknnwg23tpob.jpg';

type Attachment = Upload & { content: MediumFacts };

async function attachmentServer(
  limits: Partial<AttachmentServerLimits> = {},
  paused = () => false,
  whenAccepted: (fn: () => void) => void = (fn) => setTimeout(fn, 5),
) {
  const dir = await tempDir();
  const files = await MediaFiles.open({ dir, maxBytes: 2 ** 30 });
  const recorded: Attachment[] = [];
  const owner = { alertId: ALERT, alarmKey: KEY, vehicleNo: 3, vehicleId: 'v3', time: TIME };
  const server = await AttachmentServer.start({
    ...{ host: '127.0.0.1', port: 0, files, limits, paused },
    uploads: new Uploads({ recordUpload: (upload) => recorded.push(upload as Attachment) }),
    owner: (alert, key) => (alert === ALERT && key === KEY ? owner : undefined),
    whenAccepted,
    clock: () => TIME + 60_000,
  });
  onTestFinished(() => server.close());
  const terminal = () => AttachmentTerminal.open(server.port);
  const welcome = async () => {
    const peer = await terminal();
    expect(await peer.announce(ALERT, KEY, [{ name: NAME, fileBytes: 1 }])).toBe(0);
    return peer;
  };
  const file = ({ id, content }: Attachment) =>
    readFileSync(join(dir, 'files', id.slice(0, 2), `${id}.${content.format === 'jpeg' ? 'jpg' : 'bin'}`));
  return { dir, server, recorded, terminal, welcome, file, incoming: () => readdirSync(join(dir, 'incoming')) };
}

test('a file of an alarm: announced, sent in blocks, whole, and tied to its alert', async () => {
  const { server, recorded, welcome, file, incoming } = await attachmentServer();
  const data = picture(200_000, 1);
  const peer = await welcome();
  expect(await peer.begin(NAME, data.length)).toBe(0);
  for (let at = 0; at < data.length; at += 65_536) peer.block(NAME, at, data.subarray(at, at + 65_536));
  expect(await peer.end(NAME, data.length)).toMatchObject({ name: NAME, result: 0, missing: [] });
  expect(recorded).toHaveLength(1);
  expect(recorded[0]).toMatchObject({ kind: 'attachment', vehicleNo: 3, vehicleId: 'v3', time: TIME, source: 'jt808' });
  expect(recorded[0].content).toEqual({
    ...{ mediaId: null, type: 'image', format: 'jpeg', event: null, channel: 65, place: null },
    ...{ bytes: 200_000, complete: true, parts: 1, missing: 0, alertId: ALERT, alarmKey: KEY, name: NAME },
  });
  expect(file(recorded[0]).equals(data)).toBe(true);
  // Our word may have been lost: it is given again, and nothing is kept twice.
  expect(await peer.end(NAME, data.length)).toMatchObject({ result: 0 });
  expect(recorded).toHaveLength(1);
  expect(incoming()).toEqual([]);
  expect(server.counts).toEqual({ complete: 1 });
  peer.socket.destroy();
});

test('what is missing is named by its ranges, and may come in any order and twice', async () => {
  const { recorded, welcome, file } = await attachmentServer();
  const data = picture(10_000, 2);
  const peer = await welcome();
  await peer.begin(NAME, data.length);
  peer.block(NAME, 6000, data.subarray(6000, 7000)).block(NAME, 1000, data.subarray(1000, 3000));
  expect(await peer.end(NAME, data.length)).toMatchObject({
    result: 1,
    missing: [
      { offset: 0, length: 1000 },
      { offset: 3000, length: 3000 },
      { offset: 7000, length: 3000 },
    ],
  });
  peer.block(NAME, 7000, data.subarray(7000)).block(NAME, 0, data.subarray(0, 2000));
  peer.block(NAME, 2500, data.subarray(2500, 6500));
  expect(await peer.end(NAME, data.length)).toMatchObject({ result: 0 });
  expect(file(recorded[0]).equals(data)).toBe(true);
  peer.socket.destroy();
});

test('several files in one connection; data that looks like frames and blocks is data', async () => {
  const { recorded, welcome, file } = await attachmentServer();
  const peer = await welcome();
  const nasty = Buffer.concat([
    Buffer.from('7e30316364', 'hex'),
    Buffer.alloc(500, 0x7e),
    Buffer.from('01cd01cd01cd7d'),
  ]);
  for (const [name, data] of [
    ['a.jpg', picture(300, 3)],
    ['b.bin', nasty],
  ] as const) {
    await peer.begin(name, data.length);
    peer.block(name, 0, data);
    expect(await peer.end(name, data.length)).toMatchObject({ result: 0 });
  }
  expect(file(recorded[1]).equals(nasty)).toBe(true);
  peer.socket.destroy();
});

test('a connection that ends in the middle: what has come is kept as it is, and reported', async () => {
  const { recorded, welcome, incoming } = await attachmentServer();
  const peer = await welcome();
  await peer.begin(NAME, 1000);
  peer.block(NAME, 0, picture(400, 4));
  await peer.end(NAME, 1000);
  peer.socket.destroy();
  await waitFor(
    'the record',
    () => recorded.length,
    (n) => n === 1,
    { everyMs: 10 },
  );
  expect(recorded[0].content).toMatchObject({ complete: false, bytes: 400, missing: 1 });
  await waitFor('the directory', incoming, (names) => names.length === 0, { everyMs: 10 });
});

test('who was not asked is not let in: another alert, another key, or nothing at all', async () => {
  const { server, recorded, terminal, incoming } = await attachmentServer();
  const stranger = await terminal();
  expect(await stranger.announce('a'.repeat(26), KEY, [])).toBe(1);
  const guesser = await terminal();
  expect(await guesser.announce(ALERT, '00'.repeat(16), [])).toBe(1);
  const rude = await terminal();
  expect(await rude.begin(NAME, 1000)).toBe(1);
  const silent = await terminal();
  silent.block(NAME, 0, Buffer.alloc(1000));
  for (const peer of [stranger, guesser, rude, silent]) {
    await waitFor('its end', () => peer.closed, Boolean, { everyMs: 10 });
  }
  expect(recorded).toEqual([]);
  expect(incoming()).toEqual([]);
  expect(server.counts).toEqual({ unasked: 3, stray: 1 });
});

test('sizes and numbers beyond the limits are refused, and cost nothing', async () => {
  const { server, welcome, incoming } = await attachmentServer({ fileBytes: 1000, files: 2 });
  const peer = await welcome();
  expect(await peer.begin('big.jpg', 1001)).toBe(1);
  expect(await peer.begin('none.jpg', 0)).toBe(1);
  expect(await peer.begin('a.jpg', 1000)).toBe(0);
  // Beyond its announced end; of another file; and, far beyond, where an offset overflows.
  peer.block('a.jpg', 900, Buffer.alloc(101)).block('other.jpg', 0, Buffer.alloc(10));
  peer.block('a.jpg', 0xffff_fff0, Buffer.alloc(100));
  expect(await peer.end('a.jpg', 1000)).toMatchObject({ result: 1, missing: [{ offset: 0, length: 1000 }] });
  expect(await peer.begin('b.jpg', 10)).toBe(0);
  expect(await peer.begin('c.jpg', 10)).toBe(1);
  expect(incoming()).toHaveLength(1);
  expect(server.counts).toEqual({ limit: 3, stray: 3, again: 1 });
  peer.socket.write(Buffer.concat([blockOf('b.jpg', 0, Buffer.alloc(0), 0xffff_ffff)]));
  await waitFor('the end', () => peer.closed, Boolean, { everyMs: 10 });
  expect(server.counts.broken).toBe(1);
});

test.each([
  ['../../../etc/passwd'],
  ['/etc/cron.d/x.jpg'],
  ['..\\..\\x.jpg'],
  ['a\u0000b.jpg'],
  [`${'a'.repeat(250)}.jpg`],
  ['00_<img src=x onerror=alert(1)>.html'],
])('a hostile name is a name and nothing else: %s', async (name) => {
  const { dir, recorded, welcome } = await attachmentServer();
  const data = picture(100, 5);
  const peer = await welcome();
  expect(await peer.begin(name, data.length)).toBe(0);
  peer.block(name, 0, data);
  expect(await peer.end(name, data.length)).toMatchObject({ result: 0 });
  const all = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.'));
  expect(all).toHaveLength(1);
  expect(all[0]).toMatch(/^files\/[0-9a-f]{2}\/[0-9a-f]{32}\.(jpg|bin)$/);
  expect(recorded[0].content.name).toBe(name);
  peer.socket.destroy();
});

test('while such traffic has to wait, a file is refused, and the terminal stays', async () => {
  let waits = true;
  const { welcome } = await attachmentServer({}, () => waits);
  const peer = await welcome();
  expect(await peer.begin('a.jpg', 10)).toBe(1);
  waits = false;
  expect(await peer.begin('a.jpg', 10)).toBe(0);
  peer.socket.destroy();
});

test('silence, garbage and frames that never end are cut off', async () => {
  const { server, terminal, welcome } = await attachmentServer({ firstMs: 300, idleMs: 1500 });
  const mute = await terminal();
  const noise = await terminal();
  noise.socket.write(Buffer.alloc(20_000, 0x41));
  const endless = await welcome();
  endless.socket.write(Buffer.concat([Buffer.of(0x7e), Buffer.alloc(40_000, 0x42)]));
  const idle = await welcome();
  for (const peer of [mute, noise, endless, idle])
    await waitFor('the end', () => peer.closed, Boolean, { everyMs: 20 });
  expect(server.open).toBe(0);
});

test('the same wherever the bytes are cut', () => {
  const frame = (msgId: number, fields: Record<string, unknown>) =>
    encodeFrame({ msgId, edition: '2013', phone: '13800000001', seq: 1, fields });
  const stream = Buffer.concat([
    Buffer.from('junk'),
    frame(0x1210, {
      terminalId: '1',
      alarmKey: KEY,
      alarmNumber: ALERT,
      infoType: 0,
      files: [{ name: 'a', fileBytes: 3 }],
    }),
    frame(0x1211, { name: 'a.jpg', fileType: 0, fileBytes: 3 }),
    blockOf('a.jpg', 0, Buffer.from('7e3031', 'hex')),
    frame(0x1212, { name: 'a.jpg', fileType: 0, fileBytes: 3 }),
  ]);
  /** Events with neighbouring pieces of data joined. */
  const told = (pieces: Buffer[]) => {
    const talk = new AttachmentConversation();
    const lines: string[] = [];
    let data = '';
    for (const event of pieces.flatMap((piece) => talk.receive(Buffer.from(piece)))) {
      if (event.type === 'data') data += `${event.name}@${event.offset}:${event.bytes.toString('hex')};`;
      else lines.push(JSON.stringify(event));
    }
    const bytes = [...data.matchAll(/:([0-9a-f]*);/g)].map((match) => match[1]).join('');
    return { lines, bytes };
  };
  const whole = told([stream]);
  expect(whole).toMatchObject({ bytes: '7e3031' });
  expect(whole.lines).toHaveLength(3);
  for (let i = 1; i < stream.length; i++) {
    expect(told([stream.subarray(0, i), stream.subarray(i)]), `cut at ${i}`).toEqual(whole);
  }
});

test('an alarm with files is asked for them once it is an alert, by a command; its files are known again', () => {
  const catalog = new Catalog();
  const vehicle = {
    no: 3,
    id: 'v3',
    plate: null,
    plateColor: null,
    category: 'truck',
    company: null,
    region: null,
  } as const;
  catalog.apply({
    type: 'vehicle-put',
    revision: 1,
    at: TIME,
    vehicle: { ...vehicle, terminals: [], createdAt: TIME },
  });
  const given: CommandInput[] = [];
  const evidence = { alarmKey: KEY, attachments: 2 };
  const alert = { id: ALERT, vehicleId: 'v3', occurredAt: '2026-03-01T04:00:00.000Z', evidence } as unknown as Alert;
  const requests = new AttachmentRequests({
    catalog,
    server: { address: 'files.example.cn', port: 6910 },
    give: async (input) => {
      given.push(input);
      return { outcomes: [], batch: null } as never;
    },
    alert: (id) => (id === ALERT ? alert : undefined),
  });
  const step = (transition: 'raised' | 'cleared', more: Partial<Alert> = {}) =>
    requests.hear([{ number: 1, inputSeq: 1, transition, alert: { ...alert, ...more } }]);
  step('raised');
  step('cleared');
  step('raised', { evidence: { alarmKey: KEY, attachments: 0 } });
  step('raised', { evidence: {} });
  step('raised', { vehicleId: 'gone' });
  expect(given).toHaveLength(1);
  expect(given[0]).toMatchObject({
    type: 'request-attachments',
    params: { server: 'files.example.cn', tcpPort: 6910, alarmKey: KEY, alert: ALERT },
    neverLate: false,
    by: 'system',
  });
  expect(requests.owner(ALERT, KEY)).toMatchObject({ vehicleNo: 3, vehicleId: 'v3', time: TIME });
  expect(requests.owner(ALERT, '00')).toBeUndefined();
  expect(requests.owner('b'.repeat(26), KEY)).toBeUndefined();
});

test('closing waits for what it keeps: the unfinished file is reported before it resolves', async () => {
  const { server, recorded, welcome, incoming } = await attachmentServer();
  const peer = await welcome();
  await peer.begin(NAME, 1000);
  peer.block(NAME, 0, picture(400, 4));
  await peer.end(NAME, 1000);
  await server.close();
  expect(recorded.map(({ content }) => [content.complete, content.bytes])).toEqual([[false, 400]]);
  expect(incoming()).toEqual([]);
});

test('a disk that takes no new file costs none of the room for files', async () => {
  const { dir, server, welcome } = await attachmentServer({ incomingBytes: 1000 });
  rmSync(join(dir, 'incoming'), { recursive: true });
  for (let n = 0; n < 3; n++) expect(await (await welcome()).begin(NAME, 400)).toBeNull();
  mkdirSync(join(dir, 'incoming'));
  expect(await (await welcome()).begin(NAME, 1000)).toBe(0);
  expect(server.counts).toEqual({});
});

test('closing does not wait for ever for a log that takes nothing', async () => {
  const { server, welcome } = await attachmentServer(
    { closeMs: 100 },
    () => false,
    () => {},
  );
  const peer = await welcome();
  await peer.begin(NAME, 400);
  peer.block(NAME, 0, picture(400, 4));
  void peer.end(NAME, 400);
  await pause(50);
  await server.close();
  expect(server.open).toBe(0);
});
