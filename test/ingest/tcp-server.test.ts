import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { datumOf } from '../../model/datum.js';
import { waitFor } from '../support/wait-for.js';
import { gatedDisk, tcpServer } from './tcp-support.js';
import { Frames, Peer, response } from './terminal-peer.js';

const PHONE = '13800000001';
const seconds = (n: number) => Date.now() + n * 1000;

describe('a terminal that behaves', () => {
  test('registers, authenticates, reports, and is answered byte by byte', async () => {
    const s = await tcpServer();
    const peer = await s.peer();
    // 0x0100 of terminal 13800000001: province 11, city 100, CHEJI, T1, 0000001, yellow 京A12345.
    const register =
      '7e0100002d0138000000010000000b00644348454a495431000000000000000000000000000000000000303030303030310' +
      '2bea9413132333435';
    const frames = new Frames(PHONE);
    const built = frames.register();
    expect(built.toString('hex')).toMatch(new RegExp(`^${register}..7e$`));
    const code = s.identity.authCode('jt808', PHONE);
    const codeHex = Buffer.from(code).toString('hex');
    // 0x8100: answers serial 0, result 0, then the code.
    expect(await peer.ask(built)).toEqual([
      expect.stringMatching(new RegExp(`^7e8100001b0138000000010000000000${codeHex}..7e$`)),
    ]);
    // 0x8001 as our second and third frame: answers serial 1 of 0x0102 and serial 2 of 0x0200, result 0.
    expect(await peer.ask(frames.auth(code))).toEqual(['7e8001000501380000000100010001010200bf7e']);
    expect(await peer.ask(frames.location(seconds(0)))).toEqual(['7e8001000501380000000100020002020000be7e']);
    expect(await peer.ask(frames.heartbeat())).toEqual([response(PHONE, 3, 3, 0x0002)]);
    expect(s.catalog.vehicleByTerminal('jt808', PHONE)).toMatchObject({ id: PHONE, plate: '京A12345', plateColor: 2 });
    expect(s.catalog.terminals.get(`jt808:${PHONE}`)).toMatchObject({ model: 'T1', registered: true });
    expect(s.logged()).toMatchObject([{ lon: 120.3, lat: 31.5, speedKmh: 40, vehicleNo: 1, quality: 0, source: 1 }]);
    expect(s.stats.connections()).toMatchObject({ open: 1, authenticated: 1 });
  });

  test('reports in the datum of its vehicle, from the moment the registry says so', async () => {
    const s = await tcpServer({ auth: 'off' });
    const peer = await s.peer();
    const frames = new Frames(PHONE);
    await peer.ask(frames.location(seconds(-2)));
    await s.registry.putVehicle({ id: PHONE, datum: 'gcj02' });
    await peer.ask(frames.location(seconds(-1)));
    expect(s.logged()).toMatchObject([
      { lon: 120.3, flags: expect.any(Number) },
      { lon: expect.closeTo(120.2951, 3), lat: expect.closeTo(31.502, 2) },
    ]);
    expect(s.logged().map(({ flags }) => datumOf(flags))).toEqual(['wgs84', 'gcj02']);
  });

  test('in pieces of any size', async () => {
    const s = await tcpServer();
    const frames = new Frames(PHONE);
    const bytes = Buffer.concat([
      frames.auth(s.identity.authCode('jt808', PHONE)),
      frames.location(seconds(-2)),
      frames.heartbeat(),
      frames.location(seconds(-1)),
    ]);
    for (const size of [1, 7, 50, bytes.length]) {
      const peer = await s.peer();
      for (let at = 0; at < bytes.length; at += size) {
        peer.send(bytes.subarray(at, at + size));
        if (size < 50) await pause(0);
      }
      const ids = (await peer.replies(4)).map((reply) => reply?.slice(30, 34));
      expect(ids.toSorted()).toEqual(['0002', '0102', '0200', '0200']);
      peer.socket.destroy();
    }
    expect(s.intake.counts().received).toBe(8);
  });

  test('is acknowledged only when the disk has it; a heartbeat at once', async () => {
    const disk = gatedDisk();
    const s = await tcpServer({ spool: { files: disk.files } });
    const { peer, frames } = await s.terminal(PHONE);
    disk.shut();
    peer.send(frames.location(seconds(0)), frames.heartbeat());
    expect(await peer.next()).toBe(response(PHONE, 2, 2, 0x0002));
    await pause(50);
    expect(peer.unread).toBe(0);
    expect(s.intake.counts()).toMatchObject({ received: 1, accepted: 0, pending: 1 });
    disk.open();
    expect(await peer.next()).toBe(response(PHONE, 1, 1, 0x0200));
    expect(s.intake.counts()).toMatchObject({ accepted: 1, pending: 0 });
    expect(s.stats.ackLatency.count).toBe(1);
    expect(s.stats.ackLatency.sumSeconds).toBeGreaterThan(0.04);
  });

  test('whose fix is impossible is acknowledged, so that it does not send it for ever; the fix is kept aside', async () => {
    const s = await tcpServer();
    const { peer, frames } = await s.terminal(PHONE);
    const bad = frames.location(seconds(-400 * 86_400));
    expect(await peer.ask(bad, frames.location(seconds(0)))).toEqual([
      response(PHONE, 1, 1, 0x0200),
      response(PHONE, 2, 2, 0x0200),
    ]);
    expect(s.intake.counts()).toMatchObject({ received: 2, accepted: 1, rejected: { 'too-old': 1 } });
    const [kept] = s.quarantine.list(1);
    expect(kept).toMatchObject({ reason: 'too-old', peer: PHONE, address: '127.0.0.1', source: 'jt808' });
    expect(bad.toString('hex')).toContain(Buffer.from(kept.bytes).toString('hex'));
  });

  test('calls for help without a position, and is heard', async () => {
    const s = await tcpServer();
    const { peer, frames } = await s.terminal(PHONE);
    await peer.ask(frames.location(seconds(0), { alarm: 1, status: 0, lat: 0, lon: 0 }));
    expect(s.logged()).toMatchObject([{ alarms: 1, quality: 1 << 3 }]);
  });

  test('sends again after a lost answer: a repeat, stored as such', async () => {
    const s = await tcpServer();
    const { peer, frames } = await s.terminal(PHONE);
    const location = frames.location(seconds(0));
    await peer.ask(location, location);
    expect(s.logged().map((p) => p.quality)).toEqual([0, 1 << 6]);
  });

  test('sends frames that are kept as they came, escapes and all, where that is asked for', async () => {
    const s = await tcpServer({ keepRaw: true });
    const { peer, frames } = await s.terminal(PHONE);
    const sent = [frames.location(seconds(-1), { alarm: 0x7d7e }), frames.location(seconds(0))];
    await peer.ask(...sent);
    expect(sent[0].toString('hex')).toContain('7d017d02');
    expect(s.loggedFrames()).toEqual(sent.map((frame) => frame.subarray(1, -1).toString('hex')));
  });

  test('moves to another vehicle while it is connected', async () => {
    const s = await tcpServer();
    const { peer, frames } = await s.terminal(PHONE);
    await peer.ask(frames.location(seconds(-1)));
    await s.registry.putVehicle({ id: 'V2', terminals: [{ protocol: 'jt808', number: PHONE }] });
    await peer.ask(frames.location(seconds(0)));
    expect(s.logged().map((p) => p.vehicleNo)).toEqual([1, s.catalog.vehicleById('V2')?.no]);
  });
});

