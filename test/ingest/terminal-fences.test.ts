import { describe, expect, test } from 'vitest';
import { parseFence } from '../../geo/fence-input.js';
import { KIND_CHANGE, readJsonBody } from '../../model/block.js';
import { Catalog } from '../../model/catalog.js';
import type { Change } from '../../model/change.js';
import { CommandBook } from '../../model/command-book.js';
import type { Fence } from '../../model/fence.js';
import { decodeFrame } from '../../protocols/jt808/decode.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { LogReader } from '../../store/log-reader.js';
import { waitFor } from '../support/wait-for.js';
import { type TestServerOptions, tcpServer } from './tcp-support.js';
import type { Peer } from './terminal-peer.js';

const PHONE = '13800000001';
type Edition = '2013' | '2019';

const CIRCLE = { type: 'Point', coordinates: [120.3, 31.5] };
const RECTANGLE = ring([120, 31], [120.5, 31], [120.5, 31.25], [120, 31.25]);
const POLYGON = ring([-70.5, -33.5], [-70, -33.5], [-70.25, -33]);
const ROUTE = {
  type: 'LineString',
  coordinates: [
    [120, 31],
    [120.5, 31.5],
  ],
};

function ring(...corners: [number, number][]) {
  return { type: 'Polygon', coordinates: [[...corners, corners[0]]] };
}

async function server(edition: Edition = '2013', options: TestServerOptions = {}) {
  const s = await tcpServer(options);
  const vehicle = s.registry.ensureVehicleForTerminal('jt808', PHONE, { category: 'truck' });
  let seq = 1;
  const frame = (msgId: number, fields: Record<string, unknown>, own = seq++) =>
    encodeFrame({ msgId, edition, phone: PHONE, seq: own, fields, ...(edition === '2019' && { protocolVersion: 1 }) });
  return {
    ...s,
    vehicle,
    async login(): Promise<Peer> {
      const peer = await s.peer();
      const authCode = s.identity.authCode('jt808', PHONE);
      const fields = edition === '2019' ? { authCode, imei: '123456789012345', softwareVersion: '1' } : { authCode };
      await peer.ask(frame(0x0102, fields, 0));
      return peer;
    },
    async put(id: string, geometry: object, properties: object = {}): Promise<Fence> {
      const parsed = parseFence({ type: 'Feature', geometry, properties: { onTerminal: true, ...properties } }, id);
      if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
      const outcome = await s.registry.putFence({ ...parsed, id });
      if ('refused' in outcome) throw new Error(outcome.refused);
      return outcome.fence;
    },
    /** The next frame, answered with a result. */
    async take(peer: Peer, result = 0): Promise<string> {
      const hex = (await peer.next()) ?? '';
      const got = decodeFrame(Buffer.from(hex, 'hex'));
      if (!got.ok) throw new Error(hex);
      peer.send(frame(0x0001, { replySeq: got.seq, replyId: Number(got.msgId), result }));
      return hex;
    },
    send: (peer: Peer, msgId: number, fields: Record<string, unknown>) => peer.send(frame(msgId, fields)),
    lines: () =>
      [...s.terminalFences.consistency(s.catalog.vehicles.values())].map(({ no, kind, state, reason, held }) =>
        [no, kind, state, reason, held].join(' '),
      ),
    /** Waits until every line is as it should be. */
    stand(...wanted: string[]) {
      return waitFor(
        `the fences to stand ${wanted}`,
        () => this.lines(),
        (lines) => JSON.stringify(lines) === JSON.stringify(wanted),
        { everyMs: 5 },
      );
    },
  };
}

/** What the log on disk says, as a server that starts anew reads it. */
function restored(dir: string): { catalog: Catalog; book: CommandBook } {
  const catalog = new Catalog();
  const book = new CommandBook();
  const reader = new LogReader(dir, 1, () => Number.MAX_SAFE_INTEGER);
  for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) {
    for (const block of blocks) {
      if (block.kind !== KIND_CHANGE) continue;
      const change = readJsonBody<Change>(block);
      if (catalog.apply(change)) book.apply(change);
    }
  }
  reader.close();
  return { catalog, book };
}

/**
 * Header, then what the sheet's §17 lays out. Area 1; attribute: 0x02 speed, 0x01 daily window, 0x08 and 0x20 entering and
 * leaving told to the platform, 0x40 south, 0x80 west. A limit of 2019 has one for the night behind it.
 */
