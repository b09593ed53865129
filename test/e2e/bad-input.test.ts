import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { simulate } from '../../cli/simulate.js';
import { TerminalClient } from '../../cli/support/terminal-client.js';
import { runCheji, TestServer } from '../support/cheji.js';
import { drained, expectConserved, liveStats } from '../support/conservation.js';
import { RawTerminal } from '../support/raw-terminal.js';
import { waitFor } from '../support/wait-for.js';

const now = () => new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
const location = (more: object) => ({ acc: true, positioned: true, lat: 31.57, lon: 120.3, time: beijing(), ...more });
const beijing = (shiftMs = 0) => `${new Date(Date.now() + 8 * 3_600_000 + shiftMs).toISOString().slice(0, 19)}+08:00`;
const GENERAL = 0x8001;

describe('bad input', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server?.end());

  async function rawTerminal(number: string): Promise<RawTerminal> {
    const terminal = await RawTerminal.connect(server.now.jt808Port, number);
    onTestFinished(() => terminal.close());
    return terminal;
  }

  test('a broken frame is not answered, counted by its reason, and costs the terminal nothing else', async () => {
    const terminal = await rawTerminal('13100000001');
    await terminal.logIn();
    const broken = terminal.frame(0x0200, location({}));
    broken[broken.length - 2] ^= 0x01;
    const before = await liveStats(server);
    const known = terminal.replies.length;
    terminal.write(broken);
    const answer = await terminal.ask(0x0200, location({}));
    expect(answer).toMatchObject({ msgId: GENERAL });
    expect(answer.body[4]).toBe(0);
    expect(terminal.replies.length).toBe(known + 1);
    const after = await liveStats(server);
    expect((after.frames.rejected['bad-checksum'] ?? 0) - (before.frames.rejected['bad-checksum'] ?? 0)).toBe(1);
    expect(after.fixes.accepted - before.fixes.accepted).toBe(1);
  });

  test.each([
    ['a place that does not exist', { lat: 95 }, 'bad-place'],
    ['a time that is no time', { time: beijing(48 * 3_600_000) }, 'bad-time'],
  ])('%s is refused and counted, never stored', async (_, fields, reason) => {
    const terminal = await rawTerminal('13100000002');
    await terminal.logIn();
    const before = await liveStats(server);
    const answer = await terminal.ask(0x0200, location(fields));
    expect(answer.msgId).toBe(GENERAL);
    const after = await liveStats(server);
    expect((after.fixes.rejected[reason] ?? 0) - (before.fixes.rejected[reason] ?? 0)).toBe(1);
    expect(after.fixes.accepted).toBe(before.fixes.accepted);
    expectConserved(after);
  });

  test('data before authentication is answered, counted, and ends the connection after the third time', async () => {
    const terminal = await rawTerminal('13100000003');
    for (let i = 0; i < 3; i++) terminal.write(terminal.frame(0x0200, location({})));
    await waitFor('the connection to be closed', () => terminal.closed, Boolean);
    const stats = await liveStats(server);
    expect(stats.frames.rejected['not-authenticated']).toBeGreaterThanOrEqual(3);
    expect((await server.now.api('/v1/vehicles/13100000003')).status).toBe(404);
  });

  test('a bad fence is refused with what and where', async () => {
    const fence = {
      type: 'Feature',
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [120, 31],
            [121, 32],
            [121, 31],
            [120, 32],
            [120, 31],
          ],
        ],
      },
      properties: { name: 'bow tie', rules: [{ type: 'enter' }, { type: 'overspeed' }] },
    };
    const { status, body } = await server.now.api<{ error: { code: string; message: string; details: object[] } }>(
      '/v1/fences',
      { body: fence },
    );
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(JSON.stringify(body.error.details)).toContain('rules');
    expect(JSON.stringify(body)).not.toContain('at Object.');
  });

  test('one bad position of a platform does not cost the good ones', async () => {
    const good = { vehicleId: 'HTTP-1', time: now(), lon: 120.3, lat: 31.5, speed: 10, heading: 0 };
    const { status, body } = await server.now.api('/v1/positions', { body: [good, { ...good, lat: 91 }, { lon: 1 }] });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('lat');
    await waitFor(
      'the good one to be there',
      () => server.now.api('/v1/vehicles/HTTP-1'),
      (answer) => answer.status === 200,
    );
  });

  test('JSON that is none, an unknown route and a missing key are told in words', async () => {
    const error = (answer: { status: number; body: unknown }) => {
      const { code, message } = (answer.body as { error: { code: string; message: string } }).error;
      return [answer.status, code.length > 0, message.length > 0];
    };
    expect(error(await server.now.api('/v1/positions', { body: '{"a":' }))).toEqual([400, true, true]);
    expect(error(await server.now.api('/v1/nothing'))).toEqual([404, true, true]);
    const keyless = await fetch(`${server.now.url}/v1/vehicles`);
    expect(error({ status: keyless.status, body: await keyless.json() })).toEqual([401, true, true]);
  });

  test('while one peer sends garbage, every fix of the others is stored', async () => {
    const before = await drained(server);
    const vandal = await rawTerminal('13100000009');
    const noise = setInterval(() => vandal.write(Buffer.from('7e0200ffff7d03deadbeef7e7e7e00', 'hex')), 20);
    onTestFinished(() => clearInterval(noise));
    const to = { host: '127.0.0.1', port: server.now.jt808Port };
    const summary = await simulate({ to, vehicles: 10, rate: 1, seed: 4, duration: 4, window: 4 });
    expect(summary).toMatchObject({ acknowledged: summary.fixes, refused: 0 });
    const after = await drained(server);
    expectConserved(after);
    expect(after.store.storedNew - before.store.storedNew).toBe(summary.fixes);
    expect(Object.keys(after.frames.rejected).length).toBeGreaterThan(0);
  });
});

