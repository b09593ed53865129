import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { frameBytes } from '../../protocols/common/frame.js';
import { Jt808Conversation } from '../../protocols/jt808/conversation.js';
import { jt808 } from '../../protocols/jt808/index.js';
import { MemoryBudget } from '../../protocols/jt808/subpackage.js';
import type { Protocol } from '../../protocols/protocol.js';
import { waitFor } from '../support/wait-for.js';
import { tcpServer } from './tcp-support.js';
import { Frames, Peer, response } from './terminal-peer.js';

const PHONE = '13800000001';
const seconds = (n: number) => Date.now() + n * 1000;

// Peers that do not behave.

test('garbage around good frames is counted and skipped', async () => {
  const s = await tcpServer();
  const { peer, frames } = await s.terminal(PHONE);
  peer.send('2424', frames.location(seconds(-1)), 'ffff', frames.location(seconds(0)));
  expect((await peer.replies(2)).map((r) => r?.slice(-6, -4))).toEqual(['00', '00']);
  expect(s.stats.frames()).toMatchObject({ received: 5, handled: 3 });
  expect(s.logged()).toHaveLength(2);
});

test('an HTTP scanner is listened to for 8 KiB and no longer', async () => {
  const s = await tcpServer();
  const peer = await s.peer();
  peer.socket.write(`GET /robots.txt HTTP/1.1\r\nHost: x\r\n${'X-Filler: 0123456789\r\n'.repeat(500)}\r\n`);
  await peer.closed;
  await s.closedFor({ garbage: 1 });
  expect(s.stats.frames().handled).toBe(0);
});

test('too many bad check codes hold the address, or only the terminal where it is known', async () => {
  const s = await tcpServer({ limits: { badChecksumsPerMinute: 3, holdMs: 400 } });
  const { peer, frames } = await s.terminal(PHONE);
  const bad = frames.location(seconds(0));
  bad[bad.length - 2] ^= 1;
  peer.send(bad, bad, bad, bad);
  await peer.closed;
  expect(s.stats.frames().rejected).toEqual({ 'bad-checksum': 4 });
  const again = await s.peer();
  expect(await again.ask(new Frames(PHONE).auth(s.identity.authCode('jt808', PHONE)))).toEqual([
    response(PHONE, 0, 0, 0x0102, 1),
  ]);
  await again.closed;
  const { peer: bystander } = await s.terminal('13800000002');
  const stranger = await s.peer();
  stranger.send(bad, bad, bad, bad);
  await stranger.closed;
  const held = await Peer.open(s.port);
  await held.closed;
  await s.closedFor({ 'bad-checksums': 2, 'terminal-held': 1, 'address-held': 1 });
  bystander.send(new Frames('13800000002').heartbeat()); // an open connection of that address is left alone
  expect(await bystander.next()).not.toBeNull();
  await pause(450);
  (await s.terminal(PHONE)).peer.socket.destroy();
});

test.each([
  ['says nothing', 'no-first-frame', { firstFrameMs: 100 }, []],
  ['never authenticates', 'no-auth', { authMs: 100 }, [new Frames(PHONE).heartbeat()]],
  [
    'never ends its frame',
    'slow-frame',
    { frameMs: 100 },
    [new Frames(PHONE).heartbeat(), Buffer.from('7e0200', 'hex')],
  ],
] as const)('one that %s is closed: %s', async (_, reason, limits, sent) => {
  const s = await tcpServer({ limits });
  const peer = await s.peer();
  if (sent.length > 0) peer.send(...sent);
  await peer.closed;
  await s.closedFor({ [reason]: 1 });
});

test('one that falls silent is closed, and one that only trickles an unfinished frame is too', async () => {
  const s = await tcpServer({ limits: { idleMs: 100, frameMs: 600 } });
  const quiet = await s.terminal(PHONE);
  const slow = await s.terminal('13800000002');
  const trickle = setInterval(() => slow.peer.send('02'), 100);
  await Promise.all([quiet.peer.closed, slow.peer.closed]);
  clearInterval(trickle);
  await s.closedFor({ idle: 1, 'slow-frame': 1 });
});

