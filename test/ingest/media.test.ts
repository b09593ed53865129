import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MediaTerminal, picture } from '../../bench/support/media-terminal.js';
import { KIND_CHANGE, readJsonBody } from '../../model/block.js';
import type { Change } from '../../model/change.js';
import type { MediumFacts } from '../../model/medium.js';
import type { Upload } from '../../model/upload.js';
import { encodeFrame, encodeFrames } from '../../protocols/jt808/encode.js';
import { LogReader } from '../../store/log-reader.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { tcpServer } from './tcp-support.js';
import { Frames, response } from './terminal-peer.js';

const PHONE = '13800000001';
const TIME = '2026-03-01T12:00:00+08:00';
const FAST = { askAfterMs: 100, timeoutMs: 1500 };

type Medium = Upload & { content: MediumFacts };

/** The media that the log tells of, in its order. */
function recorded(dir: string): Medium[] {
  const reader = new LogReader(dir, 1, () => Number.MAX_SAFE_INTEGER);
  const media: Medium[] = [];
  for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) {
    for (const block of blocks) {
      if (block.kind !== KIND_CHANGE) continue;
      const change = readJsonBody<Change>(block);
      if (change.type === 'upload' && change.upload.kind === 'media') media.push(change.upload as never);
    }
  }
  reader.close();
  return media;
}

function file(dir: string, { id }: Upload, ending = 'jpg'): Buffer {
  return readFileSync(join(dir, 'media/files', id.slice(0, 2), `${id}.${ending}`));
}

type Server = Awaited<ReturnType<typeof tcpServer>>;

const terminal = (server: Server, phone = PHONE, edition: '2013' | '2019' = '2013') =>
  MediaTerminal.logIn(server.port, phone, server.identity.authCode('jt808', phone), edition);

