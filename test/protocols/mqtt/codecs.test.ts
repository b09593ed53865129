import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alarmNames } from '../../../model/alarm.js';
import { ACC_KNOWN, ACC_ON, BACKFILLED, LOCATED } from '../../../model/position.js';
import type { SpeedUnit } from '../../../model/units.js';
import { emqxJt808 } from '../../../protocols/mqtt/emqx-jt808.js';
import { describeExtras } from '../../../protocols/mqtt/extras.js';
import { payloadCodecs } from '../../../protocols/mqtt/index.js';
import { owntracks } from '../../../protocols/mqtt/owntracks.js';
import { MAX_PAYLOAD_BYTES, type PayloadCodec } from '../../../protocols/mqtt/payload.js';
import { thingsboard } from '../../../protocols/mqtt/thingsboard.js';
import { traccar } from '../../../protocols/mqtt/traccar.js';
import { v1 } from '../../../protocols/mqtt/v1.js';

const NOW = Date.parse('2026-01-31T04:00:00Z');
const decode = (codec: PayloadCodec, topic: string, value: unknown) =>
  codec.decode({ topic, payload: Buffer.from(JSON.stringify(value)), receivedTime: NOW });

/** The one fix of a payload that says nothing else. */
function fixOf(codec: PayloadCodec, topic: string, value: unknown) {
  const { fixes, events, refused } = decode(codec, topic, value);
  expect([fixes.length, events, refused]).toEqual([1, [], []]);
  const [{ terminal, position, datum }] = fixes;
  return { terminal, datum, position, extras: position.items ? describeExtras(position.items) : {} };
}

/** What is refused, as `field: message`. */
const refusals = (codec: PayloadCodec, topic: string, value: unknown) =>
  decode(codec, topic, value).refused.map(({ field, message }) => `${field}: ${message}`);

describe('our own JSON', () => {
  const TOPIC = 'v1/acme/vehicles/A-1/position';
  const fix = { t: NOW, lon: 121.5, lat: 31.2 };

  test('one position, all members', () => {
    const all = {
      ...fix,
      d: 'gcj02',
      s: 60.5,
      h: 90,
      a: 12,
      acc: 5,
      o: 1000.5,
      al: 3,
      st: 3,
      b: 'loaded',
      ord: 'o-1',
      drv: 'd-1',
      n: 7,
      x: { temp: 3 },
    };
    expect(fixOf(v1, TOPIC, all)).toMatchObject({
      terminal: 'acme:A-1',
      datum: 'gcj02',
      position: {
        ...{ fixTime: NOW, lon: 121.5, lat: 31.2, speedKmh: 60.5, headingDeg: 90, altitudeM: 12, mileageKm: 1000.5 },
        ...{ alarms: 3, alarmWord: 3, statusWord: 3, flags: LOCATED | ACC_KNOWN | ACC_ON },
      },
      extras: { accuracyM: 5, business: 'loaded', order: 'o-1', driver: 'd-1', sequence: 7, temp: 3, datum: 'gcj02' },
    });
    expect(fixOf(v1, TOPIC, fix).position).toMatchObject({ flags: LOCATED, speedKmh: Number.NaN, items: null });
  });

  test('batches: of one vehicle, and of many; a bad item costs the others nothing', () => {
    const many = decode(v1, 'v1/acme/batch', {
      v: 1,
      items: [
        { ...fix, id: 'A' },
        { ...fix, id: 'B', lon: 200 },
        { ...fix, id: 'C' },
      ],
    });
    expect(many.fixes.map(({ terminal }) => terminal)).toEqual(['acme:A', 'acme:C']);
    expect(many.refused).toEqual([
      { reason: 'bad-item', field: 'items[1].lon', message: 'must be a number from -180 to 180' },
    ]);
    expect(decode(v1, 'v1/acme/vehicles/A/positions', [fix, fix]).fixes).toHaveLength(2);
  });

  test.each([
    [TOPIC, { ...fix, id: 'B' }, 'id: is B, and the topic says A-1'],
    [TOPIC, { ...fix, t: '2026-01-31' }, 't: must be a number'],
    [TOPIC, { ...fix, t: 5 }, 't: must be a number'],
    [TOPIC, { ...fix, t: NOW + 0.5 }, 't: must be a whole number'],
    [TOPIC, { lon: 1, lat: 1 }, 't: must be a number'],
    [TOPIC, { ...fix, h: 360 }, 'h: must be under 360'],
    [TOPIC, { ...fix, d: 'mars' }, 'd: must be one of wgs84'],
    [TOPIC, { ...fix, b: 'late' }, 'b: must be one of loaded'],
    [TOPIC, { ...fix, al: 1.5 }, 'al: must be a whole number'],
    [TOPIC, { ...fix, x: [] }, 'x: must be an object'],
    [TOPIC, { ...fix, speed: 3 }, 'speed: is no member of a position'],
    [TOPIC, [fix], ': must be an object'],
    ['v1/acme/batch', fix, 'items: must be a list'],
    ['v1/acme/batch', [fix], 'items[0].id: must be 1 to 64 letters'],
    ['v1/acme/batch', [[]], 'items[0]: must be an object'],
    ['v1/acme/batch', Array(1001).fill(fix), 'items: must be a list of at most 1000'],
    ['v1/ac me/batch', [fix], ': the topic v1/ac me/batch is none'],
    ['v1/acme/vehicles/A/status', { online: 'yes' }, 'online: must be true or false'],
  ])('%s %j is refused', (topic, value, message) => {
    expect(refusals(v1, topic, value)).toEqual([expect.stringContaining(message)]);
  });

  test('who comes and goes', () => {
    const { events } = decode(v1, 'v1/acme/vehicles/A/status', { online: false, ts: NOW });
    expect(events).toMatchObject([{ terminal: 'acme:A', event: 'offline', time: NOW }]);
  });
});

