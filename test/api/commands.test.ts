import { describe, expect, test } from 'vitest';
import { commandSchema, commandTypeSchema } from '../../api/schemas/commands.js';
import type { Command } from '../../model/command.js';
import { COMMAND_TYPES } from '../../protocols/jt808/commands/index.js';
import { FakeLink, OK } from '../ingest/commands-support.js';
import { streamClient } from './stream-client.js';
import { startTestApi, type TestApi } from './support.js';

interface CommandJson {
  id: string;
  vehicleId: string;
  state: string;
  reason: string | null;
  type: string;
  history: { state: string }[];
}

const vehicle = (api: TestApi, id: string) => api.put(id, {}, { terminals: [{ protocol: 'jt808', number: id }] });

function connect(api: TestApi, number: string, link = new FakeLink()): FakeLink {
  api.dispatcher.connected('jt808', number, link);
  return link;
}

const acknowledge = (api: TestApi, terminal: string, serial: number, refused: string | null = null) =>
  api.dispatcher.response('jt808', { terminal, serial, types: ['text'], says: { refused } });

const text = (more: Record<string, unknown> = {}) => ({ type: 'text', params: { text: 'a' }, ...more });

async function list(
  api: TestApi,
  query = '',
): Promise<{ items: CommandJson[]; cursor: string | null; partial?: string }> {
  return (await api.get(`/v1/commands${query}`)).json() as never;
}