test.each(['2013', '2019'] as const)(
  'a picture in parts, edition %s: kept, recorded, and then said to be whole',
  async (edition) => {
    const server = await tcpServer();
    const sender = await terminal(server, PHONE, edition);
    const data = picture(5000, 1);
    expect(await sender.upload({ mediaId: 7, data, time: TIME }, 5000)).toBe(true);
    const [medium, ...more] = recorded(server.dir);
    expect(more).toEqual([]);
    expect(medium).toMatchObject({ kind: 'media', vehicleId: PHONE, time: Date.parse(TIME), source: 'jt808' });
    expect(medium.content).toEqual({
      mediaId: 7,
      ...{ type: 'image', format: 'jpeg', event: 1, channel: 2 },
      place: { time: '2026-03-01T04:00:00.000Z', lon: 120.3, lat: 31.5, speed: 40 },
      ...{ bytes: 5000, complete: true, parts: 5, missing: 0 },
    });
    expect(file(server.dir, medium).equals(data)).toBe(true);
    expect([...sender.acknowledged].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    await waitFor(
      'the directory',
      () => readdirSync(join(server.dir, 'media/incoming')),
      (names) => names.length === 0,
      { everyMs: 10 },
    );
    expect(server.media.stats()).toMatchObject({ open: 0, complete: 1, incomplete: 0, memoryBytes: 0 });
    sender.socket.destroy();
  },
);

test('in one frame, without a location', async () => {
  const server = await tcpServer();
  const sender = await terminal(server);
  const data = picture(600, 2);
  expect(await sender.upload({ mediaId: 1, data }, 5000)).toBe(true);
  const [medium] = recorded(server.dir);
  expect(medium.content).toMatchObject({ place: null, bytes: 600, parts: 1, complete: true });
  expect(file(server.dir, medium).equals(data)).toBe(true);
  sender.socket.destroy();
});

test('parts that were lost are asked for: the first by 0x8003, the others by 0x8800', async () => {
  const server = await tcpServer({ media: FAST });
  const sender = await terminal(server);
  const data = picture(8000, 3);
  const lost = new Set([0, 3, 6]);
  expect(await sender.upload({ mediaId: 9, data, time: TIME, lost: (packet) => lost.has(packet) }, 5000)).toBe(true);
  const [medium] = recorded(server.dir);
  expect(file(server.dir, medium).equals(data)).toBe(true);
  expect(server.media.stats().asked).toBeGreaterThan(0);
  sender.socket.destroy();
});

test('what never comes whole is kept as it is, and reported as incomplete', async () => {
  const server = await tcpServer({ media: FAST });
  const sender = await terminal(server);
  const data = picture(4000, 4);
  expect(
    await sender.upload({ mediaId: 9, data, time: TIME, lost: (packet) => packet === 2 || packet > 3 }, 4000),
  ).toBe(false);
  const [medium] = recorded(server.dir);
  // 36 bytes of head: part 3 would have been bytes 2010 to 3033 of the picture.
  expect(medium.content).toMatchObject({ complete: false, parts: 4, missing: 1, bytes: 4000 - 1023 });
  expect(file(server.dir, medium).equals(Buffer.concat([data.subarray(0, 2010), data.subarray(3033)]))).toBe(true);
  expect(server.media.stats()).toMatchObject({ open: 0, incomplete: 1, complete: 0, memoryBytes: 0 });
  sender.socket.destroy();
});

test('a part that comes again costs nothing and is answered; so is the last one of a medium that is whole', async () => {
  const server = await tcpServer();
  const sender = await terminal(server);
  const data = picture(3000, 5);
  expect(await sender.upload({ mediaId: 3, data }, 5000)).toBe(true);
  sender.seq = 1;
  sender.acknowledged.clear();
  expect(await sender.upload({ mediaId: 3, data }, 5000)).toBe(true);
  expect(sender.acknowledged.size).toBe(3);
  expect(recorded(server.dir)).toHaveLength(1);
  expect(server.media.stats().parts).toEqual({ taken: 3, repeated: 3 });
  sender.socket.destroy();
});

test('another medium with the serial numbers of one that is whole is a new one: its terminal has started anew', async () => {
  const server = await tcpServer();
  const sender = await terminal(server);
  expect(await sender.upload({ mediaId: 3, data: picture(3000, 5) }, 5000)).toBe(true);
  sender.seq = 1;
  sender.acknowledged.clear();
  expect(await sender.upload({ mediaId: 4, data: picture(3000, 6) }, 5000)).toBe(true);
  expect(recorded(server.dir).map(({ content }) => content.mediaId)).toEqual([3, 4]);
  expect(server.media.stats().parts).toEqual({ taken: 6 });
  sender.socket.destroy();
});

test('parts that all have one serial number are joined by terminal and total', async () => {
  const server = await tcpServer();
  const { peer } = await server.terminal(PHONE);
  const data = picture(2500, 6);
  const fields = { mediaId: 5, mediaType: 0, format: 0, event: 0, channel: 1, dataHex: data.toString('hex') };
  const frames = encodeFrames({ msgId: 0x0801, edition: '2013', phone: PHONE, seq: 1, fields });
  const one = frames.map((frame, i) => {
    // Serial number and check code, where neither is escaped.
    const bytes = Buffer.from(frame);
    bytes.writeUInt16BE(0x4444, 11);
    bytes[bytes.length - 2] ^= 0x44 ^ 0x44 ^ (i + 1);
    return bytes;
  });
  peer.send(...one);
  await waitFor(
    'the picture',
    () => recorded(server.dir),
    (media) => media.length > 0,
    { everyMs: 10 },
  );
  expect(file(server.dir, recorded(server.dir)[0]).equals(data)).toBe(true);
  peer.socket.destroy();
});

test('a total that is one too many: asked for in vain, and then the picture is whole', async () => {
  const server = await tcpServer({ media: { askAfterMs: 100 } });
  const { peer } = await server.terminal(PHONE);
  const data = picture(1500, 10);
  const body = Buffer.concat([Buffer.from([0, 0, 0, 6, 0, 0, 0, 0]), data]);
  for (const [index, from, to] of [
    [1, 0, 900],
    [2, 900, body.length],
  ]) {
    const part = { packageTotal: 3, packageIndex: index, body: body.subarray(from, to) };
    peer.send(encodeFrame({ msgId: 0x0801, edition: '2013', phone: PHONE, seq: index, ...part }));
  }
  const replies = await peer.replies(6);
  const about = (packetIds?: number[]) =>
    encodeFrame({ msgId: 0x8800, edition: '2013', phone: PHONE, seq: 0, fields: { mediaId: 6, packetIds } });
  // Behind the head, with serial number and check code left out.
  const word = (frame: string) => frame.slice(26, -4);
  expect(replies.slice(2).map((frame) => word(frame ?? ''))).toEqual([
    ...Array(3).fill(word(about([3]).toString('hex'))),
    word(about().toString('hex')),
  ]);
  const [medium] = recorded(server.dir);
  expect(medium.content).toMatchObject({ mediaId: 6, complete: true, parts: 2, missing: 0, bytes: 1500 });
  expect(file(server.dir, medium).equals(data)).toBe(true);
  peer.socket.destroy();
});

test('parts counted in the body, as the 2011 draft has them', async () => {
  const server = await tcpServer();
  const { peer, frames } = await server.terminal(PHONE);
  const data = picture(1500, 7);
  const part = (index: number, bytes: Buffer) => {
    const body = Buffer.alloc(16);
    body.writeUInt32BE(77, 0);
    body[7] = 3;
    body.writeUInt32BE(2, 8);
    body.writeUInt32BE(index, 12);
    const seq = frames.seq++;
    return encodeFrame({ msgId: 0x0801, edition: '2013', phone: PHONE, seq, body: Buffer.concat([body, bytes]) });
  };
  peer.send(part(2, data.subarray(900)), part(1, data.subarray(0, 900)));
  const replies = await peer.replies(3);
  // 0x8800 with the serial number of the message in front.
  const fields = { replySeq: 2, mediaId: 77 };
  expect(replies[2]).toBe(
    encodeFrame({ msgId: 0x8800, edition: '2013', phone: PHONE, seq: 3, fields }).toString('hex'),
  );
  const [medium] = recorded(server.dir);
  expect(medium.content).toMatchObject({ mediaId: 77, channel: 3, parts: 2, complete: true });
  expect(file(server.dir, medium).equals(data)).toBe(true);
  peer.socket.destroy();
});

test('hostile totals, indexes and heads are refused; nothing is left behind', async () => {
  const server = await tcpServer({ media: { parts: 100 } });
  const { peer } = await server.terminal(PHONE);
  const frame = (seq: number, packageTotal: number, packageIndex: number, body = Buffer.alloc(50)) =>
    encodeFrame({ msgId: 0x0801, edition: '2013', phone: PHONE, seq, packageTotal, packageIndex, body });
  expect(await peer.ask(frame(1, 5, 0), frame(2, 5, 6), frame(3, 101, 1))).toEqual([
    response(PHONE, 1, 1, 0x0801, 1),
    response(PHONE, 2, 2, 0x0801, 1),
    response(PHONE, 3, 3, 0x0801, 1),
  ]);
  const short = encodeFrame({ msgId: 0x0801, edition: '2013', phone: PHONE, seq: 4, body: Buffer.alloc(7) });
  expect(await peer.ask(short)).toEqual([response(PHONE, 4, 4, 0x0801, 2)]);
  expect(server.stats.framesRejected).toEqual({ 'bad-package': 2, 'package-limit': 1, 'short-body': 1 });
  expect(server.media.stats()).toMatchObject({ open: 0, memoryBytes: 0 });
  peer.socket.destroy();
});

test('more unfinished media of one terminal than allowed: the oldest is given up, and kept as it is', async () => {
  const server = await tcpServer({ media: { perTerminal: 2 } });
  const { peer } = await server.terminal(PHONE);
  const first = (seq: number) => {
    const body = Buffer.concat([Buffer.from([0, 0, 0, seq, 0, 0, 0, 0]), picture(500, seq)]);
    return encodeFrame({ msgId: 0x0801, edition: '2013', phone: PHONE, seq, packageTotal: 9, packageIndex: 1, body });
  };
  await peer.ask(first(100), first(200), first(250));
  const [medium] = await waitFor(
    'it',
    () => recorded(server.dir),
    (media) => media.length === 1,
    { everyMs: 10 },
  );
  expect(medium.content).toMatchObject({ mediaId: 100, complete: false, missing: 8, bytes: 500 });
  await waitFor(
    'the two others',
    () => server.media.stats().open,
    (open) => open === 2,
    { everyMs: 10 },
  );
  peer.socket.destroy();
});

test('while pictures have to wait, parts are left unanswered and fixes are not', async () => {
  let waits = true;
  const server = await tcpServer({ mediaPaused: () => waits, media: FAST });
  const sender = await terminal(server);
  const data = picture(2000, 8);
  const done = sender.upload({ mediaId: 1, data }, 300);
  const frames = new Frames(PHONE);
  frames.seq = 900;
  sender.socket.write(frames.location(Date.UTC(2026, 2, 1, 4)));
  await waitFor('the fix', () => sender.acknowledged.has(900), Boolean, { everyMs: 10 });
  expect(await done).toBe(false);
  expect(Object.keys(server.media.stats().parts)).toEqual(['busy']);
  waits = false;
  sender.seq = 1;
  expect(await sender.upload({ mediaId: 1, data }, 5000)).toBe(true);
  sender.socket.destroy();
});

test('a server that stops in the middle takes the picture up again from the parts on disk', async () => {
  const dir = await tempDir();
  const data = picture(20_000, 9);
  const medium = { mediaId: 12, data, time: TIME };
  const before = await tcpServer({ dir });
  const first = await terminal(before);
  expect(await first.upload({ ...medium, lost: (packet) => packet > 7 }, 300)).toBe(false);
  await before.close();
  first.socket.destroy();

  const after = await tcpServer({ dir, media: FAST });
  expect(after.media.stats().open).toBe(1);
  const second = await terminal(after);
  // The terminal goes on where it was; it was told of the first eight parts.
  expect(await second.upload({ ...medium, lost: (packet) => packet <= 7 }, 5000)).toBe(true);
  const [found] = recorded(dir);
  expect(found.content).toMatchObject({ mediaId: 12, complete: true, parts: 20 });
  expect(file(dir, found).equals(data)).toBe(true);
  second.socket.destroy();
});