describe('the JT/T 808 gateway of EMQX', () => {
  interface Vector {
    id: string;
    topic: string;
    payload: unknown;
    expect: Record<string, unknown> & { terminal?: string; event?: string };
  }
  const vectors: Vector[] = JSON.parse(readFileSync(new URL('../../vectors/emqx-jt808.json', import.meta.url), 'utf8'));

  test.each(vectors.filter((v) => v.expect.event === undefined))('$id says all that it should', (vector) => {
    const { terminal, position: p, extras } = fixOf(emqxJt808, vector.topic, vector.payload);
    const all: Record<string, unknown> = {
      terminal: terminal.padStart(12, '0'),
      protocol: '2019',
      alarm: p.alarmWord,
      alarms: alarmNames(p.alarms),
      accOn: (p.flags & ACC_ON) !== 0,
      fix: (p.flags & LOCATED) !== 0,
      ...{ lat: p.lat, lon: p.lon, altitudeM: p.altitudeM, speedKmh: p.speedKmh, heading: p.headingDeg },
      odometerKm: p.mileageKm,
      ...{ rssi: extras.rssi, sats: extras.satellites, fuelL: extras.fuelL },
      ...{ recorderSpeedKmh: extras.recorderSpeedKmh, carriageTempRaw: extras.carriageTemp },
      overspeedArea: extras.overspeedAlarm,
    };
    const { time, ...expected } = vector.expect;
    expect(all).toMatchObject(expected);
    expect(p.fixTime).toBe(Date.parse(time as string));
  });

  test.each(vectors.filter((v) => v.expect.event !== undefined))('$id is an event and no fix', (vector) => {
    const { fixes, events, refused } = decode(emqxJt808, vector.topic, vector.payload);
    expect([fixes, refused]).toEqual([[], []]);
    const [{ terminal, event, content }] = events;
    expect({ terminal: terminal.padStart(12, '0'), event, ...content }).toMatchObject(vector.expect);
  });

  const body = { alarm: 0, status: 0b1111, latitude: 31_200_000, longitude: 121_500_000, time: '260131120000' };

  test('batches from a blind spot, answers, hemispheres, numbers without leading zeros', () => {
    const header = { msg_id: 1796, phone: 13_800_138_000 };
    const { fixes } = decode(emqxJt808, 't', {
      header,
      body: { type: 1, location: [body, { ...body, direction: 400 }] },
    });
    expect(fixes).toMatchObject([
      {
        terminal: '13800138000',
        position: { lat: -31.2, lon: -121.5, flags: LOCATED | ACC_KNOWN | ACC_ON | BACKFILLED },
      },
      { position: { headingDeg: Number.NaN } },
    ]);
    expect(fixes[0].position.fixTime).toBe(NOW);
    for (const [id, name] of [
      [513, 'params'],
      [1280, 'location'],
    ] as const) {
      const answer = { header: { msg_id: id, phone: '1' }, body: { seq: 1, [name]: body } };
      expect(decode(emqxJt808, 't', answer).fixes, name).toHaveLength(1);
    }
  });

  test.each([
    [{}, 'header: must be an object'],
    [{ header: { msg_id: 512 } }, 'header.phone: must be 1 to 20 digits'],
    [{ header: { msg_id: 'x', phone: '1' } }, 'header.msg_id: must be a number'],
    [{ header: { msg_id: 512, phone: '1' } }, 'body.latitude: must be a number'],
    [{ header: { msg_id: 512, phone: '1' }, body: { ...body, status: 'on' } }, 'body.status: must be a number'],
    [{ header: { msg_id: 513, phone: '1' }, body }, 'body.params: must be an object'],
    [{ header: { msg_id: 1796, phone: '1' }, body: { location: 3 } }, 'body.location: must be a list'],
    [{ header: { msg_id: 1796, phone: '1' }, body: { location: [3] } }, 'body.location[0]: must be an object'],
  ])('%j is refused', (value, message) => {
    expect(refusals(emqxJt808, 't', value)).toEqual([expect.stringContaining(message)]);
  });

  test('a time that is none leaves the fix without one: its alarms count', () => {
    const value = { header: { msg_id: 512, phone: '1' }, body: { ...body, alarm: 1, time: 'soon' } };
    expect(fixOf(emqxJt808, 't', value).position).toMatchObject({ fixTime: Number.NaN, alarms: 1 });
  });

  test('items are called what the gateway calls them, also where JavaScript knows the word', () => {
    const value = {
      header: { msg_id: 512, phone: '1' },
      body: { ...body, extra: { constructor: 1, gnss_sat_num: 9 } },
    };
    expect(fixOf(emqxJt808, 't', value).extras).toEqual({ constructor: 1, satellites: 9 });
  });
});

