import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { TestServer } from '../support/cheji.js';
import { waitFor } from '../support/wait-for.js';

interface CommandJson {
  id: string;
  vehicleId: string;
  state: string;
  reason: string | null;
  attempts: number;
  history: { state: string }[];
}

interface Results {
  batch: string;
  accepted: number;
  rejected: number;
  items: { vehicleId: string; ok: boolean; id: string; state: string }[];
}

const TEXT = 0x8300;
const REGISTERED = 0x8100;

/** A terminal that registers, logs in, and answers texts with `result`; as light as it can be: there are ten thousand. */
class LightTerminal {
  texts: string[] = [];
  loggedIn = false;
  #held: Buffer = Buffer.alloc(0);
  #seq = 0;
  #socket!: Socket;
  #ended = false;

  constructor(
    readonly number: string,
    readonly to: { port: number; localAddress?: string },
    readonly result = 0,
  ) {
    this.#connect();
  }

  end(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  /** One that is turned away before it has logged in, as one of too many, comes again. */
  #connect(): void {
    this.#held = Buffer.alloc(0);
    this.#socket = connect({ host: '127.0.0.1', ...this.to })
      .on('error', () => {}) // 'close' follows
      .on('data', (bytes: Buffer) => this.#read(bytes))
      .on('close', () => {
        if (!this.loggedIn && !this.#ended) setTimeout(() => this.#connect(), 1000);
      });
    this.#send(0x0100, { layout: '2013', plateColor: 0, plate: '' });
  }

  #send(msgId: number, fields: Record<string, unknown>): void {
    this.#socket.write(encodeFrame({ msgId, edition: '2013', phone: this.number, seq: this.#seq++, fields }));
  }

  /** Frames of the server to this terminal hold nothing that is escaped but in the check code, which nobody looks at. */
  #read(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    for (;;) {
      const end = this.#held.indexOf(0x7e, 1);
      if (end < 0) return;
      this.#frame(this.#held.subarray(0, end));
      this.#held = this.#held.subarray(end + 1);
    }
  }

  #frame(frame: Buffer): void {
    const msgId = frame.readUInt16BE(1);
    const body = frame.subarray(13, 13 + (frame.readUInt16BE(3) & 0x3ff));
    if (msgId === REGISTERED) this.#send(0x0102, { authCode: body.toString('latin1', 3) });
    else if (msgId !== TEXT) this.loggedIn = true;
    else {
      this.texts.push(body.toString('latin1', 1));
      this.#send(0x0001, { replySeq: frame.readUInt16BE(11), replyId: TEXT, result: this.result });
    }
  }
}

async function start(): Promise<TestServer> {
  const server = await TestServer.start();
  onTestFinished(() => server.end());
  return server;
}

test('a command waits through a crash and is sent when the terminal comes', { timeout: 120_000 }, async () => {
  const server = await start();
  const api = <T>(path: string, body?: unknown, method?: string) => server.now.api<T>(path, { body, method });
  const terminals = [{ protocol: 'jt808', number: '13900000001' }];
  expect((await api('/v1/vehicles/bus-1', { plate: '苏B1', terminals }, 'PUT')).status).toBe(201);
  const given = await api<CommandJson>('/v1/vehicles/bus-1/commands', { type: 'text', params: { text: 'hello' } });
  expect([given.status, given.body.state]).toEqual([201, 'queued']);
  const { id } = given.body;
  const never = await api<CommandJson>('/v1/vehicles/bus-1/commands', { type: 'locate', neverLate: true });
  expect(never.body).toMatchObject({ state: 'failed', reason: 'not-connected' });

  await server.now.kill();
  await server.restart();
  expect((await api<CommandJson>(`/v1/commands/${id}`)).body).toMatchObject({ state: 'queued', attempts: 0 });

  const terminal = new LightTerminal('13900000001', { port: server.now.jt808Port });
  onTestFinished(() => terminal.end());
  const ended = await waitFor(
    'the command to be acknowledged',
    async () => (await api<CommandJson>(`/v1/commands/${id}`)).body,
    ({ state }) => state === 'acknowledged',
  );
  expect(terminal.texts).toEqual(['hello']);
  expect(ended.history.map(({ state }) => state)).toEqual(['queued', 'sent', 'acknowledged']);

  // And what became of it is not lost either, with an orderly end in between: it is not sent twice.
  terminal.end();
  await server.restart();
  expect((await api<CommandJson>(`/v1/commands/${id}`)).body).toEqual(ended);
  expect((await api<CommandJson>(`/v1/commands/${never.body.id}`)).body).toEqual(never.body);
});

