import { createSocket } from 'node:dgram';
import { expect, onTestFinished, test } from 'vitest';
import { loadSettings } from '../../config.js';
import { Feed } from '../../ingest/feed.js';
import { Identity } from '../../ingest/identity.js';
import { startUdpServer } from '../../ingest/udp-server.js';
import { total } from '../../model/stats.js';
import { openTerminalPorts } from '../../parts/terminal-ports.js';
import { ais } from '../../protocols/ais/index.js';
import { checkOf } from '../../protocols/ais/sentence.js';
import { freePort } from '../support/free-port.js';
import { waitFor } from '../support/wait-for.js';
import { tcpServer } from './tcp-support.js';
import { Peer } from './terminal-peer.js';

const SHANGHAI = '!AIVDM,1,1,,B,B6:VU2P0<:;2r84N5obLOwR2P0S9,0*23';
const RIMES = '!AIVDM,1,1,,B,C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000S0D:R220,0*0B';
const DIADEM = [
  '!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C',
  '!AIVDM,2,2,1,A,88888888880,2*25',
];
const vessels = (s: Awaited<ReturnType<typeof tcpServer>>) =>
  ['mmsi:413771018', 'mmsi:367059850', 'mmsi:351759000'].map((id) => s.catalog.vehicleById(id)?.plate);

test('a feed over TCP: each vessel is a vehicle, known by her MMSI and named when she says so', async () => {
  const s = await tcpServer({ protocol: ais, auth: 'off', isGateway: () => true });
  const peer = await s.peer();
  peer.send(Buffer.from([SHANGHAI, ...DIADEM, RIMES, 'nonsense', ''].join('\r\n')));
  await waitFor(
    'the sentences to be read',
    () => s.stats.frames().received,
    (n) => n === 5,
  );
  expect(s.stats.frames()).toMatchObject({ handled: 4, rejected: { 'no-frame': 1 } });
  await s.intake.whenDurable();
  expect(vessels(s)).toEqual([null, 'CAPT.J.RIMES', 'EVER DIADEM']);
  expect(s.logged()).toMatchObject([
    { lon: 121.49976, lat: 31.248843, headingDeg: 250, source: 7 },
    { lon: -88.810392, headingDeg: 336 },
  ]);
  expect(peer.unread).toBe(0);
});

test('a feed over UDP: a line to a datagram or several, parts of one sender together', async () => {
  const s = await tcpServer({ protocol: ais });
  const { intake, stats, quarantine, clock, registry } = s;
  const identity = new Identity({ registry, key: 'test', auth: 'off', registrationRequired: false });
  const taken: string[] = [];
  const uploads = { take: ({ kind }: { kind: string }) => taken.push(kind) } as never;
  const options = { protocol: ais, host: '127.0.0.1', intake, identity, stats, quarantine, uploads, clock };
  const server = await startUdpServer({ ...options, port: 0 });
  await expect(startUdpServer({ ...options, port: server.port })).rejects.toThrow('EADDRINUSE');
  const socket = createSocket('udp4');
  for (const datagram of [SHANGHAI, `${DIADEM[0]}\r\n`, `${DIADEM[1]}\r\n${RIMES}`, 'nonsense', DIADEM[0]]) {
    await new Promise((resolve) => socket.send(datagram, server.port, '127.0.0.1', resolve));
  }
  await waitFor(
    'the datagrams to be read',
    () => stats.frames().received,
    (n) => n === 6,
  );
  expect(stats.datagrams).toEqual({ received: 5, taken: 5, lost: 0 });
  Object.defineProperty(intake, 'full', { value: true });
  await new Promise((resolve) => socket.send(SHANGHAI, server.port, '127.0.0.1', resolve));
  await waitFor(
    'a datagram to be lost',
    () => stats.datagrams.lost,
    (n) => n === 1,
  );
  expect(stats.datagrams).toEqual({ received: 6, taken: 5, lost: 1 });
  socket.close();
  await server.close();
  const frames = stats.frames();
  expect(frames.rejected).toEqual({ 'no-frame': 1, 'package-timeout': 1 });
  expect(frames.received).toBe(frames.handled + total(frames.rejected));
  await intake.whenDurable();
  expect(vessels(s)).toEqual([null, 'CAPT.J.RIMES', 'EVER DIADEM']);
  expect(taken).toEqual(['vessel', 'vessel']);
  expect(s.logged()).toHaveLength(2);
});

test('what ships say of themselves is refused, and counted, where the registry does not know them', async () => {
  const { intake, stats, quarantine, clock, registry } = await tcpServer({ protocol: ais });
  const identity = new Identity({ registry, key: 'test', auth: 'off', registrationRequired: true });
  const uploads = { take: () => expect.unreachable() } as never;
  const feed = new Feed('192.0.2.1', { protocol: ais, intake, identity, stats, quarantine, uploads, clock });
  feed.receive(Buffer.from(`${DIADEM.join('\r\n')}\r\n`));
  expect(stats.frames()).toEqual({ received: 2, handled: 1, rejected: { 'unknown-terminal': 1 } });
  expect(quarantine.list(10)).toMatchObject([{ reason: 'unknown-terminal', peer: 'mmsi:351759000' }]);
});

test('a line speaks for as many vessels as a sea has, and for those that nobody registered too', async () => {
  const s = await tcpServer({ registrationRequired: true });
  const { registry, intake, stats, quarantine, clock, media } = s;
  const port = String(await freePort());
  const off = { CHEJI_JT808_PORT: '0', CHEJI_JT905_PORT: '0', CHEJI_TCP_HOST: '127.0.0.1' };
  const { settings } = loadSettings({ ...off, CHEJI_AIS_PORT: port, CHEJI_REGISTRATION_REQUIRED: 'true' });
  const uploads = { take: () => {} } as never;
  const whenAccepted = (fn: () => void) => s.spool.whenAccepted(fn);
  const parts = { registry, intake, stats, quarantine, clock, media, uploads, whenAccepted, key: 'test' };
  const ports = await openTerminalPorts(settings, parts);
  onTestFinished(() => ports.close());
  const peer = await Peer.open(Number(port));
  const vessels = 20_050;
  peer.send(...Array.from({ length: vessels }, (_, i) => Buffer.from(`${of(412_000_000 + i)}\r\n`)));
  await waitFor(
    'the sentences to be read',
    () => stats.frames().received,
    (n) => n === vessels,
  );
  expect(s.intake.counts().rejected).toEqual({ 'unknown-terminal': vessels });
  peer.socket.destroy();
});

/** The report from Shanghai, of another vessel. */
function of(mmsi: number): string {
  const sixes = Array.from('B6:VU2P0<:;2r84N5obLOwR2P0S9', (c) => c.charCodeAt(0) - (c < '`' ? 48 : 56));
  for (let bit = 0; bit < 30; bit++) {
    const [at, shift] = [Math.floor((8 + bit) / 6), 5 - ((8 + bit) % 6)];
    sixes[at] = (sixes[at] & ~(1 << shift)) | (((mmsi >>> (29 - bit)) & 1) << shift);
  }
  const payload = sixes.map((six) => String.fromCharCode(six < 40 ? six + 48 : six + 56)).join('');
  const body = `AIVDM,1,1,,B,${payload},0`;
  return `!${body}*${checkOf(body)}`;
}