describe('OwnTracks', () => {
  const TOPIC = 'owntracks/jane/phone';
  const location = {
    _type: 'location',
    lat: 31.2,
    lon: 121.5,
    tst: NOW / 1000,
    vel: 54,
    cog: 360,
    alt: 10,
    acc: 8,
    batt: 77,
  };

  test('a location; km/h as they are', () => {
    expect(fixOf(owntracks, TOPIC, location)).toMatchObject({
      terminal: 'jane:phone',
      position: { fixTime: NOW, speedKmh: 54, headingDeg: 0, altitudeM: 10, flags: LOCATED },
      extras: { acc: 8, batt: 77 },
    });
    expect(fixOf(owntracks, TOPIC, { ...location, vel: -1, cog: -1 }).position).toMatchObject({
      speedKmh: Number.NaN,
      headingDeg: Number.NaN,
    });
  });

  test('a broken connection and a fence of its own are events; cards are nothing; secrets are refused', () => {
    expect(decode(owntracks, TOPIC, { _type: 'lwt', tst: 5 }).events).toMatchObject([{ event: 'offline', time: 5000 }]);
    const transition = { _type: 'transition', event: 'enter', desc: 'home', tst: 5 };
    expect(decode(owntracks, `${TOPIC}/event`, transition).events).toMatchObject([
      { terminal: 'jane:phone', event: 'enter', content: { desc: 'home' } },
    ]);
    expect(decode(owntracks, TOPIC, { _type: 'card' })).toMatchObject({
      fixes: [],
      events: [],
      refused: [],
      responses: [],
    });
    expect(decode(owntracks, TOPIC, { _type: 'encrypted' }).refused).toMatchObject([{ reason: 'encrypted' }]);
  });

  test.each([
    [TOPIC, { ...location, tst: undefined }, 'tst: must be a number'],
    [TOPIC, { ...location, lat: '31' }, 'lat: must be a number'],
    [TOPIC, { _type: 'transition', event: 'fly', tst: 1 }, 'event: must be enter or leave'],
    [TOPIC, { lat: 1 }, '_type: must be a text'],
    ['tracks/x', location, ': the topic tracks/x is none'],
  ])('%s %j is refused', (topic, value, message) => {
    expect(refusals(owntracks, topic, value)).toEqual([expect.stringContaining(message)]);
  });
});

