import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.js';
import { gatedDisk, type TestServerOptions, tcpServer } from './tcp-support.js';
import { type Peer, response } from './terminal-peer.js';

const PHONE = '13800000001';
const OTHER = '13800000002';
const seconds = (n: number) => Date.now() + n * 1000;
/** What must not come is waited for so long. */
const A_WHILE_MS = 100;

test('a full log: when there is room all of it arrives, in order, acknowledged once', async () => {
  const disk = gatedDisk();
  const s = await tcpServer({ spool: { files: disk.files, maxPendingFixes: 50 }, limits: { rate: 0 } });
  const terminals = await Promise.all(['13800000001', '13800000002', '13800000003'].map((phone) => s.terminal(phone)));
  disk.shut();
  const base = seconds(-100);
  for (const { peer, frames } of terminals) {
    for (let i = 0; i < 100; i++) peer.send(frames.location(base + i * 1000));
  }
  await waitFor(
    'reading to stop',
    () => s.stats.spoolPauses,
    (n) => n > 0,
  );
  expect([s.stats.waiting.frames > 0, s.stats.waiting.bytes > s.stats.waiting.frames]).toEqual([true, true]);
  expect(s.intake.full).toBe(true);
  expect(s.intake.counts().accepted).toBe(0);
  disk.open();
  for (const [t, { peer, frames }] of terminals.entries()) {
    const expected = Array.from({ length: 100 }, (_, i) => response(frames.phone, i + 1, i + 1, 0x0200));
    expect(await peer.replies(100), `terminal ${t}`).toEqual(expected);
  }
  expect(s.stats.waiting).toEqual({ frames: 0, bytes: 0 });
  for (const no of [1, 2, 3]) {
    const times = s
      .logged()
      .filter((p) => p.vehicleNo === no)
      .map((p) => p.fixTime);
    expect(times).toHaveLength(100);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
});

test('the log’s quota is the same kind of full: paused until segments are deleted', async () => {
  const s = await tcpServer({ spool: { maxBytes: 64 * 1024, segmentBytes: 8 * 1024 }, limits: { rate: 0 } });
  const { peer, frames } = await s.terminal(PHONE);
  const base = seconds(-2000);
  let sent = 0;
  while (!s.intake.full) {
    peer.send(frames.location(base + sent++ * 1000));
    if (sent % 20 === 0) await peer.replies(20);
  }
  const owed = sent % 20;
  const before = s.intake.counts();
  peer.send(frames.location(base + sent++ * 1000));
  await pause(50);
  await s.spool.truncateBefore(s.spool.committedSeq);
  const last = await peer.replies(owed + 1);
  expect(last.at(-1)).not.toBeNull();
  expect(s.intake.counts().accepted).toBe(sent);
  expect(before.received).toBeLessThanOrEqual(sent);
});

/** A server whose disk stands still and whose log is full, with a terminal that filled it by its first ten fixes. */
async function fullServer(limits: TestServerOptions['limits'] = {}) {
  const disk = gatedDisk();
  const s = await tcpServer({ spool: { files: disk.files, maxPendingFixes: 10 }, limits: { rate: 0, ...limits } });
  const terminal = await s.terminal(PHONE);
  const other = await s.terminal(OTHER);
  disk.shut();
  const base = Math.floor(seconds(-1000) / 1000) * 1000; // terminals tell whole seconds
  const fixes = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => terminal.frames.location(base + (from + i) * 1000));
  terminal.peer.send(...fixes(0, 10));
  await waitFor(
    'the log to be full',
    () => s.intake.full,
    (full) => full,
  );
  const times = () => s.logged().map((p) => (p.fixTime - base) / 1000);
  return { s, disk, terminal, other, fixes, times };
}

test('heartbeats are answered while the log is full; fixes between them wait, and none is lost', async () => {
  const { s, disk, terminal, other, fixes, times } = await fullServer();
  const { peer, frames } = terminal;
  peer.send(...fixes(10, 13), frames.heartbeat(), ...fixes(13, 15), frames.heartbeat());
  expect(await peer.replies(2)).toEqual([response(PHONE, 11, 14, 0x0002), response(PHONE, 12, 17, 0x0002)]);
  expect(await other.peer.ask(other.frames.heartbeat())).toEqual([response(OTHER, 1, 1, 0x0002)]);
  expect(s.intake.taken).toBe(10);
  disk.open();
  const first = Array.from({ length: 10 }, (_, i) => response(PHONE, i + 1, i + 1, 0x0200));
  const later = [11, 12, 13, 15, 16].map((serial, i) => response(PHONE, 13 + i, serial, 0x0200));
  expect(await peer.replies(15)).toEqual([...first, ...later]);
  expect(times()).toEqual(Array.from({ length: 15 }, (_, i) => i));
});

