import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACC_KNOWN, ACC_ON, BACKFILLED, LOCATED, Position } from '../../../model/position.js';
import { unescapeInto } from '../../../protocols/common/frame.js';
import { Reader } from '../../../protocols/common/wire.js';
import { describeItems } from '../../../protocols/jt808/additional-items.js';
import { ALARM_MASKS } from '../../../protocols/jt808/alarm-bits.js';
import { decodeFrame } from '../../../protocols/jt808/decode.js';
import { encodeBody } from '../../../protocols/jt808/encode.js';
import { Header, readHeader } from '../../../protocols/jt808/header.js';
import { locationBody } from '../../../protocols/jt808/location-fields.js';
import { readLocations } from '../../../protocols/jt808/messages/location-batch.js';
import { readLocation } from '../../../protocols/jt808/messages/location-report.js';
import { vectors } from './vectors.js';

/** The body read both ways, which have to agree. */
function bothWays(body: Buffer): { p: Position; fields: Record<string, unknown> } {
  const p = new Position();
  expect(readLocation(body, 0, body.length, ALARM_MASKS[2019], 0, p)).toBe(true);
  const fields: Record<string, unknown> = {};
  locationBody.read(new Reader(body, 0, body.length, '2019'), fields);

  expect(p.alarmWord).toBe(fields.alarm);
  expect(p.statusWord).toBe(fields.status);
  expect((p.flags & ACC_ON) !== 0).toBe(fields.acc);
  expect((p.flags & LOCATED) !== 0).toBe(fields.positioned);
  expect(p.lat).toBe(Math.abs(fields.lat as number) <= 90 ? fields.lat : NaN);
  expect(p.lon).toBe(Math.abs(fields.lon as number) <= 180 ? fields.lon : NaN);
  expect(p.altitudeM).toBe(fields.altitude);
  expect(p.speedKmh).toBe(fields.speedKmh);
  const direction = fields.direction as number;
  expect(p.headingDeg).toBe(direction === 360 ? 0 : direction < 360 ? direction : NaN);
  expect(p.fixTime).toBe(fields.time === null ? NaN : Date.parse(fields.time as string));
  expect(p.mileageKm).toBe(fields.mileageKm ?? NaN);
  return { p, fields };
}

const locations = vectors.filter((v) => v.expect.msgId === '0x0200' && v.expect.checksumOk);
test.each(locations)('$id: the fast way and the full way agree', ({ hex }) => {
  const wire = Buffer.from(hex, 'hex');
  const plain = Buffer.alloc(wire.length);
  const { length } = unescapeInto(plain, wire, 1, wire.length - 1);
  const h = new Header();
  expect(readHeader(plain, 0, length - 1, null, h)).toBeNull();
  const { p } = bothWays(plain.subarray(h.bodyStart, h.bodyEnd));
  // What is kept of the items names them again.
  const decoded = decodeFrame(wire);
  expect(decoded).toMatchObject(p.items === null ? { items: [] } : describeItems(p.items));
});

test('any bytes: the fast way and the full way agree', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 28, maxLength: 120 }), (bytes) => {
      bothWays(Buffer.from(bytes));
    }),
    { seed: 808, numRuns: 2000 },
  );
});

/** A body with these fields; what is not given is Shanghai, on 31 January 2026 at noon. */
function body(fields: Record<string, unknown>): Buffer {
  return encodeBody(0x0200, { lat: 31.2, lon: 121.5, time: '2026-01-31T12:00:00+08:00', ...fields }, '2013');
}

function read(bytes: Buffer, edition: '2011' | '2013' | '2019' = '2013'): Position {
  const p = new Position();
  readLocation(bytes, 0, bytes.length, ALARM_MASKS[edition], 0, p);
  return p;
}