describe('who may speak', () => {
  test('data before authentication is refused and answered; the third time ends it', async () => {
    const s = await tcpServer();
    const peer = await s.peer();
    const frames = new Frames(PHONE);
    expect(
      await peer.ask(frames.location(seconds(0)), frames.location(seconds(0)), frames.location(seconds(0))),
    ).toEqual([0, 1, 2].map((n) => response(PHONE, n, n, 0x0200, 1)));
    await peer.closed;
    expect(s.stats.frames()).toMatchObject({ handled: 0, rejected: { 'not-authenticated': 3 } });
    await s.closedFor({ 'not-authenticated': 1 });
    expect(s.intake.counts().received).toBe(0);
  });

  test('a wrong code is refused; the fifth holds the terminal for ten minutes, whatever code it has then', async () => {
    const s = await tcpServer();
    const frames = new Frames(PHONE);
    const peer = await s.peer();
    for (let i = 0; i < 5; i++)
      expect(await peer.ask(frames.auth('wrong'))).toEqual([response(PHONE, i, i, 0x0102, 1)]);
    const right = s.identity.authCode('jt808', PHONE);
    expect(await peer.ask(frames.auth(right))).toEqual([response(PHONE, 5, 5, 0x0102, 1)]);
    await peer.closed;
    expect(s.stats.authFailures).toBe(6);
    await s.closedFor({ 'terminal-held': 1 });
    const another = await s.terminal('13800000002'); // is not held
    another.peer.socket.destroy();
  });

  test('any code is good where that is the setting', async () => {
    const s = await tcpServer({ auth: 'any' });
    const peer = await s.peer();
    const frames = new Frames(PHONE);
    expect(await peer.ask(frames.auth('whatever'))).toEqual([response(PHONE, 0, 0, 0x0102)]);
    await peer.ask(frames.location(seconds(0)));
  });

  test('no code is needed where that is the setting', async () => {
    const s = await tcpServer({ auth: 'off' });
    const peer = await s.peer();
    const frames = new Frames(PHONE);
    expect(await peer.ask(frames.location(seconds(0)))).toEqual([response(PHONE, 0, 0, 0x0200)]);
    expect(s.stats.connections()).toMatchObject({ open: 1, authenticated: 1 });
  });

  test('unknown terminals are refused where registration is required, and served once the registry has them', async () => {
    const s = await tcpServer({ registrationRequired: true });
    const peer = await s.peer();
    const frames = new Frames(PHONE);
    const [answer] = await peer.ask(frames.register());
    expect(answer).toMatch(/^7e810000030138000000010000000004..7e$/); // no such terminal, and no code
    const code = s.identity.authCode('jt808', PHONE);
    expect(await peer.ask(frames.auth(code))).toEqual([response(PHONE, 1, 1, 0x0102, 1)]);
    expect(s.catalog.vehicles.size).toBe(0);
    await s.registry.putVehicle({ id: 'V1', plate: '京A12345', terminals: [{ protocol: 'jt808', number: PHONE }] });
    const [otherPlate] = await peer.ask(frames.register('沪B00000'));
    expect(otherPlate?.slice(30, 32)).toBe('02');
    const [welcome] = await peer.ask(frames.register());
    expect(welcome?.slice(30, 32)).toBe('00');
    expect(await peer.ask(frames.auth(code))).toEqual([response(PHONE, 4, 4, 0x0102)]);
    await peer.ask(frames.location(seconds(0)));
    expect(s.logged()).toHaveLength(1);
  });

  test('a vehicle that is taken out of the registry is served no more where registration is required', async () => {
    const s = await tcpServer({ registrationRequired: true });
    await s.registry.putVehicle({ id: 'V1', terminals: [{ protocol: 'jt808', number: PHONE }] });
    const { peer, frames } = await s.terminal(PHONE);
    await peer.ask(frames.location(seconds(-1)));
    await s.registry.deleteVehicle('V1');
    await peer.ask(frames.location(seconds(0)));
    expect(s.intake.counts()).toMatchObject({ accepted: 1, rejected: { 'unknown-terminal': 1 } });
  });

  test('a second terminal on the same connection ends it', async () => {
    const s = await tcpServer();
    const { peer, frames } = await s.terminal(PHONE);
    peer.send(frames.location(seconds(0)), new Frames('13900000000').location(seconds(0)));
    const replies = await peer.replies(2);
    expect(replies.map((reply) => reply?.slice(-6, -4)).toSorted()).toEqual(['00', '01']);
    await peer.closed;
    expect(s.stats.frames().rejected).toEqual({ 'other-terminal': 1 });
    expect(s.logged()).toHaveLength(1);
  });

  test('after it deregistered, its code is good again only once it registered', async () => {
    const s = await tcpServer();
    const { peer, frames } = await s.terminal(PHONE);
    const code = s.identity.authCode('jt808', PHONE);
    expect(await peer.ask(frames.frame(0x0003, {}))).toEqual([response(PHONE, 1, 1, 0x0003)]);
    expect(s.stats.connections().authenticated).toBe(0);
    expect(await peer.ask(frames.auth(code))).toEqual([response(PHONE, 2, 2, 0x0102, 1)]);
    await peer.ask(frames.register());
    expect(await peer.ask(frames.auth(code))).toEqual([response(PHONE, 4, 4, 0x0102)]);
  });

  test('the newest login wins; the old connection gets its answers and ends', async () => {
    const disk = gatedDisk();
    const s = await tcpServer({ spool: { files: disk.files } });
    const old = await s.terminal(PHONE);
    disk.shut();
    old.peer.send(old.frames.location(seconds(-1)));
    await waitFor(
      'the fix to arrive',
      () => s.intake.taken,
      (n) => n === 1,
    );
    const fresh = await s.peer();
    fresh.send(new Frames(PHONE).auth(s.identity.authCode('jt808', PHONE)));
    await pause(50);
    expect(old.peer.unread).toBe(0);
    disk.open();
    expect(await old.peer.next()).toBe(response(PHONE, 1, 1, 0x0200));
    await old.peer.closed;
    expect(await fresh.next()).toBe(response(PHONE, 0, 0, 0x0102));
    await s.closedFor({ superseded: 1 });
    expect(s.stats.connections()).toMatchObject({ open: 1, authenticated: 1 });
  });
});

