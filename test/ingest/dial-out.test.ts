import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { dialOut } from '../../ingest/dial-out.js';
import { Identity } from '../../ingest/identity.js';
import { Uploads } from '../../ingest/uploads.js';
import { total } from '../../model/stats.js';
import { ais } from '../../protocols/ais/index.js';
import { waitFor } from '../support/wait-for.js';
import { tcpServer } from './tcp-support.js';

const SHANGHAI = '!AIVDM,1,1,,B,B6:VU2P0<:;2r84N5obLOwR2P0S9,0*23\r\n';
const RIMES = '!AIVDM,1,1,,B,C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000S0D:R220,0*0B\r\n';

/** A receiver on the coast: whoever connects is given what it hears. */
async function receiver(port = 0) {
  const peers: Socket[] = [];
  const server = createServer((peer) => {
    peer.on('error', () => {});
    peers.push(peer);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    for (const peer of peers) peer.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => void (await stop()));
  return { peers, stop, port: (server.address() as { port: number }).port };
}

async function client(port: number, more: object = {}) {
  const s = await tcpServer({ protocol: ais });
  const { intake, stats, quarantine, clock, registry } = s;
  const identity = new Identity({ registry, key: 'test', auth: 'off', registrationRequired: false });
  const said: string[] = [];
  let onRoom = () => {};
  intake.onRoom = (fn) => {
    onRoom = fn;
  };
  const line = dialOut({
    ...{ protocol: ais, intake, identity, stats, quarantine, clock, uploads: new Uploads(registry) },
    ...{ sources: [{ host: '127.0.0.1', port }], backoff: { firstMs: 20, lastMs: 50 } },
    log: (_, text) => said.push(text),
    ...more,
  });
  onTestFinished(() => line.close());
  const handled = (n: number) =>
    waitFor(
      `${n} sentences`,
      () => s.stats.frames().handled,
      (count) => count === n,
      { everyMs: 10 },
    );
  return { s, line, said, handled, room: () => onRoom() };
}

const connections = (of: { peers: Socket[] }, n: number) =>
  waitFor(
    `connection ${n}`,
    () => of.peers.length,
    (count) => count >= n,
    { everyMs: 10 },
  );

test('a receiver is dialled, and again after it hangs up, goes away and comes back', async () => {
  const coast = await receiver();
  const { s, said, handled } = await client(coast.port);
  await connections(coast, 1);
  coast.peers[0].write(SHANGHAI);
  await handled(1);
  expect(s.stats.dialOut).toMatchObject({ sources: 1, dialled: 1, connected: 1, connecting: 0, ended: {} });
  coast.peers[0].end();
  await connections(coast, 2);
  coast.peers[1].write(RIMES.slice(0, 20));
  coast.peers[1].write(RIMES.slice(20));
  await handled(2);
  await coast.stop();
  await waitFor('it to be refused', () => said.some((text) => text.includes('ECONNREFUSED')), Boolean, { everyMs: 10 });
  const back = await receiver(coast.port);
  await connections(back, 1);
  back.peers[0].write(SHANGHAI);
  await handled(3);
  await s.intake.whenDurable();
  expect(s.catalog.vehicleById('mmsi:413771018')?.category).toBe('vessel');
  expect(s.catalog.vehicleById('mmsi:367059850')?.plate).toBe('CAPT.J.RIMES');
  const { dialled, connected, connecting, ended } = s.stats.dialOut;
  expect([connected, connecting, ended]).toEqual([1, 0, { peer: expect.any(Number), refused: expect.any(Number) }]);
  expect(dialled).toBe(1 + total(ended));
});

test('one that says nothing for too long is dialled again; after closing nobody is', async () => {
  const coast = await receiver();
  const { s, line, said } = await client(coast.port, { silenceMs: 100 });
  await connections(coast, 2);
  expect(said.join('\n')).toContain('silent for 0.1 s');
  line.close();
  const count = coast.peers.length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(coast.peers.length).toBe(count);
  const { dialled, connected, connecting, ended } = s.stats.dialOut;
  expect([connected, connecting, ended.silent > 0, dialled]).toEqual([0, 0, true, total(ended)]);
});

test('one that nobody reads because the log is full is not called silent, and is read on', async () => {
  const coast = await receiver();
  const { s, handled, room } = await client(coast.port, { silenceMs: 100 });
  await connections(coast, 1);
  let isFull = true;
  Object.defineProperty(s.intake, 'full', { get: () => isFull });
  coast.peers[0].write(SHANGHAI);
  await handled(1);
  coast.peers[0].write(RIMES);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect([s.stats.dialOut.ended, s.stats.dialOut.pauses]).toEqual([{}, 1]);
  isFull = false;
  coast.peers[0].write(SHANGHAI);
  room();
  await handled(3);
  await waitFor(
    'silence to be seen again',
    () => s.stats.dialOut.ended,
    (ended) => (ended.silent ?? 0) > 0,
  );
});
