import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PositionJson } from '../../model/position.js';
import type { ExplainedFrame } from '../../model/protocol-tools.js';
import type { RerunResult } from '../../model/quarantine.js';
import { TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { RawTerminal } from '../support/raw-terminal.js';
import { waitFor } from '../support/wait-for.js';

const NUMBER = '13100000077';
const MINUTE_MS = 60_000;

/** docs/refused-frames.md, as somebody does it. */
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.end());

const at = (minutesAgo: number) =>
  new Date(Math.floor(Date.now() / 1000) * 1000 - minutesAgo * MINUTE_MS).toISOString();

test('a model with wrong check codes: found, explained, told as a quirk, and its refused fixes put in', async () => {
  const api = async <T>(path: string, init?: { method: string; body: unknown }) => {
    const { status, body } = await server.now.api<T>(path, init);
    expect([path, status]).toEqual([path, 200]);
    return body;
  };
  const terminal = await RawTerminal.connect(server.now.jt808Port, NUMBER);
  await terminal.logIn();
  const wrong = (minutesAgo: number) => {
    const frame = terminal.frame(0x0200, { lat: 31.5 + minutesAgo / 1000, lon: 120.3, time: at(minutesAgo) });
    frame[frame.length - 2] = frame[frame.length - 2] === 1 ? 2 : 1;
    return frame;
  };
  terminal.write(wrong(30));
  terminal.write(wrong(29));

  type Groups = { items: { key: string; reason: string; messageId: string; count: number; newest: number }[] };
  const { items: groups } = await waitFor(
    'the two frames in quarantine',
    () => api<Groups>('/v1/quarantine/groups'),
    ({ items }) => items[0]?.count === 2,
  );
  expect(groups).toMatchObject([{ reason: 'bad-checksum', messageId: '0x0200', count: 2 }]);
  const [{ key, newest }] = groups;
  const explained = await api<{ frames: ExplainedFrame[] }>(`/v1/quarantine/${newest}/explain`);
  expect(explained.frames[0].decoded).toMatchObject({ ok: true, checksumOk: false, phone: NUMBER, lat: 31.529 });

  type Rerun = { decodes: number; fixes: number; items: RerunResult[] };
  const rerun = (apply: boolean) => api<Rerun>('/v1/quarantine/rerun', { method: 'POST', body: { group: key, apply } });
  expect((await rerun(true)).items.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['rejected', 'bad-checksum'],
    ['rejected', 'bad-checksum'],
  ]);
  await api(`/v1/vehicles/${NUMBER}/quirks`, { method: 'PUT', body: { names: ['wrong-checksum'] } });
  expect(await rerun(false)).toMatchObject({ decodes: 2, fixes: 0 });
  expect(await rerun(true)).toMatchObject({ decodes: 0, fixes: 2 });
  expect((await rerun(true)).items.map(({ outcome }) => outcome)).toEqual(['applied-before', 'applied-before']);

  // What it sends from now on counts, on the connection that it has.
  const known = terminal.replies.length;
  await waitFor(
    'an answer to a frame with a wrong check code',
    async () => {
      terminal.write(wrong(1));
      return terminal.replies.length;
    },
    (replies) => replies > known,
    { everyMs: 300 },
  );
  terminal.close();

  const stats = await drained(server);
  expectConserved(stats);
  const track = await api<{ items: PositionJson[] }>(`/v1/vehicles/${NUMBER}/track?from=${at(40)}&to=${at(10)}`);
  expect(track.items.map(({ lat, quality }) => [lat, quality])).toEqual([
    [31.53, ['late']],
    [31.529, ['late']],
  ]);
  await server.restart();
  const { quirks } = await api<{ quirks: object[] }>(`/v1/vehicles/${NUMBER}`);
  expect(quirks).toEqual([{ protocol: 'jt808', number: NUMBER, names: ['wrong-checksum'], set: true }]);
});
