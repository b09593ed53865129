import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeJson } from '../../../protocols/jt905/decode.js';
import { jt905 } from '../../../protocols/jt905/index.js';
import { MESSAGES } from '../../../protocols/jt905/messages/index.js';

interface Vector {
  id: string;
  hex: string;
  expect: Record<string, unknown>;
}
const all: Vector[] = JSON.parse(readFileSync(new URL('../../vectors/jt905.json', import.meta.url), 'utf8'));
const vectors = all.filter((v) => v.expect.error === undefined);
const bytesOf = (id: string) => Buffer.from(all.find((v) => v.id === id)?.hex ?? '', 'hex');

/** A number that BCD and units make is compared to the last digit that the sheet prints. */
function approximately(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return expect.closeTo(value, 7);
  if (Array.isArray(value)) return value.map(approximately);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, approximately(inner)]));
}

describe('public vectors', () => {
  test.each(vectors)('$id says all that it should', ({ hex, expect: expected }) => {
    const decoded = decodeFrame(Buffer.from(hex, 'hex'));
    expect(decoded).toMatchObject({ ok: true, protocol: 'jt905', ...(approximately(expected) as object) });
  });

  test.each(vectors)('$id: decoded and encoded again it is the same bytes', ({ hex }) => {
    const decoded = decodeFrame(Buffer.from(hex, 'hex'));
    if (!decoded.ok) throw new Error(decoded.error.message);
    expect(encodeJson(JSON.parse(JSON.stringify(decoded))).toString('hex')).toBe(hex.toLowerCase());
  });

  test.each(all)('$id: cut off anywhere it is refused, never read beyond', ({ hex }) => {
    const whole = Buffer.from(hex, 'hex');
    for (let n = 0; n < whole.length - 2; n++) {
      expect(decodeFrame(whole.subarray(0, n))).toMatchObject({ ok: false, error: { code: expect.any(String) } });
      expect(() => decodeFrame(whole.subarray(0, n), { lenient: true })).not.toThrow();
    }
  });

  test.each(vectors)('$id: the explanation covers every byte', ({ hex }) => {
    const [frame] = jt905.tools?.explain(Buffer.from(hex, 'hex')) ?? [];
    const bytes = new Set<number>();
    for (const { wireOffset, wireLength } of frame.rows) {
      for (let i = 0; i < wireLength; i++) bytes.add(wireOffset + i);
    }
    expect(bytes.size).toBe(hex.length / 2);
  });

  test('a wrong check code is refused, and read where that is asked for', () => {
    expect(decodeFrame(bytesOf('jt905-bad-checksum'))).toMatchObject({ ok: false, error: { code: 'bad-checksum' } });
    expect(decodeFrame(bytesOf('jt905-bad-checksum'), { lenient: true })).toMatchObject({
      ok: true,
      checksumOk: false,
    });
  });
});

const trip = {
  msgId: '0x0B05',
  isu: '101200004321',
  sn: 9,
  emptyToLoaded: { lat: 31.2304, lon: 121.4737, time: '2025-06-01T23:50:00+08:00' },
  loadedToEmpty: { status: 6, lat: 31.2, lon: 121.4, time: '2025-06-02T00:10:00+08:00' },
  operationId: 1,
  ratingId: 2,
  rating: 1,
  ratingExt: 0,
  callOrderId: 0,
  meter: {
    plate: 'E339KK',
    licence: '430524000012',
    driverCert: '4305240000145',
    on: '2025-06-01T23:50+08:00',
    offHHmm: '0010',
    km: 12.3,
    emptyKm: 0.4,
    extraYuan: 1,
    waitingHHmm: '0005',
    amountYuan: 38.5,
    tripNumber: 77,
    payment: 9,
  },
};

test('a trip over midnight ends on the next day; its meter comes back as it was', () => {
  const decoded = decodeFrame(encodeJson(trip));
  expect(decoded).toMatchObject({
    ...trip,
    ratingName: 'satisfied',
    emptyToLoaded: { ...trip.emptyToLoaded, occupancy: 'empty' },
    meter: { ...trip.meter, off: '2025-06-02T00:10+08:00', paymentName: 'other' },
  });
});

test('digits that are none, and times that are none, come back as they were', () => {
  const bad = { ...trip, meter: { ...trip.meter, km: null, kmBcd: '00a123', on: null, onBcd: '2513010000' } };
  const decoded = decodeFrame(encodeJson(bad));
  expect(decoded).toMatchObject({ meter: { km: null, kmBcd: '00a123', on: null, onBcd: '2513010000', off: null } });
});

test('loaded, empty, on call, out of service: the last says more than the others', () => {
  const occupancyOf = (status: number) => {
    const position = { status, lat: 1, lon: 1, time: '2025-06-01T08:30:15+08:00' };
    return decodeFrame(encodeJson({ msgId: '0x0200', isu: '1', position }));
  };
  const names = [0, 1 << 4, 1 << 9, (1 << 9) | (1 << 4), (1 << 3) | (1 << 9)].map(occupancyOf);
  expect(names).toMatchObject(
    ['empty', 'on-call', 'loaded', 'loaded', 'out-of-service'].map((occupancy) => ({ position: { occupancy } })),
  );
});

test('a negative place sets the bits of its hemispheres', () => {
  const position = { lat: -31.2, lon: -121.4, time: '2025-06-01T08:30:15+08:00' };
  const decoded = decodeFrame(encodeJson({ msgId: '0x0200', isu: '1', position }));
  expect(decoded).toMatchObject({ position: { lat: 31.2, lon: 121.4, status: 6, statuses: ['south', 'west'] } });
});

test('what cannot be encoded is refused with its name', () => {
  expect(() => encodeJson({ ...trip, operationId: -1 })).toThrow('operationId: must be a whole number');
  expect(() => encodeJson({ ...trip, isu: '12345678901234' })).toThrow('isu: must be 6 bytes');
  expect(() => encodeJson({ ...trip, sn: 70_000 })).toThrow('sn: ');
  expect(() => encodeJson({ msgId: 'x' })).toThrow('msgId: ');
});

test('every message has one place in the table', () => {
  expect(new Set(MESSAGES.map(({ id }) => id)).size).toBe(MESSAGES.length);
  for (const { id, direction } of MESSAGES) expect(id >= 0x8000 ? 'down' : 'up', id.toString(16)).toBe(direction);
});
