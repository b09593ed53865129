import { describe, expect, test } from 'vitest';
import { networkList } from '../../model/networks.js';
import { msToBeijing } from '../../model/units.js';
import { frameBytes } from '../../protocols/common/frame.js';
import { encodeBody, encodeFrame } from '../../protocols/jt808/encode.js';
import { withHeader } from '../../protocols/jt808/header.js';
import { waitFor } from '../support/wait-for.js';
import { tcpServer } from './tcp-support.js';
import { Frames, response } from './terminal-peer.js';

const [A, B] = ['13800000001', '13800000002'];
const seconds = (n: number) => Date.now() + n * 1000;
const isGateway = networkList(['127.0.0.0/8']);

describe('a platform’s link that carries many terminals', () => {
  test('each logs in by itself, has its own vehicle, and is answered under its own number', async () => {
    const s = await tcpServer({ isGateway });
    const peer = await s.peer();
    const [a, b] = [new Frames(A), new Frames(B)];
    expect(await peer.ask(a.auth(s.identity.authCode('jt808', A)))).toEqual([response(A, 0, 0, 0x0102)]);
    // The second has not shown its code yet: refused, and the link stays.
    for (let n = 0; n < 5; n++) await peer.ask(b.location(seconds(n)));
    expect(s.stats.frames().rejected).toEqual({ 'not-authenticated': 5 });
    expect(await peer.ask(b.auth(s.identity.authCode('jt808', B)))).toHaveLength(1);
    const replies = await peer.ask(a.location(seconds(0)), b.location(seconds(0)), a.location(seconds(1)));
    expect(replies.map((reply) => [reply?.slice(10, 22), reply?.slice(26, 34)])).toEqual([
      [`0${A}`, '00010200'],
      [`0${B}`, '00060200'],
      [`0${A}`, '00020200'],
    ]);
    const vehicles = [A, B].map((number) => s.catalog.vehicleByTerminal('jt808', number)?.no);
    expect(new Set(vehicles).size).toBe(2);
    expect(s.logged().map(({ vehicleNo }) => vehicleNo)).toEqual([vehicles[0], vehicles[1], vehicles[0]]);
    expect(s.stats.connections()).toMatchObject({ open: 1, authenticated: 1 });
  });

  test('a wrong code, or a terminal that deregisters, concerns that terminal alone', async () => {
    const s = await tcpServer({ isGateway });
    const { peer, frames: a } = await s.terminal(A);
    const b = new Frames(B);
    for (let n = 0; n < 6; n++) await peer.ask(b.auth('wrong'));
    await peer.ask(a.frame(0x0003, {}));
    await peer.ask(a.location(seconds(0)));
    expect(s.stats.frames().rejected).toEqual({ 'not-authenticated': 1 });
    expect(s.logged()).toEqual([]);
    await peer.ask(a.register(), a.auth(s.identity.authCode('jt808', A)));
    await peer.ask(a.location(seconds(1)));
    expect(s.logged()).toHaveLength(1);
  });

  test('a terminal that comes back by itself takes its number with it; the others stay', async () => {
    let connections = 0;
    const s = await tcpServer({ isGateway: () => connections++ === 0 });
    const { peer: link, frames: a } = await s.terminal(A);
    const b = new Frames(B);
    await link.ask(b.auth(s.identity.authCode('jt808', B)));
    const { peer: alone, frames: again } = await s.terminal(A);
    await alone.ask(again.location(seconds(0)));
    await link.ask(b.location(seconds(0)));
    await link.ask(a.location(seconds(1)));
    expect(s.stats.frames().rejected).toEqual({ 'not-authenticated': 1 });
    expect(s.logged()).toHaveLength(2);
    expect(s.stats.connections()).toMatchObject({ open: 2, authenticated: 2 });
  });

  test('is not slowed down to the rate of one terminal, and speaks for so many and no more', async () => {
    const limits = { rate: 1, rateBurst: 2, gatewayTerminals: 2 };
    const s = await tcpServer({ isGateway, auth: 'off', limits });
    const peer = await s.peer();
    const [a, b, c] = [A, B, '13800000003'].map((number) => new Frames(number));
    await peer.ask(...Array.from({ length: 20 }, (_, n) => (n % 2 ? a : b).location(seconds(-n))));
    expect(s.stats.ratePauses).toBe(0);
    await peer.ask(c.location(seconds(0)));
    expect(s.stats.frames().rejected).toEqual({ 'rate-limit': 1 });
    expect(s.logged()).toHaveLength(20);
  });

  test('of an address that is not declared it is refused', async () => {
    const s = await tcpServer({ isGateway: networkList(['10.0.0.1']) });
    const { peer } = await s.terminal(A);
    peer.send(new Frames(B).location(seconds(0)));
    await s.closedFor({ 'other-terminal': 1 });
    await waitFor(
      'the link to end',
      () => s.stats.connections().open,
      (open) => open === 0,
    );
  });
});