test('where registration is required, an unknown terminal is told so, and is welcome once it is in the registry', async () => {
  const server = await TestServer.start({ CHEJI_REGISTRATION_REQUIRED: 'true' });
  onTestFinished(() => server.end());
  const number = '13200000001';
  const meet = async () => {
    const terminal = new TerminalClient({ host: '127.0.0.1', port: server.now.jt808Port, number });
    onTestFinished(() => terminal.stop());
    const log: string[] = [];
    terminal.on('unwelcome', (reason) => log.push(reason));
    terminal.on('accepted', () => log.push('accepted'));
    await terminal.send({
      time: Date.now(),
      lon: 120.3,
      lat: 31.5,
      speedKmh: 0,
      headingDeg: 0,
      altitudeM: 0,
      mileageKm: 0,
    });
    await terminal.drained();
    return log;
  };
  expect(await meet()).toEqual(['registration refused: no such terminal']);
  expect((await liveStats(server)).frames.rejected['unknown-terminal']).toBe(1);
  const vehicle = { id: 'BUS-1', plate: '苏B00001', plateColor: 2, terminals: [{ protocol: 'jt808', number }] };
  expect((await server.now.api('/v1/vehicles/BUS-1', { method: 'PUT', body: vehicle })).status).toBeLessThan(300);
  expect(await meet()).toEqual(['accepted']);
});

test.each([
  [{ CHEJI_HTTP_PORT: '99999' }, 'CHEJI_HTTP_PORT=99999: must be a port, 1–65535'],
  [{ CHEJI_ACK_LEVEL: 'maybe' }, 'CHEJI_ACK_LEVEL=maybe: must be write, fsync or stored'],
])('a wrong setting ends the start with one line: %o', async (env, line) => {
  const { code, stdout, stderr } = await runCheji(['serve'], { env });
  expect([code, stdout, stderr]).toEqual([1, '', `cheji: ${line}\n`]);
});