describe('one location', () => {
  test('every number in its unit', () => {
    const p = read(body({ acc: true, altitude: -12, speedKmh: 80.5, direction: 270, mileageKm: 1234.5, rssi: 9 }));
    expect(p).toMatchObject({
      lon: 121.5,
      lat: 31.2,
      altitudeM: -12,
      speedKmh: 80.5,
      headingDeg: 270,
      mileageKm: 1234.5,
    });
    expect(p.fixTime).toBe(Date.UTC(2026, 0, 31, 4));
    expect(p.flags).toBe(LOCATED | ACC_KNOWN | ACC_ON);
  });

  test('south and west by the status bits, and by two’s complement', () => {
    expect(read(body({ lat: -33.9, lon: -70.6 }))).toMatchObject({ lat: -33.9, lon: -70.6, statusWord: 0b1110 });
    expect(read(body({ lat: -33.9, lon: -70.6, status: 2 }))).toMatchObject({ lat: -33.9, lon: -70.6, statusWord: 2 });
  });

  test('alarms are those that the edition has', () => {
    const everything = body({ alarm: 0xffff_ffff });
    expect(read(everything, '2011').alarms).toBe(0x1ffc_0fff);
    expect(read(everything, '2013').alarms).toBe(0xfffc_7fff);
    expect(read(everything, '2019').alarms).toBe(0x7fff_ffff);
    expect(read(everything, '2011').alarmWord).toBe(0xffff_ffff);
  });

  test('a place that does not exist, a time that is none, a heading beyond the circle: not known; alarms stand', () => {
    const swapped = read(
      body({ alarm: 1, lat: 121.5, lon: 31.2, direction: 400, time: null, timeBcd: '261301000000' }),
    );
    expect(swapped).toMatchObject({ lat: NaN, lon: 31.2, headingDeg: NaN, fixTime: NaN, alarms: 1 });
    expect(read(body({ direction: 360 })).headingDeg).toBe(0);
  });

  test('27 bytes are no location', () => {
    const p = new Position();
    expect(readLocation(Buffer.alloc(27), 0, 27, 0, 0, p)).toBe(false);
    expect(p).toEqual(new Position());
  });
});

describe('a batch', () => {
  const one = body({ mileageKm: 1 });
  const sized = (b: Buffer) => Buffer.concat([Buffer.from([b.length >> 8, b.length & 255]), b]);
  function readBatch(...parts: (Buffer | string)[]): { whole: boolean; positions: Position[] } {
    const bytes = Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p, 'hex') : p)));
    const positions: Position[] = [];
    const take = (p: Position) => positions.push(p) > 0;
    return { whole: readLocations(bytes, 0, bytes.length, ALARM_MASKS[2013], { position: take }), positions };
  }

  test('type 1 was sent from a blind spot', () => {
    expect(readBatch('000101', sized(one)).positions[0].flags).toBe(LOCATED | ACC_KNOWN | BACKFILLED);
    expect(readBatch('000100', sized(one)).positions[0].flags).toBe(LOCATED | ACC_KNOWN);
  });

  test('the bytes count, not the announced number', () => {
    expect(readBatch('000900', sized(one), sized(one)).positions).toHaveLength(2);
    expect(readBatch('000000', sized(one)).positions).toHaveLength(1);
  });

  test('a bad location among good ones is handed on without time and place, so that it is counted', () => {
    const { whole, positions } = readBatch('000300', sized(one), sized(one.subarray(0, 20)), sized(one));
    expect(whole).toBe(true);
    expect(positions.map((p) => p.fixTime)).toEqual([Date.UTC(2026, 0, 31, 4), NaN, Date.UTC(2026, 0, 31, 4)]);
  });

  test('a cut one at the end likewise', () => {
    expect(readBatch('000200', sized(one), sized(one).subarray(0, 15)).positions.map((p) => p.lon)).toEqual([
      121.5,
      NaN,
    ]);
    expect(readBatch('000200', sized(one), '00').positions).toHaveLength(2);
  });

  test('no room for count and type', () => {
    expect(readBatch('0001')).toEqual({ whole: false, positions: [] });
  });
});
