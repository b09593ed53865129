import { describe, expect, test } from 'vitest';
import { datumOf } from '../../../model/datum.js';
import { BACKFILLED } from '../../../model/position.js';
import { REPEAT } from '../../../model/quality.js';
import { decodeFrame } from '../../../protocols/jt808/decode.js';
import { encodeFrame } from '../../../protocols/jt808/encode.js';
import { describeExtras } from '../../../protocols/mqtt/extras.js';
import { v1Batch } from '../../../protocols/mqtt/v1-protobuf-write.js';
import { NOW, sumsUp } from '../support.js';
import { good, makeSource, message, TOPIC } from './support.js';

describe('what comes in', () => {
  test('a fix enters under the vehicle of its terminal, with its extras', () => {
    const { take, log, catalog, source } = makeSource();
    take(TOPIC, { ...good, x: { temp: 3 } });
    const vehicle = catalog.vehicleByTerminal('mqtt', 'acme:A');
    expect(vehicle?.id).toBe('acme:A');
    expect(log.fixes).toMatchObject([{ vehicleNo: vehicle?.no, lon: 121.5, source: 5, receivedTime: NOW }]);
    expect(describeExtras(log.fixes[0].items as Uint8Array)).toEqual({ temp: 3 });
    expect(source.counts.snapshot()).toMatchObject({ received: 1, handled: 1, rejected: {}, byCodec: { v1: 1 } });
  });

  test('a terminal of JT/T 808 is the same over a gateway of EMQX, as frames, and over TCP', () => {
    const { take, log, catalog } = makeSource();
    const body = { alarm: 0, status: 3, latitude: 31_200_000, longitude: 121_500_000, time: '260301120000' };
    take('jt808/c/013800138000/up', { header: { msg_id: 512, phone: '013800138000' }, body });
    take('jt808-frames/13800138000/up', location('013800138000', 31.3));
    const no = catalog.vehicleByTerminal('jt808', '13800138000')?.no;
    expect(log.fixes.map(({ vehicleNo, source, lat }) => [vehicleNo, source, lat])).toEqual([
      [no, 5, 31.2],
      [no, 1, 31.3],
    ]);
  });

  test('a batch of many vehicles, whose bad items cost the others nothing', () => {
    const { take, log, intake, source } = makeSource();
    const batch = v1Batch(['A', 'B', ''].map((vehicleId) => ({ t: NOW, lon: 1, lat: 2, vehicleId })));
    take('v1/acme/batch', Buffer.from(batch));
    expect(log.fixes).toHaveLength(2);
    expect(intake.counts().rejected).toEqual({ 'bad-item': 1 });
    expect(sumsUp(intake)).toBe(true);
    expect(source.counts.handled).toBe(1);
  });

  test('a fix with more digits than the log keeps is the same when it is sent again', () => {
    const { take, log } = makeSource();
    const sent = { ...good, lon: 120.300_010_049, s: 40.04, h: 359.7 };
    take(TOPIC, sent);
    expect(log.fixes).toMatchObject([{ lon: 120.300_01, speedKmh: 40, headingDeg: 0 }]);
    take(TOPIC, sent);
    expect(log.fixes[1].subSeq).toBe(0);
    expect(log.fixes[1].quality & REPEAT).not.toBe(0);
  });

  test('coordinates of another datum become WGS-84, and which it was is kept', () => {
    const { take, log } = makeSource();
    take(TOPIC, { ...good, lon: 116.403695, lat: 39.910591, d: 'gcj02' });
    const [{ lon, lat, flags }] = log.fixes;
    expect([lon, lat, datumOf(flags)]).toEqual([expect.closeTo(116.397451, 5), expect.closeTo(39.909187, 5), 'gcj02']);
  });

  test('the datum of a vehicle counts where its payload says none, before that of the topic', async () => {
    const topics = ['v1/+/vehicles/+/position', 'jt808-frames/{terminal}/up'];
    const { take, log, registry } = makeSource(
      topics.map((topic, i) => ({ topic, codec: ['v1', 'jt808'][i], datum: 'bd09' })),
    );
    const mine = { id: 'mine', terminals: [{ protocol: 'mqtt', number: 'acme:A' }], datum: 'gcj02' as const };
    void registry.putVehicle(mine);
    take(TOPIC, good);
    take(TOPIC, { ...good, t: NOW + 1000, d: 'cgcs2000' });
    take('v1/acme/vehicles/B/position', good);
    take('jt808-frames/13800138000/up', location('013800138000', 31.3));
    void registry.putVehicle({ ...mine, terminals: [{ protocol: 'jt808', number: '13800138000' }] });
    take('jt808-frames/13800138000/up', location('013800138000', 31.4));
    expect(log.fixes.map(({ flags }) => datumOf(flags))).toEqual(['gcj02', 'cgcs2000', 'bd09', 'bd09', 'gcj02']);
  });

  test('speeds without a unit are in that of the topic', () => {
    const { take, log } = makeSource([{ topic: 'meters/{terminal}', codec: 'thingsboard', speedUnit: 'm/s' }]);
    take('meters/A', { ts: NOW, values: { lat: 31.2, lon: 121.5, speed: 10 } });
    expect(log.fixes[0].speedKmh).toBe(36);
  });

  test('what the broker kept from before is no news', () => {
    const { take, log } = makeSource();
    take(TOPIC, good, { retained: true });
    expect(log.fixes[0].flags & BACKFILLED).not.toBe(0);
  });

  test('what is told besides is kept as a report, unless it is too common', () => {
    const { take, uploads, source } = makeSource();
    take('owntracks/jane/phone/event', { _type: 'transition', event: 'enter', desc: 'home', tst: NOW / 1000 });
    take('v1/acme/vehicles/A/status', { online: true });
    take('tb/car/telemetry', { battery: 3 });
    take('traccar/events', { event: { type: 'ignitionOn' }, device: { uniqueId: '8600' } });
    expect(uploads.map(({ kind, content }) => [kind, content.event])).toEqual([
      ['report', 'enter'],
      ['report', 'ignitionOn'],
    ]);
    expect(source.counts.events).toEqual({ enter: 1, online: 1, telemetry: 1, other: 1 });
  });

  test('a driver behind the gateway of EMQX is one as over TCP, so that what names a person is masked', () => {
    const { take, uploads } = makeSource();
    const header = { msg_id: 1794, phone: '1' };
    const card = { driver_name: '张三', certificate: '320100', organization: '无锡', cert_expiry: '20300131' };
    take('jt808/c/1/up', { header, body: { status: 1, time: '260301120000', ic_result: 0, ...card } });
    take('jt808/c/1/up', { header, body: { status: 2, time: '260301130000' } });
    take('jt808/c/1/up', { header: { msg_id: 1792, phone: '1' }, body: { seq: 1, driver_name: '张三' } });
    expect(uploads).toMatchObject([
      {
        kind: 'driver',
        content: { event: 'in', name: '张三', agency: '无锡', validUntil: '2030-01-31', idCard: null },
      },
      { kind: 'driver', content: { event: 'out', name: null } },
      { kind: 'report', content: { event: 'message', messageId: '0x0700', driverName: '张三' } },
    ]);
  });

  test('only vehicles of the registry, where that is asked for', () => {
    const { take, intake, catalog } = makeSource(undefined, true);
    take(TOPIC, good);
    expect(intake.counts()).toMatchObject({ received: 1, rejected: { 'unknown-terminal': 1 } });
    expect(catalog.vehicles.size).toBe(0);
  });
});