describe('overload and the end', () => {
  test('a storm of connections gets its turn a few at a time', async () => {
    const s = await tcpServer({ limits: { newPerSecond: 100 } });
    const start = performance.now();
    const all = await Promise.all(Array.from({ length: 40 }, (_, i) => s.terminal(`1380000${1000 + i}`)));
    expect(performance.now() - start).toBeGreaterThan(200); // 10 in each tenth of a second
    for (const { peer } of all) peer.socket.destroy();
  });

  test('more connections than allowed are refused by the system; one address may not open them too fast', async () => {
    const s = await tcpServer({ limits: { maxConnections: 2, newPerAddress: 1, newPerAddressBurst: 3 } });
    const [a, b] = [await s.terminal('1'), await s.terminal('2')];
    const third = await Peer.open(s.port);
    await third.closed;
    expect(s.stats.connectionsDropped).toBe(1);
    a.peer.socket.destroy();
    b.peer.socket.destroy();
    await waitFor(
      'both to go',
      () => s.stats.connections().open,
      (open) => open === 0,
    );
    (await s.terminal('3')).peer.socket.destroy();
    const tooFast = await Peer.open(s.port);
    await tooFast.closed;
    await s.closedFor({ peer: 3, 'address-rate': 1 });
  });

  test('closing acknowledges what was accepted, then ends every connection', async () => {
    const disk = gatedDisk();
    const s = await tcpServer({ spool: { files: disk.files } });
    const { peer, frames } = await s.terminal(PHONE);
    disk.shut();
    peer.send(frames.location(seconds(0)));
    await waitFor(
      'the fix to arrive',
      () => s.intake.taken,
      (n) => n === 1,
    );
    const closing = s.close();
    await pause(50);
    disk.open();
    expect(await peer.next()).toBe(response(PHONE, 1, 1, 0x0200));
    await peer.closed;
    await closing;
    await expect(Peer.open(s.port)).rejects.toThrow('ECONNREFUSED');
    await s.closedFor({ shutdown: 1 });
  });

  test('closing does not wait longer than the grace for a peer or a disk', async () => {
    const disk = gatedDisk();
    const s = await tcpServer({ spool: { files: disk.files }, limits: { closeGraceMs: 100 } });
    const { peer, frames } = await s.terminal(PHONE);
    disk.shut();
    peer.send(frames.location(seconds(0)));
    await waitFor(
      'the fix to arrive',
      () => s.intake.taken,
      (n) => n === 1,
    );
    const closing = s.server.close();
    await peer.closed;
    await closing;
    disk.open();
  });
});