const CONNECTED = 10_000;
const REFUSING = 100; //     of these answer “not supported”
const AWAY = 50; //          more are in the registry and not connected
/** The server lets 5,000 new connections of one address in at once; only Linux has all of 127.0.0.0/8. */
const PER_ADDRESS = 2_500;
const MANY_ADDRESSES = process.platform === 'linux';

test(`one text to ${CONNECTED} connected terminals reaches each once, and the result list is right`, {
  timeout: 180_000,
}, async () => {
  const server = await start();
  const { api, jt808Port: port } = server.now;
  const number = (n: number) => String(13_000_000_000 + n);
  const fleet = Array.from({ length: CONNECTED }, (_, n) => {
    const localAddress = MANY_ADDRESSES ? `127.0.0.${2 + Math.floor(n / PER_ADDRESS)}` : undefined;
    return new LightTerminal(number(n), { port, localAddress }, n < REFUSING ? 3 : 0);
  });
  onTestFinished(() => {
    for (const terminal of fleet) terminal.end();
  });
  for (let n = CONNECTED; n < CONNECTED + AWAY; n++) {
    await api(`/v1/vehicles/${number(n)}`, {
      method: 'PUT',
      body: { terminals: [{ protocol: 'jt808', number: number(n) }] },
    });
  }
  await waitFor(
    'all terminals to log in',
    () => fleet.filter(({ loggedIn }) => loggedIn).length,
    (count) => count === CONNECTED,
    { timeoutMs: 120_000, everyMs: 250 },
  );

  const { status, body } = await api<Results>('/v1/commands', {
    body: { filter: {}, type: 'text', params: { text: 'slow down' } },
  });
  expect([status, body.accepted, body.rejected]).toEqual([200, CONNECTED + AWAY, 0]);
  const stateOf = new Map(body.items.map((item) => [item.vehicleId, item.state]));
  expect(fleet.filter((terminal) => stateOf.get(terminal.number) === 'queued')).toEqual([]);
  expect(body.items.filter(({ state }) => state === 'queued').length).toBe(AWAY);

  const results = await waitFor(
    'every terminal’s response',
    () => listBatch(api, body.batch),
    (all) => all.filter(({ state }) => state === 'acknowledged' || state === 'failed').length === CONNECTED,
    { timeoutMs: 60_000, everyMs: 250 },
  );
  expect(results.length).toBe(CONNECTED + AWAY);
  expect(new Set(results.map(({ id }) => id))).toEqual(new Set(body.items.map(({ id }) => id)));
  const told = new Map(results.map((command) => [command.vehicleId, `${command.state} ${command.reason}`]));
  for (const terminal of fleet) {
    const expected = terminal.result === 0 ? 'acknowledged null' : 'failed not-supported';
    expect([terminal.number, terminal.texts, told.get(terminal.number)]).toEqual([
      terminal.number,
      ['slow down'],
      expected,
    ]);
  }
  expect([...told.values()].filter((state) => state === 'queued null').length).toBe(AWAY);
});

/** All pages of a batch. */
async function listBatch(api: TestServer['now']['api'], batch: string): Promise<CommandJson[]> {
  const all: CommandJson[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = `?batch=${batch}&limit=5000${cursor && `&cursor=${cursor}`}`;
    const { body } = await api<{ items: CommandJson[]; cursor: string | null }>(`/v1/commands${query}`);
    all.push(...body.items);
    cursor = body.cursor;
  }
  return all;
}