const KINDS: [name: string, geometry: object, properties: object, bytes: Record<Edition, string>][] = [
  [
    'a circle',
    CIRCLE,
    { radius: 200, speedLimit: 30.5, speedDuration: 10 },
    {
      '2013': '7e860000170138000000010001010100000001000201e0a6e0072ba1e0000000c8001e0abd7e',
      '2019': '7e8600401c01000000000138000000010001010100000001000201e0a6e0072ba1e0000000c8001e0a001e0001668e7e',
    },
  ],
  [
    'a rectangle',
    RECTANGLE,
    { name: 'yard', hours: { from: '22:00', to: '06:00' } },
    {
      '2013': '7e860200240138000000010001010100000001002901dcd65007270e0001d905c0072eaf200000002200000000000600005b7e',
      '2019':
        '7e8602402a01000000000138000000010001010100000001002901dcd65007270e0001d905c0072eaf200000002200000000000600000004796172641e7e',
    },
  ],
  [
    'a polygon of the south-west',
    POLYGON,
    { rules: ['exit'] },
    {
      '2013': '7e8604002001380000000100010000000100e0000301ff2b600433bea001ff2b60042c1d8001f78a40042fee100c7e',
      '2019':
        '7e86044023010000000001380000000100010000000100e0000301ff2b600433bea001ff2b60042c1d8001f78a40042fee10000166297e',
    },
  ],
  [
    'a route',
    ROUTE,
    { width: 255, rules: ['enter'], speedLimit: 60 },
    {
      '2013':
        '7e8606003201380000000100010000000100080002000000010000000101d905c007270e00ff02003c00000000020000000201e0a6e0072eaf20ff02003c00b27e',
      '2019':
        '7e86064039010000000001380000000100010000000100080002000000010000000101d905c007270e00ff02003c00003c000000020000000201e0a6e0072eaf20ff02003c00003c0001669f7e',
    },
  ],
];

describe.each(['2013', '2019'] as const)('byte by byte, %s', (edition) => {
  test.each(KINDS)('%s', async (_, geometry, properties, bytes) => {
    const s = await server(edition);
    const peer = await s.login();
    const { revision } = await s.put('f', geometry, { name: 'f', ...properties });
    expect(await s.take(peer)).toBe(bytes[edition]);
    await waitFor('it to be in step', s.lines, ([line]) => line.endsWith(`in-step  ${revision}`), { everyMs: 5 });
    expect(peer.unread).toBe(0);
  });
});

