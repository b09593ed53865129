import { describe, expect, test } from 'vitest';
import type { Command, CommandInput } from '../../model/command.js';
import { msToBeijing } from '../../model/units.js';
import { decodeFrame } from '../../protocols/jt808/decode.js';
import { encodeFrame, encodeFrames } from '../../protocols/jt808/encode.js';
import { waitFor } from '../support/wait-for.js';
import { type TestServerOptions, tcpServer } from './tcp-support.js';
import { Frames, response } from './terminal-peer.js';

const PHONE = '13800000001';

async function server(options: TestServerOptions = {}) {
  const s = await tcpServer(options);
  const vehicle = s.registry.ensureVehicleForTerminal('jt808', PHONE);
  return {
    ...s,
    async give(type: string, params: Record<string, unknown> = {}, more: Partial<CommandInput> = {}): Promise<Command> {
      const input = { vehicles: [vehicle], expiresInMs: 60_000, neverLate: false, by: 'test', asBatch: false };
      const answer = await s.desk.give({ ...input, type, params, ...more });
      if ('problems' in answer || 'refused' in answer.outcomes[0]) throw new Error(JSON.stringify(answer));
      return answer.outcomes[0].command;
    },
    ended: (id: string) =>
      waitFor(
        'the command to end',
        () => s.book.get(id) as Command,
        (command) => command.endedAt !== null,
        { everyMs: 5 },
      ),
  };
}

/** A general response of the terminal to message `id` with serial number `seq`. */
const ack = (frames: Frames, seq: number, id: number, result = 0) =>
  frames.frame(0x0001, { replySeq: seq, replyId: id, result });

describe('byte by byte', () => {
  test('a text to a terminal of 2013, acknowledged', async () => {
    const s = await server();
    const { peer, frames } = await s.terminal(PHONE);
    const { id, state } = await s.give('text', { text: '请减速' });
    expect(state).toBe('sent');
    // 0x8300, 7 bytes, terminal, our second frame, flags 0x0c, GBK, check code.
    expect(await peer.next()).toBe('7e8300000701380000000100010cc7ebbcf5cbd9c67e');
    peer.send(ack(frames, 1, 0x8300));
    expect(await s.ended(id)).toMatchObject({ state: 'acknowledged', attempts: 1 });
    expect(peer.unread).toBe(0);
  });

  test('a terminal of 2019 gets the long header, its own number and the body of 2019', async () => {
    const s = await server();
    const peer = await s.peer();
    const authCode = s.identity.authCode('jt808', PHONE);
    const fields = { authCode, imei: '123456789012345', softwareVersion: '1' };
    peer.send(encodeFrame({ msgId: 0x0102, edition: '2019', phone: PHONE, seq: 0, fields, protocolVersion: 1 }));
    expect(await peer.next()).toMatch(/^7e800140050100000000013800000001000000000102/);
    const { id } = await s.give('vehicle-control', { doors: 'lock' });
    // Count 1, control 0x0001, 0 for lock: the other way round than in 2013.
    expect(await peer.next()).toBe('7e85004005010000000001380000000100010001000100f87e');
    const answer = { msgId: 0x0500, edition: '2019', phone: PHONE, seq: 1 } as const;
    const location = { status: 0x1003, lat: 31.5, lon: 120.3, time: msToBeijing(Date.now()) };
    peer.send(encodeFrame({ ...answer, fields: { replySeq: 1, ...location } }));
    expect(await s.ended(id)).toMatchObject({
      state: 'answered',
      answer: { statuses: expect.any(Array), status: 0x1003 },
    });
  });

  test('refused with each result', async () => {
    const s = await server();
    const { peer, frames } = await s.terminal(PHONE);
    for (const [i, reason] of ['failed', 'malformed', 'not-supported'].entries()) {
      const { id } = await s.give('track', { interval: 0 });
      await peer.next();
      peer.send(ack(frames, i + 1, 0x8202, i + 1));
      expect(await s.ended(id)).toMatchObject({ state: 'failed', reason });
    }
  });
});

describe('answers', () => {
  test('a location that was asked for is a fix too, and is answered like one', async () => {
    const s = await server();
    const { peer, frames } = await s.terminal(PHONE);
    const { id } = await s.give('locate');
    expect(await peer.next()).toMatch(/^7e82010000/);
    const location = { alarm: 0, status: 3, lat: 31.5, lon: 120.3, altitude: 1, speedKmh: 40, direction: 90 };
    const time = msToBeijing(Date.now());
    expect(await peer.ask(frames.frame(0x0201, { replySeq: 1, ...location, time }))).toEqual([
      response(PHONE, 2, 1, 0x0201),
    ]);
    expect(await s.ended(id)).toMatchObject({ state: 'answered', answer: { lat: 31.5, lon: 120.3, time } });
    expect(s.logged()).toMatchObject([{ lon: 120.3, lat: 31.5, vehicleNo: 1 }]);
  });

  test('a long answer comes in parts; each is answered, and the whole ends the command', async () => {
    const s = await server();
    const { peer } = await s.terminal(PHONE);
    const { id } = await s.give('get-parameters');
    expect(await peer.next()).toMatch(/^7e81040000/);
    const params = Array.from({ length: 12 }, () => ({ id: '0x0013', value: 'x'.repeat(200) }));
    const parts = encodeFrames({
      msgId: 0x0104,
      edition: '2013',
      phone: PHONE,
      seq: 1,
      fields: { replySeq: 1, params },
    });
    expect(parts).toHaveLength(3);
    expect(await peer.ask(...parts)).toEqual([1, 2, 3].map((seq) => response(PHONE, seq + 1, seq, 0x0104)));
    const { state, answer } = await s.ended(id);
    expect(state).toBe('answered');
    expect(answer).toMatchObject({
      count: 12,
      params: params.map(({ value }) => ({ name: 'mainServerAddress', value })),
    });
  });

  test('a driver card that is put in unasked is answered, and is nobody’s answer', async () => {
    const s = await server();
    const { peer, frames } = await s.terminal(PHONE);
    const card = frames.frame(0x0702, { cardStatus: 2, time: msToBeijing(Date.now()) });
    expect(await peer.ask(card)).toEqual([response(PHONE, 1, 1, 0x0702)]);
    expect(s.dispatcher.unmatchedResponses).toBe(1);
  });
});