describe('POST /v1/vehicles/{id}/commands', () => {
  test('201, sent where the terminal is connected; GET tells what became of it', async () => {
    const api = await startTestApi();
    vehicle(api, '138');
    const link = connect(api, '138');
    const answer = await api.send('POST', '/v1/vehicles/138/commands', text({ expiresIn: 600 }));
    const command = commandSchema.strict().parse(await answer.json());
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v1/commands/${command.id}`]);
    expect(command).toMatchObject({
      vehicleId: '138',
      terminal: { protocol: 'jt808', number: '138' },
      type: 'text',
      params: { text: 'a', display: true, urgent: false },
      state: 'sent',
      by: 'admin',
      batch: null,
      neverLate: false,
      attempts: 1,
      endedAt: null,
      history: [{ state: 'queued' }, { state: 'sent', serial: 100 }],
    });
    expect(Date.parse(command.expiresAt) - Date.parse(command.createdAt)).toBe(600_000);
    expect(link.sent).toHaveLength(1);
    acknowledge(api, '138', 100);
    const now = await (await api.get(`/v1/commands/${command.id}`)).json();
    expect(commandSchema.strict().parse(now)).toMatchObject({ state: 'acknowledged', reason: null });
  });

  test('201, queued where it is not; failed where it must not be late', async () => {
    const api = await startTestApi();
    vehicle(api, '138');
    const queued = await api.send('POST', '/v1/vehicles/138/commands', text());
    expect([queued.status, await queued.json()]).toMatchObject([201, { state: 'queued', attempts: 0 }]);
    const late = await api.send('POST', '/v1/vehicles/138/commands', text({ neverLate: true }));
    expect([late.status, await late.json()]).toMatchObject([201, { state: 'failed', reason: 'not-connected' }]);
  });

  test.each<[string, unknown, string, RegExp]>([
    ['no such type', { type: 'dance' }, 'body.type', /^"dance" is no type of command; allowed: text, locate, track/],
    ['a parameter missing', { type: 'text' }, 'body.params.text', /^is missing$/],
    [
      'a parameter out of range',
      { type: 'set-parameters', params: { parameters: { maxSpeedKmh: 900 } } },
      'body.params.parameters.maxSpeedKmh',
      /^must be a whole number from 1 to 255, not 900$/,
    ],
    ['longer than a day', text({ expiresIn: 86_401 }), 'body.expiresIn', /86400/],
    [
      'something unknown',
      text({ when: 'now' }),
      'body.when',
      /not known here; allowed: type, params, expiresIn, neverLate/,
    ],
    ['parameters that are no object', { type: 'text', params: [] }, 'body.params', /must be an object, not a list/],
  ])('400: %s', async (_, body, path, message) => {
    const api = await startTestApi();
    vehicle(api, '138');
    const answer = await api.send('POST', '/v1/vehicles/138/commands', body);
    const { error } = (await answer.json()) as {
      error: { code: string; details: { path: string; message: string }[] };
    };
    expect([answer.status, error.code]).toEqual([400, 'bad-request']);
    expect(error.details).toContainEqual({ path, message: expect.stringMatching(message) });
  });

  test('404 for an unknown vehicle, 422 for one without a terminal, 409 when its queue is full, 503 when the log is', async () => {
    const api = await startTestApi();
    vehicle(api, '138');
    api.put('bare');
    const status = async (id: string) => {
      const answer = await api.send('POST', `/v1/vehicles/${id}/commands`, text());
      return [answer.status, ((await answer.json()) as { error?: { code: string; message: string } }).error?.message];
    };
    expect(await status('nobody')).toEqual([404, 'no vehicle with id "nobody"']);
    expect(await status('bare')).toEqual([422, 'the vehicle has no terminal that takes text']);
    for (let i = 0; i < 100; i++) expect((await status('138'))[0]).toBe(201);
    expect(await status('138')).toEqual([409, '100 commands wait for this terminal already']);
    vehicle(api, '139');
    api.log.accepting = false;
    const answer = await api.send('POST', '/v1/vehicles/139/commands', text());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  });
});

describe('POST /v1/commands', () => {
  test('one result for each vehicle, in order; each once', async () => {
    const api = await startTestApi();
    for (const id of ['1', '2', '3']) vehicle(api, id);
    api.put('bare');
    connect(api, '2');
    const answer = await api.send('POST', '/v1/commands', text({ vehicles: ['3', 'nobody', '2', '3', 'bare'] }));
    const body = (await answer.json()) as { batch: string; items: { id: string }[] };
    expect(answer.status).toBe(200);
    expect(body).toMatchObject({
      accepted: 2,
      rejected: 2,
      items: [
        { vehicleId: '3', ok: true, state: 'queued' },
        { vehicleId: 'nobody', ok: false, error: { code: 'not-found', message: 'no vehicle with id "nobody"' } },
        { vehicleId: '2', ok: true, state: 'sent' },
        { vehicleId: 'bare', ok: false, error: { code: 'no-terminal' } },
      ],
    });
    const { items } = await list(api, `?batch=${body.batch}`);
    expect(items.map(({ vehicleId }) => vehicleId)).toEqual(['2', '3']);
    expect(items.map(({ id }) => id).sort()).toEqual([body.items[0].id, body.items[2].id].sort());
  });

  test('by filter: all that it matches', async () => {
    const api = await startTestApi();
    for (const id of ['1', '2']) vehicle(api, id);
    api.put('3', {}, { category: 'taxi', terminals: [{ protocol: 'jt808', number: '3' }] });
    const ids = async (filter: unknown) => {
      const body = await (await api.send('POST', '/v1/commands', text({ filter }))).json();
      return (body as { items: { vehicleId: string }[] }).items.map(({ vehicleId }) => vehicleId);
    };
    expect(await ids({})).toEqual(['1', '2', '3']);
    expect(await ids({ category: ['taxi'] })).toEqual(['3']);
    expect(await ids({ online: false })).toEqual([]);
  });

  test('400: neither or both of vehicles and filter, or parameters that are wrong for all', async () => {
    const api = await startTestApi();
    for (const body of [text(), text({ vehicles: ['1'], filter: {} }), { type: 'text', vehicles: ['1'] }]) {
      expect((await api.send('POST', '/v1/commands', body)).status).toBe(400);
    }
  });
});

describe('GET /v1/commands', () => {
  test('newest first, in pages, narrowed; memory and database as one list', async () => {
    const api = await startTestApi();
    vehicle(api, '1');
    vehicle(api, '2');
    connect(api, '2');
    const ids: string[] = [];
    for (const id of ['1', '2', '1']) {
      ids.push(((await (await api.send('POST', `/v1/vehicles/${id}/commands`, text())).json()) as CommandJson).id);
    }
    const old = (id: string, state: Command['state']) => stored(id, state);
    // Older ones are only in the database; one of memory's is there too, as it was before.
    api.history.storedCommands = [
      old('c000000000000000aa', 'answered'),
      old('c000000000000000ab', 'expired'),
      { ...old(ids[1], 'queued'), vehicleId: '2' },
    ];
    const all = [ids[2], ids[1], ids[0], 'c000000000000000ab', 'c000000000000000aa'];
    expect((await list(api)).items.map(({ id }) => id)).toEqual(all);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(api, `?limit=2${cursor && `&cursor=${cursor}`}`);
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(paged).toEqual(all);
    expect((await list(api, '?vehicle=2')).items).toMatchObject([{ id: ids[1], state: 'sent' }]);
    expect((await list(api, '?state=queued')).items.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
    expect((await list(api, '?state=expired,answered')).items).toHaveLength(2);
    expect((await list(api, '?type=locate')).items).toEqual([]);
    expect(await (await api.get('/v1/commands/c000000000000000aa')).json()).toMatchObject({ state: 'answered' });
  });

  test('while the database is away: what memory has, and that it is not all', async () => {
    const api = await startTestApi();
    vehicle(api, '1');
    await api.send('POST', '/v1/vehicles/1/commands', text());
    api.history.away = true;
    expect(await list(api)).toMatchObject({ items: [{ vehicleId: '1' }], partial: expect.stringContaining('away') });
    expect((await api.get('/v1/commands/c000000000000000aa')).status).toBe(503);
  });

  test('404, 400', async () => {
    const api = await startTestApi();
    expect((await api.get('/v1/commands/c000000000000000aa')).status).toBe(404);
    for (const query of ['?state=lost', '?limit=0', '?cursor=x', '?vehicle=', '?who=me']) {
      expect([query, (await api.get(`/v1/commands${query}`)).status]).toEqual([query, 400]);
    }
    expect((await api.get('/v1/commands/7')).status).toBe(400);
  });
});

test('GET /v1/command-types: each with the schema of its parameters', async () => {
  const api = await startTestApi();
  const { items } = (await (await api.get('/v1/command-types')).json()) as { items: unknown[] };
  const types = items.map((item) => commandTypeSchema.strict().parse(item));
  const typesOf = (name: string) => types.filter(({ protocol }) => protocol === name).map(({ type }) => type);
  expect(typesOf('jt808')).toEqual(COMMAND_TYPES.map(({ type }) => type));
  expect(typesOf('mqtt')).toContain('text');
  expect(types[0]).toMatchObject({
    protocol: 'jt808',
    type: 'text',
    message: '0x8300 TextMessage, JT/T 808-2019 §8.27',
    answer: null,
    params: {
      type: 'object',
      required: ['text'],
      properties: { text: { maxLength: 1024 }, display: { default: true } },
    },
  });
});

test('the stream tells of each command that is given or goes on, to who asked for it', async () => {
  const api = await startTestApi();
  vehicle(api, '1');
  vehicle(api, '2');
  connect(api, '2');
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id: 'all', channel: 'commands' });
  client.say({ op: 'subscribe', id: 2, channel: 'commands', filter: { vehicle: '1', state: ['queued'] } });
  expect(await client.next()).toEqual({ type: 'subscribed', id: 'all' });
  expect(await client.next()).toEqual({ type: 'subscribed', id: 2 });
  const { id } = (await (await api.send('POST', '/v1/vehicles/2/commands', text())).json()) as CommandJson;
  const queued = await client.next();
  expect(queued).toMatchObject({ type: 'command', id: 'all', command: { id, state: 'queued' } });
  commandSchema.strict().parse(queued.command);
  expect(await client.next()).toMatchObject({ id: 'all', command: { id, state: 'sent' } });
  acknowledge(api, '2', 100, OK.refused);
  expect(await client.next()).toMatchObject({ id: 'all', command: { id, state: 'acknowledged' } });
  await api.send('POST', '/v1/vehicles/1/commands', text());
  expect([(await client.next()).id, (await client.next()).id]).toEqual(['all', 2]);
  client.say({ op: 'unsubscribe', id: 'all' });
  expect(await client.next()).toEqual({ type: 'unsubscribed', id: 'all' });
  client.say({ op: 'subscribe', id: 3, channel: 'commands', filter: { state: 'lost' } });
  expect(await client.next()).toMatchObject({ type: 'error', id: 3, code: 'bad-request' });
});

test('counted: alive, ended and refused', async () => {
  const api = await startTestApi();
  vehicle(api, '1');
  api.put('bare');
  await api.send('POST', '/v1/vehicles/1/commands', text({ neverLate: true }));
  await api.send('POST', '/v1/vehicles/1/commands', text());
  await api.send('POST', '/v1/vehicles/bare/commands', text());
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  expect(metrics).toContain('commands_alive 1');
  expect(metrics).toContain('commands_ended_total{state="failed"} 1');
  expect(metrics).toContain('commands_refused_total{reason="no-terminal"} 1');
});

function stored(id: string, state: Command['state']): Command {
  return {
    id,
    vehicleId: '9',
    terminal: { protocol: 'jt808', number: '9' },
    type: 'text',
    params: { text: 'a' },
    batch: null,
    createdAt: 0,
    expiresAt: 1,
    neverLate: false,
    by: 'admin',
    state,
    attempts: 1,
    history: [{ state: 'queued', at: 0 }],
    answer: null,
    reason: null,
    endedAt: 1,
  };
}