describe('kept in step', () => {
  test('changed, of another kind, deleted', async () => {
    const s = await server();
    const peer = await s.login();
    const first = await s.put('f', CIRCLE, { radius: 200 });
    expect(await s.take(peer)).toMatch(/^7e8600/);
    await s.stand(`1 circle in-step  ${first.revision}`);
    await s.put('f', CIRCLE, { radius: 300 });
    // Modify, one area, number 1, radius 300.
    expect(await s.take(peer)).toMatch(/^7e8600.{20}0201000000010028.{16}0000012c/);
    await s.stand(`1 circle in-step  ${s.catalog.fenceById('f')?.revision}`);
    const { revision } = await s.put('f', RECTANGLE);
    expect([await s.take(peer), await s.take(peer)]).toEqual([
      expect.stringMatching(/^7e8601.{20}0100000001/),
      expect.stringMatching(/^7e8602.{20}010100000001/),
    ]);
    await s.stand(`1 rectangle in-step  ${revision}`);
    await s.registry.deleteFence('f');
    expect(await s.take(peer)).toMatch(/^7e8603.{20}0100000001/);
    await s.stand();
    expect(peer.unread).toBe(0);
  });

  test('for the vehicles that are meant, and no longer when the vehicle changes', async () => {
    const s = await server();
    const peer = await s.login();
    await s.put('others', CIRCLE, { radius: 100, onTerminal: { vehicles: ['somebody'] } });
    await s.put('server', CIRCLE, { radius: 100, onTerminal: false });
    await s.put('trucks', CIRCLE, { radius: 100, onTerminal: { categories: ['truck'] } });
    expect(await s.take(peer)).toMatch(/^7e8600.{20}010100000003/);
    await s.stand(`3 circle in-step  ${s.catalog.fenceById('trucks')?.revision}`);
    await s.registry.putVehicle({ id: s.vehicle.id, category: 'bus' });
    expect(await s.take(peer)).toMatch(/^7e8601.{20}0100000003/);
    await s.stand();
  });

  test('a terminal that comes gets the fences of today; one that comes again gets nothing twice, also after a restart', async () => {
    const first = await server();
    await first.put('a', CIRCLE, { radius: 100 });
    await first.put('a', CIRCLE, { radius: 200 });
    await first.put('b', CIRCLE, { radius: 300 });
    const [a, b] = ['a', 'b'].map((id) => first.catalog.fenceById(id)?.revision);
    expect(first.lines()).toEqual(['1 circle pending not-connected ', '2 circle pending not-connected ']);
    const peer = await first.login();
    expect(await first.take(peer)).toMatch(/000000c8(?:..)7e$/);
    // The second is not acknowledged before the server ends.
    expect(await peer.next()).toMatch(/0000012c(?:..)7e$/);
    await first.stand(`1 circle in-step  ${a}`, '2 circle pending under-way ');
    await first.close();

    const second = await server('2013', { dir: first.dir, after: restored(first.dir) });
    expect(second.lines()).toEqual([`1 circle in-step  ${a}`, '2 circle unknown not-connected ']);
    const again = await second.login();
    expect(await second.take(again)).toMatch(/^7e8600.{20}010100000002/);
    await second.stand(`1 circle in-step  ${a}`, `2 circle in-step  ${b}`);
    expect(again.unread).toBe(0);
  });

  test('refused once for each form of the fence; never answered is told again by the next connection', async () => {
    const s = await server('2013', { ackTimeoutMs: 20 });
    const peer = await s.login();
    await s.put('f', CIRCLE, { radius: 100 });
    await s.take(peer, 3);
    await s.stand('1 circle refused not-supported ');
    const { revision } = await s.put('f', CIRCLE, { radius: 200 });
    await s.stand('1 circle unknown no-response '); // and its repeats have been left alone
    peer.socket.destroy();
    await s.closedFor({ peer: 1 });
    const next = await s.login();
    await s.take(next);
    await s.stand(`1 circle in-step  ${revision}`);
  });

  test('what is queued and not wanted any more is never sent', async () => {
    const s = await server();
    const peer = await s.login();
    peer.socket.pause();
    // The window is full of other things.
    const text = { vehicles: [s.vehicle], type: 'text', params: { text: 'a' }, by: 'test' };
    const give = () => s.desk.give({ ...text, expiresInMs: 60_000, neverLate: false, asBatch: false });
    for (let i = 0; i < 16; i++) await give();
    await s.put('f', CIRCLE, { radius: 100 });
    await s.stand('1 circle pending under-way ');
    await s.put('f', CIRCLE, { radius: 200 });
    await waitFor(
      'the first form to be withdrawn',
      () => [...s.book.all()].filter(({ area }) => area),
      (orders) => orders.length === 2,
      { everyMs: 5 },
    );
    peer.socket.resume();
    for (let i = 0; i < 16; i++) expect(await s.take(peer)).toMatch(/^7e8300/);
    expect(await s.take(peer)).toMatch(/000000c8(?:..)7e$/);
    await s.stand(`1 circle in-step  ${s.catalog.fenceById('f')?.revision}`);
    const orders = [...s.book.all()].filter(({ area }) => area);
    expect(orders.map(({ state, reason, attempts }) => [state, reason, attempts])).toEqual([
      ['failed', 'superseded', 0],
      ['acknowledged', null, 1],
    ]);
  });

  test('more than a terminal’s share follow as the first are acknowledged', async () => {
    const s = await server();
    const peer = await s.login();
    for (let i = 1; i <= 20; i++) await s.put(`f${i}`, CIRCLE, { radius: i });
    for (let i = 0; i < 8; i++) await s.take(peer);
    for (let i = 8; i < 20; i++) await s.take(peer);
    await waitFor('all', s.lines, (lines) => lines.every((line) => line.includes('in-step')), { everyMs: 5 });
    expect(s.lines()).toHaveLength(20);
  });
});

describe('asking the terminal', () => {
  const reported = { areaId: 1, attr: 0x28, lat: 31.5, lon: 120.3, radiusM: 200, name: 'f' };

  test.each([
    ['as it should be', [reported], null],
    ['missing', [], 'missing'],
    ['different', [{ ...reported, radiusM: 100 }], 'different'],
  ])('%s', async (_, areas, drift) => {
    const s = await server('2019');
    const peer = await s.login();
    const { revision } = await s.put('f', CIRCLE, { name: 'f', radius: 200 });
    await s.take(peer);
    await s.stand(`1 circle in-step  ${revision}`);
    const [id] = await s.terminalFences.check(s.vehicle);
    // Kind 1, one number, 1.
    expect(await peer.next()).toMatch(/^7e86084009.{26}010000000100000001..7e$/);
    s.send(peer, 0x0608, { kind: 1, areas });
    await waitFor(
      'the answer',
      () => s.book.get(id)?.state,
      (state) => state === 'answered',
      { everyMs: 5 },
    );
    expect((await peer.next())?.slice(0, 6)).toBe('7e8001');
    if (drift === null) {
      expect(s.lines()).toEqual([`1 circle in-step  ${revision}`]);
      return;
    }
    await s.stand(`1 circle pending under-way ${revision}`);
    expect(await s.take(peer)).toMatch(/^7e8600/);
    await s.stand(`1 circle in-step  ${revision}`);
  });

  test('one of 2013 cannot be asked', async () => {
    const s = await server();
    const peer = await s.login();
    const { revision } = await s.put('f', CIRCLE, { radius: 200 });
    await s.take(peer);
    await s.stand(`1 circle in-step  ${revision}`);
    const [id] = await s.terminalFences.check(s.vehicle);
    expect(s.book.get(id)).toMatchObject({ state: 'failed', reason: 'not-in-edition' });
  });
});