describe('split messages', () => {
  const data = Buffer.alloc(3000, 7).toString('base64');

  test('a package goes out in parts with serial numbers in a row; a part is sent again when asked for', async () => {
    const s = await server();
    const { peer, frames } = await s.terminal(PHONE);
    const { id } = await s.give('upgrade', { device: 'terminal', manufacturer: 'CHEJI', version: '2', data });
    const parts = await peer.replies(3);
    const headers = parts.map((part) => decodeFrame(Buffer.from(part ?? '', 'hex')));
    expect(headers).toMatchObject(
      [1, 2, 3].map((n) => ({ ok: true, msgId: '0x8108', seq: n, packageTotal: 3, packageIndex: n })),
    );
    expect(await peer.ask(frames.frame(0x0005, { originalSeq: 1, packetIds: [2, 9] }))).toEqual([
      response(PHONE, 4, 1, 0x0005),
    ]);
    expect(await peer.next()).toBe(parts[1]);
    // Another message's parts are not here.
    expect(await peer.ask(frames.frame(0x0005, { originalSeq: 7, packetIds: [1] }))).toEqual([
      response(PHONE, 5, 2, 0x0005, 1),
    ]);
    // The terminal acknowledges the last part, and tells later what became of the upgrade.
    peer.send(ack(frames, 3, 0x8108));
    peer.send(frames.frame(0x0108, { upgradeType: 0, result: 1 }));
    expect(await s.ended(id)).toMatchObject({
      state: 'failed',
      reason: 'failed',
      answer: { upgradeType: 0, result: 1 },
    });
    expect(s.book.get(id)?.history.map(({ state }) => state)).toEqual(['queued', 'sent', 'acknowledged', 'failed']);
  });

  test('half a megabyte to a terminal that reads slowly costs it neither the connection nor a part', async () => {
    const s = await server();
    const { peer } = await s.terminal(PHONE);
    peer.socket.pause();
    const large = Buffer.alloc(512 * 1024, 0x7e).toString('base64'); // every byte is escaped
    await s.give('upgrade', { device: 'terminal', version: '2', data: large });
    await new Promise((resolve) => setTimeout(resolve, 200));
    peer.socket.resume();
    const parts = await peer.replies(513);
    expect(parts.every((part) => part?.startsWith('7e8108'))).toBe(true);
    expect(new Set(parts).size).toBe(513);
  });
});

describe('coming and going', () => {
  test('what waits is sent behind the answer to the login', async () => {
    const s = await server();
    const { id, state } = await s.give('text', { text: 'a' });
    expect(state).toBe('queued');
    const peer = await s.peer();
    const frames = new Frames(PHONE);
    const code = s.identity.authCode('jt808', PHONE);
    peer.send(frames.auth(code));
    const [login, text] = await peer.replies(2);
    expect(login).toBe(response(PHONE, 0, 0, 0x0102));
    expect(text).toMatch(/^7e83000002/);
    peer.send(ack(frames, 1, 0x8300));
    expect(await s.ended(id)).toMatchObject({ state: 'acknowledged' });
  });

  test('sent again, byte for byte, while no response comes; anew on the next connection', async () => {
    const s = await server({ ackTimeoutMs: 300 });
    const first = await s.terminal(PHONE);
    const { id } = await s.give('text', { text: 'a' });
    const sent = await first.peer.next();
    expect(await first.peer.next()).toBe(sent);
    first.peer.socket.destroy();
    await s.closedFor({ peer: 1 });
    const second = await s.terminal(PHONE);
    expect(await second.peer.next()).toBe(sent); // a new conversation, and the same second frame of it
    second.peer.send(ack(second.frames, 1, 0x8300));
    const { state, attempts } = await s.ended(id);
    expect([state, attempts]).toEqual(['acknowledged', 3]);
  });

  test('never late: fails when nobody is there, and when the connection goes before it is answered', async () => {
    const s = await server();
    expect(await s.give('text', { text: 'a' }, { neverLate: true })).toMatchObject({
      state: 'failed',
      reason: 'not-connected',
    });
    const { peer } = await s.terminal(PHONE);
    const { id } = await s.give('text', { text: 'b' }, { neverLate: true });
    await peer.next();
    peer.socket.destroy();
    expect(await s.ended(id)).toMatchObject({ state: 'failed', reason: 'connection-lost' });
  });

  test('a terminal that logs out gets nothing more; what waits is kept', async () => {
    const s = await server();
    const { peer, frames } = await s.terminal(PHONE);
    await peer.ask(frames.frame(0x0003, {}));
    const { id } = await s.give('text', { text: 'a' });
    expect(s.book.get(id)?.state).toBe('queued');
    expect(peer.unread).toBe(0);
  });
});