test('more frames than a terminal may send are slowed down, none is lost', async () => {
  const s = await tcpServer({ limits: { rate: 40, rateBurst: 20 } });
  const { peer, frames } = await s.terminal(PHONE);
  const start = performance.now();
  for (let i = 0; i < 3; i++) {
    const burst = Array.from({ length: 20 }, (_, k) => frames.location(seconds(0) + (i * 20 + k) * 1000));
    await peer.ask(...burst);
  }
  expect(performance.now() - start).toBeGreaterThan(900); // 41 frames over the burst of 20, 40 in a second
  expect(s.stats.ratePauses).toBeGreaterThan(0);
  expect(s.logged()).toHaveLength(60);
});

test('a flood of more than ten bursts at once is closed', async () => {
  const s = await tcpServer({ limits: { rate: 20, rateBurst: 20 } });
  const { peer, frames } = await s.terminal(PHONE);
  peer.send(...Array.from({ length: 400 }, () => frames.heartbeat()));
  await peer.closed;
  await s.closedFor({ rate: 1 });
});

test('one that does not read its answers is closed', async () => {
  const s = await tcpServer({ limits: { rate: 0, writeBufferBytes: 16 * 1024 } });
  const { peer, frames } = await s.terminal(PHONE);
  peer.socket.pause();
  const flood = Buffer.concat(Array.from({ length: 2000 }, () => frames.heartbeat()));
  while (s.stats.connections().open > 0) {
    peer.socket.write(flood);
    await pause(5);
  }
  await s.closedFor({ 'write-buffer': 1 });
  peer.socket.destroy();
});

test('ten thousand random pieces end as rejects, and others are served meanwhile', async () => {
  const s = await tcpServer({ limits: { garbageBytes: Infinity, badChecksumsPerMinute: Infinity } });
  const { peer, frames } = await s.terminal(PHONE);
  const bad = await s.peer();
  let state = 808;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  for (let round = 0; round < 20; round++) {
    const noise = Buffer.from(Array.from({ length: 4096 }, () => (random() < 8 ? 0x7e : random())));
    bad.send(noise);
    expect(await peer.ask(frames.location(seconds(0) + round * 1000))).toHaveLength(1);
  }
  await waitFor(
    'the noise to be read',
    () => s.stats.frames().received,
    (n) => n > 1000,
  );
  expect(s.stats.frames().rejected['decoder-bug']).toBeUndefined();
  expect(s.logged()).toHaveLength(20);
});

test('a fault of the decoder costs the split messages it held, counted, and neither the connection nor their room', async () => {
  const partsBudget = new MemoryBudget(1000);
  const protocol: Protocol = {
    ...jt808,
    open(sink) {
      const talk = new Jt808Conversation(sink, { partsBudget });
      const receive = talk.receive.bind(talk);
      talk.receive = (bytes) => {
        if (bytes.equals(Buffer.from('fault'))) throw new Error('a fault of ours');
        receive(bytes);
      };
      return talk;
    },
  };
  const s = await tcpServer({ protocol });
  const { peer, frames } = await s.terminal(PHONE);
  // Part 1 of 2 of 0x0704: 20 body bytes of a message that will not be whole.
  const part = Buffer.concat([Buffer.from('070420140138000000010001000200010001', 'hex'), Buffer.alloc(20)]);
  part.writeUInt16BE(frames.seq++, 10);
  part.writeUInt16BE(2, 12);
  part.writeUInt16BE(1, 14);
  expect(await peer.ask(frameBytes(part.subarray(0, 36)))).toHaveLength(1);
  expect(partsBudget.used).toBe(20);
  peer.send(Buffer.from('fault'));
  await waitFor(
    'the fault',
    () => s.stats.frames().rejected,
    (rejected) => rejected['decoder-bug'] === 1,
  );
  expect(partsBudget.used).toBe(0);
  expect(s.stats.frames().rejected).toEqual({ 'decoder-bug': 1, 'package-timeout': 1 });
  expect(await peer.ask(frames.location(seconds(0)))).toHaveLength(1);
});

test('resets and half-closed connections are nothing special', async () => {
  const s = await tcpServer();
  const { peer, frames } = await s.terminal(PHONE);
  peer.send(frames.location(seconds(0)));
  peer.socket.end(); // sends no more, but reads
  expect(await peer.next()).toBe(response(PHONE, 1, 1, 0x0200));
  await peer.closed;
  const socket = connect({ port: s.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
  socket.resetAndDestroy();
  await waitFor(
    'the reset',
    () => s.stats.connections().open,
    (open) => open === 0,
  );
});