describe('terminals of all editions on one link', () => {
  test('keep their own header, alarm bits and number, and are told things in their own form', async () => {
    const s = await tcpServer({ isGateway, auth: 'off' });
    const peer = await s.peer();
    const location = (edition: '2013' | '2019', phone: string, seq: number) =>
      encodeFrame({
        msgId: 0x0200,
        edition,
        phone,
        seq,
        fields: { alarm: 0x8000_8000, lat: 31, lon: 121, time: msToBeijing(seconds(seq)) },
      });
    const replies = await peer.ask(
      location('2019', A, 0),
      location('2013', B, 0),
      location('2019', A, 1),
      location('2013', B, 1),
    );
    // 2019 answers with ten bytes of number behind a version, 2013 with six.
    const forms = replies.map((reply) => reply?.slice(0, 32));
    expect(forms[0]).toMatch(new RegExp(`^7e80014005010{9}${A}`));
    expect(forms[1]).toMatch(new RegExp(`^7e800100050${B}`));
    expect(forms[2]).toMatch(new RegExp(`^7e80014005010{9}${A}`));
    // Bit 15 is of 2019, bit 31 of 2013.
    expect(s.logged().map(({ alarms }) => alarms)).toEqual([0x8000, 0x8000_0000, 0x8000, 0x8000_0000]);
  });
});

describe('a terminal whose number is padded wrongly', () => {
  test('is the same terminal with the same code, and is answered with its own bytes', async () => {
    const s = await tcpServer();
    const peer = await s.peer();
    const number = Buffer.from(`${A}000000000`, 'hex');
    const body = encodeBody(0x0102, { authCode: s.identity.authCode('jt808', A) }, '2019');
    const frame = frameBytes(withHeader({ messageId: 0x0102, edition: '2019', number, seq: 0 }, body));
    const [reply] = await peer.ask(frame);
    expect(reply).toMatch(new RegExp(`^7e8001400501${A}000000000`));
    await peer.ask(new Frames(A).location(seconds(0)));
    expect(s.logged()).toHaveLength(1);
    expect(s.catalog.terminals.get(`jt808:${A}`)).toMatchObject({ number: A });
  });
});

describe('RSA', () => {
  test('the key of a terminal is kept; a body that is encrypted is answered with result 2 and not read', async () => {
    const s = await tcpServer();
    const { peer, frames } = await s.terminal(A);
    const modulusHex = 'c5'.repeat(128);
    expect(await peer.ask(frames.frame(0x0a00, { exponent: 65_537, modulusHex }))).toEqual([response(A, 1, 1, 0x0a00)]);
    const header = { messageId: 0x0200, edition: '2013', number: Buffer.from(`0${A}`, 'hex'), seq: 2 } as const;
    const encrypted = withHeader(header, Buffer.alloc(28, 0x5a));
    encrypted[2] |= 0x04; // attribute bit 10
    expect(await peer.ask(frameBytes(encrypted))).toEqual([response(A, 2, 2, 0x0200, 2)]);
    expect(s.logged()).toEqual([]);
    expect(s.stats.frames().rejected).toEqual({ encrypted: 1 });
  });
});