describe('what is refused', () => {
  test.each([
    ['unknown-topic', 'some/topic', { a: 1 }],
    ['not-json', TOPIC, Buffer.from('{')],
    ['not-protobuf', TOPIC, Buffer.from('\u0001')],
    ['too-large', TOPIC, Buffer.alloc(262_145, 0x7b)],
    ['bad-item', TOPIC, { t: 1 }],
    ['encrypted', 'owntracks/a/b', { _type: 'encrypted' }],
    ['no-frame', 'jt808-frames/1/up', Buffer.from('no frame')],
    ['too-large', 'jt808-frames/1/up', Buffer.alloc(262_145, 0x7e)],
  ] as const)('%s', (reason, topic, payload) => {
    const { take, source, quarantine, log } = makeSource();
    take(topic, payload);
    expect(source.counts.snapshot()).toMatchObject({ received: 1, handled: 0, rejected: { [reason]: 1 } });
    expect(quarantine.list(1)).toMatchObject([{ reason, source: 'mqtt', address: '192.0.2.1' }]);
    expect(quarantine.list(1)[0].detail).toContain(topic);
    expect(log.fixes).toEqual([]);
  });

  test('topics and names beyond any that are meant', () => {
    const { take, source } = makeSource([{ topic: 'fleet/{terminal}/#', codec: 'v1' }]);
    take('fleet/A/gps', good);
    for (const topic of [`fleet/${'A'.repeat(65)}/gps`, 'fleet//gps']) take(topic, good);
    take(`fleet/A/${'x'.repeat(256)}`, good);
    expect(source.counts.snapshot()).toMatchObject({ handled: 1, rejected: { 'bad-item': 2, 'unknown-topic': 1 } });
  });

  test('a frame whose number is not that of its topic', () => {
    const { take, log, stats, quarantine } = makeSource();
    take('jt808-frames/13900139000/up', location('013800138000', 31));
    expect(log.fixes).toEqual([]);
    expect(stats.framesRejected).toEqual({ 'other-terminal': 1 });
    expect(quarantine.size).toBe(1);
  });

  test('a frame that does not end does not go on in the next message', () => {
    const { take, log, stats } = makeSource();
    const frame = location('013800138000', 31);
    take('jt808-frames/13800138000/up', frame.subarray(0, 20));
    take('jt808-frames/13800138000/up', frame);
    expect(log.fixes).toHaveLength(1);
    expect(stats.framesReceived).toBe(stats.framesHandled + 1);
  });
});