describe('ThingsBoard', () => {
  const row = { Latitude: 31.2, LNG: 121.5, speed: 40, Course: 90, ACC: true, sat: 9 };

  test('every form; names in any case; the time of receipt where none is said', () => {
    const forms: [unknown, number[]][] = [
      [row, [NOW]],
      [
        [row, row],
        [NOW, NOW],
      ],
      [{ ts: 5000, values: row }, [5000]],
      [
        [
          { ts: 5000, values: row },
          { ts: 6000, values: row },
        ],
        [5000, 6000],
      ],
    ];
    for (const [form, times] of forms) {
      const { fixes, refused } = decode(thingsboard, 'tb/car-1/telemetry', form);
      expect([fixes.map(({ position }) => position.fixTime), refused]).toEqual([times, []]);
      expect(fixes[0]).toMatchObject({
        terminal: 'car-1',
        position: { lat: 31.2, lon: 121.5, speedKmh: 40, headingDeg: 90, flags: LOCATED | ACC_KNOWN | ACC_ON },
      });
      expect(describeExtras(fixes[0].position.items as Uint8Array)).toEqual({ sat: 9 });
    }
  });

  test.each<[SpeedUnit | undefined, number]>([
    [undefined, 40],
    ['km/h', 40],
    ['knots', 74.08],
    ['m/s', 144],
    ['mph', 64.37376],
  ])('40 in %s are %d km/h', (speedUnit, kmh) => {
    const payload = Buffer.from(JSON.stringify({ ...row, speed: 40 }));
    const { fixes } = thingsboard.decode({ topic: 'tb/car/telemetry', payload, receivedTime: NOW, speedUnit });
    expect(fixes[0].position.speedKmh).toBeCloseTo(kmh, 9);
  });

  test('a gateway speaks for many devices; a row without a place is telemetry', () => {
    const value = { A: [{ ts: 5, values: row }], B: [{ ts: 6, values: { battery: 3 } }], C: [7] };
    const { fixes, events, refused } = decode(thingsboard, 'v1/gateway/telemetry', value);
    expect(fixes.map(({ terminal }) => terminal)).toEqual(['A']);
    expect(events).toMatchObject([{ terminal: 'B', event: 'telemetry', time: 6, content: { battery: 3 } }]);
    expect(refused).toMatchObject([{ field: 'C[0]' }]);
  });

  test.each([
    ['tb/car/telemetry', { ...row, speed: 'fast' }, 'speed: must be a number'],
    ['tb/car/telemetry', { ts: 'now', values: row }, 'ts: must be a number'],
    ['v1/devices/me/telemetry', row, ': the topic v1/devices/me/telemetry names no device'],
    ['v1/gateway/telemetry', [row], ': must be an object of devices'],
  ])('%s %j is refused', (topic, value, message) => {
    expect(refusals(thingsboard, topic, value)).toEqual([expect.stringContaining(message)]);
  });
});

describe('Traccar', () => {
  const device = { id: 1, uniqueId: '860000000000001', name: 'car' };
  const position = {
    ...{
      fixTime: '2026-01-31T04:00:00.000+00:00',
      latitude: 31.2,
      longitude: 121.5,
      altitude: 5,
      speed: 10,
      course: 90,
    },
    ...{ valid: true, outdated: false, accuracy: 4, attributes: { ignition: true, odometer: 12_500, sat: 9 } },
  };

  test('a position: knots to km/h, metres to km', () => {
    const fix = fixOf(traccar, 't', { position, device });
    expect(fix).toMatchObject({
      terminal: '860000000000001',
      position: { fixTime: NOW, mileageKm: 12.5, flags: LOCATED | ACC_KNOWN | ACC_ON },
      extras: { sat: 9, accuracyM: 4 },
    });
    expect(fix.position.speedKmh).toBeCloseTo(18.52, 9);
    for (const over of [{ valid: false }, { outdated: true }]) {
      expect(fixOf(traccar, 't', { position: { ...position, ...over }, device }).position.flags & LOCATED).toBe(0);
    }
  });

  test('an event', () => {
    const event = { type: 'geofenceEnter', eventTime: '2026-01-31T04:00:00Z', geofenceId: 3 };
    expect(decode(traccar, 't', { event, position, device })).toMatchObject({
      fixes: [],
      events: [{ event: 'geofenceEnter', time: NOW, content: { geofenceId: 3 } }],
    });
  });

  test.each([
    [{ position }, 'device: must be an object'],
    [{ position, device: {} }, 'device.uniqueId: must be a text'],
    [{ device }, 'position: must be an object'],
    [{ device, position: { ...position, fixTime: 5 } }, 'position.fixTime: must be an RFC 3339 time'],
    [
      { device, position: { ...position, fixTime: '2026-01-31T04:00:00' } },
      'position.fixTime: must be an RFC 3339 time with its zone',
    ],
    [{ device, position: { ...position, valid: 1 } }, 'position.valid: must be true or false'],
    [
      { device, position: { ...position, attributes: { odometer: '1' } } },
      'position.attributes.odometer: must be a number',
    ],
  ])('%j is refused', (value, message) => {
    expect(refusals(traccar, 't', value)).toEqual([expect.stringContaining(message)]);
  });
});

