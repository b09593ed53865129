import { expect, onTestFinished, test } from 'vitest';
import { connectBroker, type MqttClient, whenConnected } from '../../broker/connect.js';
import type { Command } from '../../model/command.js';
import { decodeFrame } from '../../protocols/jt808/decode.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { freePort } from '../support/free-port.js';
import { waitFor } from '../support/wait-for.js';

const PASSWORD = 'quite-a-secret';
const FRAMES = '13800138000';
const GATEWAY = '13900139000';

/** A device that hears what is sent down to it. */
async function device(port: number, clientId: string, down: string) {
  const address = { url: `mqtt://127.0.0.1:${port}`, version: '3.1.1' as const, user: 'feed', password: PASSWORD };
  const files = { caFile: null, certFile: null, keyFile: null };
  const client: MqttClient = await connectBroker({ ...address, ...files }, { clientId });
  onTestFinished(() => client.endAsync(true));
  await whenConnected(client);
  const heard: Buffer[] = [];
  client.on('message', (_, payload) => heard.push(payload));
  await client.subscribeAsync(down, { qos: 1 });
  const next = async () => {
    await waitFor(
      'something from above',
      () => heard.length,
      (n) => n > 0,
      { everyMs: 10 },
    );
    return heard.shift() as Buffer;
  };
  return {
    publish: (topic: string, payload: string | Buffer) => client.publishAsync(topic, payload, { qos: 1 }),
    next,
  };
}

test('frames, the gateway of EMQX and our own JSON, up and down, through the embedded broker', {
  timeout: 120_000,
}, async () => {
  const port = await freePort();
  const env = {
    CHEJI_MQTT_PORT: String(port),
    CHEJI_MQTT_USERS: JSON.stringify([{ user: 'feed', password: PASSWORD }]),
  };
  const server = await TestServer.start(env);
  onTestFinished(() => server.end());
  const give = async (vehicle: string, type: string, params: object = {}) => {
    const { status, body } = await server.now.api<Command>(`/v1/vehicles/${vehicle}/commands`, {
      body: { type, params },
    });
    expect(status).toBe(201);
    return body.id;
  };
  const ended = (id: string, state: string) =>
    waitFor(
      `command ${id} to be ${state}`,
      async () => (await server.now.api<Command>(`/v1/commands/${id}`)).body,
      (command) => command.state === state,
    );
  const time = new Date(Math.floor(Date.now() / 1000) * 1000);
  const place = { alarm: 0, status: 3, lat: 31.2, lon: 121.5, altitude: 5, speedKmh: 50, direction: 90 };

  // Frames of JT/T 808 as they are.
  const terminal = await device(port, 'frames', `jt808-frames/${FRAMES}/dn`);
  const header = { edition: '2013', phone: FRAMES } as const;
  const up = (msgId: number, seq: number, fields: object) =>
    terminal.publish(`jt808-frames/${FRAMES}/up`, encodeFrame({ ...header, msgId, seq, fields: { ...fields } }));
  await up(0x0200, 7, { ...place, time: time.toISOString() });
  expect(decodeFrame(await terminal.next(), {})).toMatchObject({ replySeq: 7, replyId: '0x0200', result: 0 });
  const text = await give(FRAMES, 'text', { text: '前方拥堵' });
  const told = decodeFrame(await terminal.next(), {}) as unknown as { name: string; seq: number; text: string };
  expect(told).toMatchObject({ name: 'TextMessage', text: '前方拥堵' });
  await up(0x0001, 8, { replySeq: told.seq, replyId: '0x8300', result: 0 });
  await ended(text, 'acknowledged');

  // The same kind of terminal behind a gateway that makes JSON of it.
  const gateway = await device(port, 'gateway', `jt808/g/${GATEWAY}/dn`);
  const beijing = new Date(time.getTime() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(2, 14);
  const body = { alarm: 0, status: 3, latitude: 31_200_000, longitude: 121_600_000, speed: 500, time: beijing };
  const report = (msg_id: number, content: object) =>
    gateway.publish(`jt808/g/${GATEWAY}/up`, JSON.stringify({ header: { msg_id, phone: GATEWAY }, body: content }));
  await report(512, body);
  const locate = await give(GATEWAY, 'locate');
  const asked = JSON.parse((await gateway.next()).toString()) as { header: { msg_id: number; msg_sn: number } };
  expect(asked.header.msg_id).toBe(0x8201);
  await report(513, { seq: asked.header.msg_sn, params: { ...body, speed: 510 } });
  await ended(locate, 'answered');

  // Our own.
  await gateway.publish(
    'v1/acme/vehicles/A-1/position',
    JSON.stringify({ t: time.getTime(), lon: 121.7, lat: 31.3, x: { temp: 3 } }),
  );
  const stats = await drained(server);
  expectConserved(stats);
  expect(stats.mqtt.messages).toMatchObject({ received: 5, handled: 5, byCodec: { jt808: 2, 'emqx-jt808': 2, v1: 1 } });
  const { body: ours } = await server.now.api<{ position: object }>('/v1/vehicles/acme:A-1');
  expect(ours.position).toMatchObject({ lon: 121.7, lat: 31.3, source: 'mqtt' });
  const from = encodeURIComponent(new Date(time.getTime() - 1000).toISOString());
  const to = encodeURIComponent(new Date(time.getTime() + 1000).toISOString());
  const track = await server.now.api<{ items: object[] }>(
    `/v1/vehicles/acme:A-1/track?from=${from}&to=${to}&extra=true`,
  );
  expect(JSON.stringify(track.body)).toContain('"extra":{"temp":3}');
});