describe('the way down', () => {
  test('frames are answered on the topic beside theirs, once the log has what they brought', async () => {
    const { take, log, outlet } = makeSource();
    take('jt808-frames/13800138000/up', location('013800138000', 31));
    await new Promise(setImmediate);
    expect(outlet.published).toEqual([]);
    log.commit();
    expect(outlet.published.map(({ topic }) => topic)).toEqual(['jt808-frames/13800138000/dn']);
    expect(decodeFrame(outlet.published[0].payload, {})).toMatchObject({ ok: true, replyId: '0x0200', result: 0 });
  });

  test('a terminal that speaks in frames can be told something, and answers', () => {
    const { take, commands, outlet } = makeSource();
    take('jt808-frames/13800138000/up', location('013800138000', 31));
    const sent = commands.links.get('jt808:13800138000')?.command(message('locate'));
    expect(sent).toMatchObject({ parts: 1 });
    expect(decodeFrame(outlet.published[0].payload, {})).toMatchObject({
      name: 'LocationQuery',
      phone: '13800138000',
    });
    const reply = { msgId: 0x0001, edition: '2013', phone: '013800138000', seq: 9 } as const;
    const fields = { replySeq: 0, replyId: '0x8201', result: 0 };
    take('jt808-frames/13800138000/up', encodeFrame({ ...reply, fields }));
    expect(commands.responses).toMatchObject([{ terminal: '13800138000', serial: 0, says: { refused: null } }]);
  });

  test('terminals on a topic that names none can be told something, the 20,000 that were heard of last', () => {
    const { take, commands, frames } = makeSource([
      { topic: 'gateway/{line}/up', codec: 'jt808', down: 'gateway/{line}/dn' },
    ]);
    const heartbeat = (i: number) =>
      encodeFrame({ msgId: 0x0002, edition: '2013', phone: `138${String(i).padStart(8, '0')}`, seq: 1, fields: {} });
    for (let i = 0; i < 20_000; i += 20) {
      take('gateway/1/up', Buffer.concat(Array.from({ length: 20 }, (_, k) => heartbeat(i + k))));
    }
    expect(commands.links.size).toBe(20_000);
    take('gateway/1/up', heartbeat(0));
    take('gateway/1/up', heartbeat(20_000));
    expect(commands.links.size).toBe(20_000);
    expect([0, 1, 20_000].map((i) => commands.links.has(`jt808:138${String(i).padStart(8, '0')}`))).toEqual([
      ...[true, false, true],
    ]);
    frames.close();
    expect(commands.links.size).toBe(0);
  });

  test('the gateway of EMQX takes commands as JSON, and its word stands for the terminal', async () => {
    const { take, commands, outlet } = makeSource();
    take('jt808/c/013800138000/up', { header: { msg_id: 2, phone: '013800138000', proto_ver: 1 }, body: {} });
    const link = commands.links.get('jt808:13800138000');
    const text = { text: '前方拥堵', display: true, speak: true, kind: 'notice' };
    expect(link?.command(message('text', text))).toEqual({ serial: 0, parts: 1 });
    expect(link?.command(message('track', { interval: 5, duration: 60 }))).toEqual({ serial: 1, parts: 1 });
    expect(outlet.published.map(({ topic }) => topic)).toEqual(Array(2).fill('jt808/c/013800138000/dn'));
    expect(outlet.published.map(({ payload }) => JSON.parse(payload.toString()))).toEqual([
      { header: { msg_id: 33_536, msg_sn: 0 }, body: { flag: 15, text_type: 1, text: '前方拥堵' } },
      { header: { msg_id: 33_282, msg_sn: 1 }, body: { period: 5, expiry: 60 } },
    ]);
    await new Promise(setImmediate);
    expect(commands.responses).toMatchObject([
      { serial: 0, types: ['text'], says: { refused: null } },
      { serial: 1, types: ['track'], says: { refused: null } },
    ]);
    expect(link?.command(message('restart'))).toMatchObject({ refused: 'cannot-encode' });
  });

  test('where nobody is subscribed the command fails; where the broker is away it is sent again', async () => {
    const { take, commands, outlet } = makeSource();
    take('jt808/c/1/up', { header: { msg_id: 2, phone: '1' }, body: {} });
    const link = commands.links.get('jt808:1');
    outlet.outcome = new Error('away');
    expect(link?.command(message('locate'))).toEqual({ serial: 0, parts: 1 });
    await new Promise(setImmediate);
    expect(commands.responses).toEqual([]);
    outlet.outcome = 'nobody';
    link?.command(message('locate'), 0);
    await new Promise(setImmediate);
    expect(commands.responses).toMatchObject([{ serial: 0, says: { refused: 'not-connected' } }]);
  });

  test('an answer from behind the gateway is a fix, and the end of the command', () => {
    const { take, commands, log } = makeSource();
    const params = { alarm: 0, status: 3, latitude: 31_200_000, longitude: 121_500_000, time: '260301120000' };
    take('jt808/c/1/up', { header: { msg_id: 513, phone: '1' }, body: { seq: 4, params } });
    expect(log.fixes).toHaveLength(1);
    expect(commands.responses).toMatchObject([{ terminal: '1', serial: 4, types: ['locate'], says: { answer: {} } }]);
    take('jt808/c/1/up', { header: { msg_id: 1, phone: '1' }, body: { seq: 5, id: 33_536, result: 1 } });
    expect(commands.responses[1]).toMatchObject({ serial: 5, says: { refused: 'failed' } });
  });
});

function location(phone: string, lat: number): Buffer {
  const fields = {
    alarm: 0,
    status: 3,
    lat,
    lon: 121.5,
    altitude: 0,
    speedKmh: 0,
    direction: 0,
    time: '2026-03-01T12:00:00+08:00',
  };
  return encodeFrame({ msgId: 0x0200, edition: '2013', phone, seq: 1, fields });
}