describe.each(payloadCodecs)('$name, whatever comes', (codec) => {
  const topics = [
    'v1/a/vehicles/b/position',
    'v1/a/batch',
    'v1/gateway/telemetry',
    'tb/a/telemetry',
    'owntracks/a/b',
    't',
  ];

  test('any JSON ends as fixes, events or refusals with a word', () => {
    const names = [
      't',
      'lon',
      'lat',
      'items',
      'header',
      'body',
      'msg_id',
      'phone',
      '_type',
      'values',
      'ts',
      'device',
      'position',
      '__proto__',
    ];
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(null, true, 0, 1, -1, 512, 1796, 1e308, '', '1', 'location'),
        fc.double(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, fc.constantFrom(...topics), (value, topic) => {
        const { fixes, refused } = decode(codec, topic, value);
        for (const { terminal, position: p } of fixes) {
          expect(typeof terminal).toBe('string');
          expect(Number.isNaN(p.lat) || Math.abs(p.lat) <= 90).toBe(true);
          expect(Number.isNaN(p.lon) || Math.abs(p.lon) <= 180).toBe(true);
        }
        for (const { message } of refused) expect(message).not.toBe('');
      }),
      { seed: 1883, numRuns: 2000 },
    );
  });

  test('what is no JSON, too large, or nested without end is refused, never thrown', () => {
    const payloads = [
      '',
      '{',
      '\u0000',
      '[1',
      'x'.repeat(MAX_PAYLOAD_BYTES + 1),
      '['.repeat(200_000),
      `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
    ];
    for (const payload of payloads) {
      const { fixes } = codec.decode({ topic: 'v1/a/batch', payload: Buffer.from(payload), receivedTime: NOW });
      expect(fixes).toEqual([]);
    }
    const big = codec.decode({
      topic: 'v1/a/batch',
      payload: Buffer.alloc(MAX_PAYLOAD_BYTES + 1, 0x20),
      receivedTime: NOW,
    });
    expect(big.refused[0].reason).toBe('too-large');
    expect(big.refused).toMatchObject([{ message: `${MAX_PAYLOAD_BYTES + 1} bytes, at most ${MAX_PAYLOAD_BYTES}` }]);
  });
});

test('extras nested too deeply are refused before they are written again', () => {
  const deep = (levels: number) => `{"t":${NOW},"lon":1,"lat":2,"x":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
  const read = (text: string) =>
    v1.decode({ topic: 'v1/a/vehicles/b/position', payload: Buffer.from(text), receivedTime: NOW });
  expect(read(deep(31)).fixes).toHaveLength(1);
  expect(read(deep(32)).refused).toMatchObject([{ reason: 'not-json', message: 'nested deeper than 32' }]);
  expect(read(deep(50_000)).refused).toMatchObject([{ reason: expect.stringMatching(/not-json|too-large/) }]);
  // Brackets in texts are text, and so is what an escape hides.
  expect(read(`{"t":${NOW},"lon":1,"lat":2,"x":{"a":"${'[{'.repeat(99)}\\\\"}}`).fixes).toHaveLength(1);
  expect(read(`{"t":${NOW},"lon":1,"lat":2,"x":{"a":"\\"${'['.repeat(99)}"}}`).fixes).toHaveLength(1);
});

test('what is kept of extras comes back, and what is no JSON is nothing', () => {
  expect(describeExtras(Buffer.from('{"a":1}'))).toEqual({ a: 1 });
  expect(describeExtras(Buffer.from('{'))).toEqual({});
  expect(describeExtras(Buffer.from('[1]'))).toEqual({});
});
