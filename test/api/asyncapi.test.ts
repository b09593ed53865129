import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { streamClient } from './stream-client.js';
import { alert, startTestApi, type TestApi, transition } from './support.js';

interface Document {
  asyncapi: string;
  channels: { stream: { address: string; messages: Record<string, { $ref: string }> } };
  operations: Record<string, { action: string; messages: { $ref: string }[] }>;
  components: { messages: Record<string, { payload: Record<string, unknown> }>; schemas: Record<string, object> };
}

const BBOX = [120, 31, 121, 32];
const read = async (api: TestApi) => (await (await fetch(`${api.url}/asyncapi.json`)).json()) as Document;

/** The schema of one message as the document has it, ready to check with. */
function schemaOf({ components }: Document, name: string): z.ZodType {
  const text = JSON.stringify({ ...components.messages[name].payload, $defs: components.schemas });
  return z.fromJSONSchema(
    JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as Parameters<typeof z.fromJSONSchema>[0],
  );
}

test('every reference leads somewhere, and every message belongs to one direction', async () => {
  const document = await read(await startTestApi());
  expect(document.asyncapi).toBe('3.0.0');
  expect(document.channels.stream.address).toBe('/v1/stream');
  for (const [, path] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = path.split('/').reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document);
    expect(found, path).toBeDefined();
  }
  const told = Object.values(document.operations).flatMap(({ messages }) => messages.map(({ $ref }) => $ref));
  expect(told.sort()).toEqual(
    Object.keys(document.components.messages)
      .map((name) => `#/channels/stream/messages/${name}`)
      .sort(),
  );
});

test('what is said in a session is what the document says', async () => {
  const api = await startTestApi({ maxVehiclesInView: 3 });
  const document = await read(api);
  for (let i = 1; i <= 3; i++) api.put(`v${i}`, { lon: 120 + 0.1 * i }, { plate: `苏B${i}`, category: 'taxi' });
  api.feed.push([transition(1, alert())]);
  const client = await streamClient(api);
  const seen = new Set<string>();
  const check = (side: string, word: string, message: unknown) => {
    seen.add(`${side}-${word}`);
    const result = schemaOf(document, `${side}-${word}`).safeParse(message);
    expect(result.error?.message, `${side}-${word} ${JSON.stringify(message).slice(0, 300)}`).toBeUndefined();
  };
  const say = (message: { op: string }) => {
    check('client', message.op, message);
    client.say(message);
  };
  const hear = async (type: string) => {
    const message = await client.next();
    expect(message).toMatchObject({ type });
    check('server', message.type, message);
    return message;
  };
  say({ op: 'hello', client: 'test' } as { op: string });
  expect(await hear('welcome')).toMatchObject({ limits: { bufferedBytes: 4 * 1024 * 1024, subscriptions: 200 } });
  say({ op: 'auth', key: 'test-key-0123456789abcdef' } as { op: string });
  await hear('authenticated');
  say({ op: 'subscribe', id: 1, channel: 'positions', bbox: BBOX, filter: { category: 'taxi' } } as { op: string });
  await hear('subscribed');
  await hear('positions');
  api.put('v1', { lon: 120.2 });
  await hear('positions');
  say({ op: 'update', id: 1, bbox: [120, 31, 120.25, 32] } as { op: string });
  await hear('positions');
  say({ op: 'unsubscribe', id: 1 } as { op: string });
  await hear('unsubscribed');
  api.put('v4', { lon: 120.2 });
  say({ op: 'subscribe', id: 'all', channel: 'positions', bbox: BBOX } as { op: string });
  await hear('subscribed');
  await hear('density');
  say({ op: 'subscribe', id: 2, channel: 'alerts', cursor: 'e1-0', window: 10 } as { op: string });
  await hear('subscribed');
  const { cursor } = await hear('alert');
  say({ op: 'ack', id: 2, cursor } as { op: string });
  say({ op: 'subscribe', id: 3, channel: 'alerts', cursor: 'e0-1' } as { op: string });
  expect(await hear('subscribed')).toMatchObject({ gap: { reason: 'restart' } });
  say({ op: 'ping' });
  await hear('pong');
  client.say({ op: 'unsubscribe', id: 99 });
  await hear('error');
  expect(Object.keys(document.components.messages).filter((name) => !seen.has(name))).toEqual([
    'server-gap', // alert streams that outlast the log: test/api/stream/alerts.test.ts
    'server-cursor', // those that want nothing of what comes, now and then: the same
    'server-command', // test/api/commands.test.ts
    'server-frame', // below
  ]);
});

test('binary frames are what the document’s protobuf says, whoever reads them', async () => {
  const api = await startTestApi();
  api.put('v1', { lon: -120.25, lat: 31.5, fixTime: 1714550400000 }, { plate: '苏B1', category: 'taxi' });
  const { payload } = (await read(api)).components.messages['server-frame'];
  const Frame = protobuf.parse(payload.schema as string).root.lookupType('cheji.stream.v1.Frame');
  const client = await streamClient(api, { protocols: ['vm.v1+pb'] });
  expect(client.socket.protocol).toBe('vm.v1+pb');
  const frame = new Promise<Buffer>((resolve) => {
    client.socket.on('message', (data, isBinary) => isBinary && resolve(data as Buffer));
  });
  client.say({ op: 'subscribe', id: 'map', channel: 'positions', bbox: [-180, -90, 180, 90] });
  const read1 = Frame.toObject(Frame.decode(await frame), { longs: Number }) as { positions: object };
  expect(read1.positions).toMatchObject({
    id: { text: 'map' },
    snapshot: true,
    items: [
      {
        vehicleId: 'v1',
        time: 1714550400000,
        lon: -1202500000,
        lat: 315000000,
        speed: 360,
        plate: '苏B1',
        online: true,
      },
    ],
  });
});