test('wherever the bytes are cut, also when there is room in the middle of a frame', async () => {
  const { disk, terminal, fixes, times } = await fullServer();
  const { peer, frames } = terminal;
  const bytes = Buffer.concat([...fixes(10, 12), frames.heartbeat(), ...fixes(12, 14)]);
  const middle = bytes.length - 20;
  for (let i = 0; i < middle; i += 7) {
    peer.send(bytes.subarray(i, Math.min(i + 7, middle)));
    await pause(1);
  }
  expect(await peer.next()).toBe(response(PHONE, 11, 13, 0x0002));
  disk.open();
  await peer.replies(13);
  peer.send(bytes.subarray(middle));
  expect(await peer.next()).toBe(response(PHONE, 15, 15, 0x0200));
  expect(times()).toEqual(Array.from({ length: 14 }, (_, i) => i));
});

test('what waits fills the log again and again until all of it is in, in order', async () => {
  const { s, disk, terminal, fixes, times } = await fullServer();
  terminal.peer.send(...fixes(10, 100));
  await waitFor(
    'the fixes to be read',
    () => terminal.peer.socket.writableLength,
    (bytes) => bytes === 0,
  );
  await pause(A_WHILE_MS);
  disk.open();
  await terminal.peer.replies(100);
  expect(s.stats.spoolPauses).toBeGreaterThan(1);
  expect(times()).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('who had a turn is the last to have another: nobody starves behind those that came first', async () => {
  const { s, disk, terminal, other, fixes } = await fullServer();
  const base = seconds(-500);
  terminal.peer.send(...fixes(10, 110));
  other.peer.send(...Array.from({ length: 100 }, (_, i) => other.frames.location(base + i * 1000)));
  await waitFor(
    'all of them to wait',
    () => s.stats.waiting.frames,
    (n) => n === 200,
  );
  disk.open();
  await Promise.all([terminal.peer.replies(110), other.peer.replies(100)]);
  // Ten fit at a time: after six turns each has had three, or two and a half where one of them began.
  const order = s.logged().map((p) => p.vehicleNo);
  const others = order.slice(10, 70).filter((no) => no === order.at(-1)).length;
  expect(others).toBeGreaterThanOrEqual(20);
  expect(others).toBeLessThanOrEqual(40);
});

test.each([
  ['one peer', { waitingBytes: 200 }],
  ['all peers', { waitingBytesInAll: 200 }],
])('beyond what may wait of %s it is not read', async (_, limits) => {
  const { disk, terminal, other, fixes, times } = await fullServer(limits);
  terminal.peer.send(...fixes(10, 20));
  await pause(A_WHILE_MS);
  terminal.peer.send(terminal.frames.heartbeat());
  other.peer.send(other.frames.heartbeat());
  const answered = (peer: Peer) => Promise.race([peer.next(), pause(A_WHILE_MS, 'unread')]);
  const late = answered(terminal.peer);
  expect(await answered(other.peer)).toBe('waitingBytes' in limits ? response(OTHER, 1, 1, 0x0002) : 'unread');
  expect(await late).toBe('unread');
  disk.open();
  await terminal.peer.replies(20); // the first of 21 went to who asked too early
  expect(times()).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test('who hangs up meanwhile has its fixes taken and its answers sent; who breaks off is forgotten', async () => {
  const { s, disk, terminal, other, fixes, times } = await fullServer({ waitingBytesInAll: 1000 });
  terminal.peer.send(...fixes(10, 12));
  terminal.peer.socket.end();
  other.peer.send(other.frames.location(seconds(0)));
  await pause(A_WHILE_MS);
  other.peer.socket.resetAndDestroy();
  await pause(A_WHILE_MS);
  disk.open();
  await terminal.peer.replies(12);
  await terminal.peer.closed;
  expect(times()).toEqual(Array.from({ length: 12 }, (_, i) => i));
  await s.closedFor({ peer: 1, error: 1 });
});
