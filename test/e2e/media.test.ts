import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../bench/support/free-ports.js';
import { MediaTerminal, picture } from '../../bench/support/media-terminal.js';
import { xorshift } from '../../bench/support/random.js';
import { msToBeijing } from '../../model/units.js';
import { AttachmentTerminal } from '../support/attachment-terminal.js';
import { ADMIN_KEY, TestServer } from '../support/cheji.js';
import { RawTerminal } from '../support/raw-terminal.js';
import { waitFor } from '../support/wait-for.js';

interface Medium {
  id: string;
  vehicleId: string;
  bytes: number;
  complete: boolean;
  name: string | null;
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function media(server: TestServer, query: string): Promise<Medium[]> {
  const { status, body } = await server.now.api<{ items: Medium[] }>(`/v1/media?${query}`);
  return status === 200 ? body.items : [];
}

async function content(server: TestServer, id: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.now.url}/v1/media/${id}/content`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
  });
}

test('pictures on a network that loses packets, with the server killed in the middle, arrive whole and once', async () => {
  const server = await TestServer.start({ CHEJI_TERMINAL_AUTH: 'any', CHEJI_TERMINAL_RATE: '0' });
  onTestFinished(() => server.end());
  const numbers = Array.from({ length: 8 }, (_, i) => String(13900001000 + i));
  const photo = (i: number) => picture(12_000, 50 + i);
  const logIn = (number: string) => MediaTerminal.logIn(server.now.jt808Port, number, 'any');

  // Half of each goes out, and then the power of the process is gone.
  const before = await Promise.all(numbers.map(logIn));
  await Promise.all(
    before.map((terminal, i) => terminal.upload({ mediaId: i + 1, data: photo(i), lost: (n) => n >= 6 }, 700)),
  );
  for (const terminal of before) expect(terminal.acknowledged.size).toBe(7);
  await server.now.kill();
  await server.restart();

  // They go on with the other half, on a network that is no better.
  const after = await Promise.all(numbers.map(logIn));
  const told = await Promise.all(
    after.map((terminal, i) => {
      const random = xorshift(7 + i);
      const lost = (n: number) => n < 6 || random(5) === 0;
      return terminal.upload({ mediaId: i + 1, data: photo(i), lost }, 60_000);
    }),
  );
  expect(told).toEqual(numbers.map(() => true));
  for (const terminal of after) terminal.socket.destroy();

  const found = await waitFor(
    'the records',
    () => media(server, 'limit=100'),
    (items) => items.length >= numbers.length,
  );
  expect(found).toHaveLength(numbers.length);
  for (const medium of found) {
    expect(medium).toMatchObject({ complete: true, bytes: 12_000 });
    const expected = photo(numbers.indexOf(medium.vehicleId));
    expect(digest(new Uint8Array(await (await content(server, medium.id)).arrayBuffer()))).toBe(digest(expected));
    const part = await content(server, medium.id, { range: 'bytes=100-199' });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(expected.subarray(100, 200))).toBe(true);
  }
}, 120_000);

test('an alarm of driver assistance becomes an alert, its files are asked for, brought, and found by the alert', async () => {
  const port = await freePort();
  const server = await TestServer.start({
    CHEJI_ATTACHMENT_PORT: String(port),
    CHEJI_ATTACHMENT_ADDRESS: 'files.example.cn',
  });
  onTestFinished(() => server.end());
  const terminal = await RawTerminal.connect(server.now.jt808Port, '13900002000');
  await terminal.logIn();
  const time = msToBeijing(Date.now());
  const place = { lat: 31.5, lon: 120.3, time };
  const alarmKey = '37363534333231260301100005010100'; // one file
  const dsm = {
    ...{ alarmId: 5, flag: 0, type: 1, level: 2, fatigue: 8, speedKmh: 60, altitude: 3, vehicleStatus: 1 },
    ...{ lat: 31.5, lon: 120.3, time, alarmKey },
  };
  await terminal.ask(0x0200, { alarm: 0, status: 3, altitude: 3, speedKmh: 60, direction: 0, ...place, dsm });

  const request = await waitFor(
    '0x9208',
    () => terminal.replies.find(({ msgId }) => msgId === 0x9208),
    (reply) => reply !== undefined,
  );
  const body = request?.body as Buffer;
  const nameLength = body[0];
  expect(body.toString('latin1', 1, 1 + nameLength)).toBe('files.example.cn');
  expect(body.readUInt16BE(1 + nameLength)).toBe(port);
  expect(body.toString('hex', 5 + nameLength, 21 + nameLength)).toBe(alarmKey);
  const alert = body.toString('latin1', 21 + nameLength, 53 + nameLength).replace(/\0+$/, '');
  expect((await server.now.api<{ type: string }>(`/v1/alerts/${alert}`)).body).toMatchObject({
    ...{ type: 'dsm-fatigue', severity: 'critical', vehicleId: '13900002000' },
  });

  const data = picture(100_000, 60);
  const files = await AttachmentTerminal.open(port, '13900002000');
  expect(await files.announce(alert, alarmKey, [{ name: '00_65_6501_1_x.jpg', fileBytes: data.length }])).toBe(0);
  expect(await files.begin('00_65_6501_1_x.jpg', data.length)).toBe(0);
  files.block('00_65_6501_1_x.jpg', 0, data.subarray(0, 60_000));
  expect((await files.end('00_65_6501_1_x.jpg', data.length))?.missing).toEqual([{ offset: 60_000, length: 40_000 }]);
  files.block('00_65_6501_1_x.jpg', 60_000, data.subarray(60_000));
  expect((await files.end('00_65_6501_1_x.jpg', data.length))?.result).toBe(0);

  const [found] = await waitFor(
    'it',
    () => media(server, `alert=${alert}`),
    (items) => items.length > 0,
  );
  expect(found).toMatchObject({ vehicleId: '13900002000', complete: true, name: '00_65_6501_1_x.jpg' });
  expect(digest(new Uint8Array(await (await content(server, found.id)).arrayBuffer()))).toBe(digest(data));
  files.socket.destroy();
  terminal.close();
}, 60_000);
