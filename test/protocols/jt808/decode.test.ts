import { describe, expect, test } from 'vitest';
import { splitFrames } from '../../../protocols/common/unframe.js';
import { type Decoded, decodeFrame } from '../../../protocols/jt808/decode.js';
import { encodeFrame, encodeJson } from '../../../protocols/jt808/encode.js';
import { vector, vectors } from './vectors.js';

const bytesOf = (id: string) => Buffer.from(vector(id).hex, 'hex');
const decode = (id: string, lenient = false) => decodeFrame(bytesOf(id), { lenient });

function fieldsOf(decoded: Decoded): Record<string, unknown> {
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded;
}

describe('public vectors', () => {
  test.each(vectors)('$id says all that it should', ({ hex, edition, expect: expected }) => {
    const decoded = decodeFrame(Buffer.from(hex, 'hex'), { lenient: true });
    expect(decoded).toMatchObject({ ok: true, protocol: 'jt808', edition, ...expected });
  });

  /** Frames that follow the standard, header and all. */
  const standard = vectors.filter(
    (v) =>
      v.expect.checksumOk && v.expect.bodyLengthOk !== false && v.edition !== 'vendor' && !v.id.includes('force2013'),
  );
  test('most are standard', () => expect(standard.length).toBeGreaterThan(65));

  test.each(standard)('$id: decoded and encoded again it is the same bytes', ({ hex }) => {
    expect(encodeJson(fieldsOf(decodeFrame(Buffer.from(hex, 'hex')))).map((frame) => frame.toString('hex'))).toEqual([
      hex,
    ]);
  });

  test.each(vectors)('$id: cut off anywhere it is refused, never read beyond', ({ hex }) => {
    const whole = Buffer.from(hex, 'hex');
    for (let n = 0; n < whole.length - 2; n++) {
      expect(decodeFrame(whole.subarray(0, n))).toMatchObject({ ok: false, error: { code: expect.any(String) } });
      expect(() => decodeFrame(whole.subarray(0, n), { lenient: true })).not.toThrow();
    }
  });
});

describe('refusals say what and where', () => {
  test('a wrong check code', () => {
    expect(decode('traccar-086')).toEqual({
      ok: false,
      protocol: 'jt808',
      error: { code: 'bad-checksum', message: 'the check code is 0xd0 and should be 0xf0', offset: 53 },
    });
  });

  test('a length that is not the body’s', () => {
    const frame = Buffer.from('7e000200050138001380000001ac7e', 'hex');
    expect(decodeFrame(frame)).toMatchObject({ ok: false, error: { code: 'bad-length', offset: 3 } });
    expect(decodeFrame(frame, { lenient: true })).toMatchObject({ ok: true, bodyLength: 5, bodyLengthOk: false });
  });

  test('an escape that is none', () => {
    const frame = Buffer.from('7e0002000001380013807d00017c7e', 'hex');
    expect(decodeFrame(frame)).toMatchObject({ ok: false, error: { code: 'bad-escape', offset: 10 } });
  });

  test('a body that is cut off names the field', () => {
    const frame = encodeFrame({ msgId: 0x0200, edition: '2013', phone: '1', seq: 1, body: Buffer.alloc(10) });
    expect(decodeFrame(frame)).toMatchObject({
      ok: false,
      error: { code: 'short-body', message: 'lat: 4 bytes wanted, 2 left', offset: 21 },
    });
  });

  test('too short for a header, and nothing at all', () => {
    expect(decodeFrame(Buffer.from('7e00027c7e', 'hex'), { lenient: true })).toMatchObject({
      ok: false,
      error: { code: 'short-header' },
    });
    expect(decodeFrame(Buffer.alloc(0))).toMatchObject({ ok: false, error: { code: 'bad-checksum' } });
  });

  test('two frames in one', () => {
    const two = Buffer.concat([bytesOf('traccar-091'), bytesOf('traccar-091')]);
    expect(decodeFrame(two)).toMatchObject({ ok: false, error: { code: 'no-frame', offset: 14 } });
    expect(splitFrames(two).map(({ bytes, offset }) => [bytes.length, offset])).toEqual([
      [15, 0],
      [15, 15],
    ]);
  });
});

test('splitFrames: garbage, shared delimiters, no delimiters', () => {
  const pieces = (hex: string) =>
    splitFrames(Buffer.from(hex, 'hex')).map((p) => `${p.offset}:${p.bytes.toString('hex')}`);
  expect(pieces('24247e01027e')).toEqual(['0:2424', '2:7e01027e']);
  expect(pieces('7e017e027e')).toEqual(['0:7e017e', '2:7e027e']);
  expect(pieces('7e017e7e7e027e33')).toEqual(['0:7e017e', '4:7e027e', '6:7e33']);
  expect(pieces('0102')).toEqual(['0:0102']);
  expect(pieces('7e7e')).toEqual([]);
});

test('an edition that is asked for decides the meaning of bits', () => {
  const frame = encodeFrame({
    msgId: 0x0200,
    edition: '2013',
    phone: '13800138000',
    seq: 1,
    fields: { alarm: 0x8000_1001, lat: 31.2, lon: 121.5, time: '2026-01-31T12:00:00+08:00' },
  });
  expect(decodeFrame(frame)).toMatchObject({ alarms: ['emergency', 'ic-card-fault', 'illegal-door-opening'] });
  expect(decodeFrame(frame, { edition: '2011' })).toMatchObject({ edition: '2011', alarms: ['emergency'] });
});

test('a time that is none keeps its digits', () => {
  const frame = encodeFrame({
    msgId: 0x0200,
    edition: '2013',
    phone: '1',
    seq: 1,
    fields: { lat: 0, lon: 0, time: null, timeBcd: '2613ff000000' },
  });
  expect(decodeFrame(frame)).toMatchObject({ time: null, timeBcd: '2613ff000000' });
});

describe('additional items', () => {
  const location = (itemsHex: string) =>
    encodeFrame({
      msgId: 0x0200,
      edition: '2013',
      phone: '1',
      seq: 1,
      body: Buffer.concat([
        Buffer.from('0000000000000002016e360007270e0000000000000026013112000 0'.replace(' ', ''), 'hex'),
        Buffer.from(itemsHex, 'hex'),
      ]),
    });

  test('known ids of another length are another maker’s', () => {
    expect(decodeFrame(location('050201023001ff1801091704000000010601ff'))).toMatchObject({
      items: ['0x05', '0x30', '0x18', '0x17', '0x06'],
      rssi: 255,
      extra: [
        { id: '0x05', hex: '0102' },
        { id: '0x18', hex: '09' },
        { id: '0x17', hex: '00000001' },
        { id: '0x06', hex: 'ff' },
      ],
    });
  });

  test('of an id that repeats the last is named, and all come back', () => {
    const frame = location('01040000000a010400000014');
    const decoded = fieldsOf(decodeFrame(frame));
    expect(decoded).toMatchObject({ items: ['0x01', '0x01'], mileageKm: 2, extra: [{ id: '0x01', hex: '0000000a' }] });
    expect(encodeJson(decoded)).toEqual([frame]);
  });

  test('a cut item is left over, the position is kept', () => {
    const frame = location('0104000000640204ff');
    const decoded = fieldsOf(decodeFrame(frame));
    expect(decoded).toMatchObject({ mileageKm: 10, items: ['0x01'], trailing: '0204ff' });
    expect(encodeJson(decoded)).toEqual([frame]);
  });

  test('temperature below zero is sign and amount; fatigue may be left out', () => {
    const frame = location('06028003180200011101001105020000000a');
    const decoded = fieldsOf(decodeFrame(frame));
    expect(decoded).toMatchObject({
      cabinTempC: -3,
      abnormalDriving: { flags: 1 },
      overspeedAlarm: { areaType: 2, areaId: 10 },
      extra: [{ id: '0x11', hex: '00' }],
    });
    expect(encodeJson(decoded)).toEqual([frame]);
  });

  test('alarm keys of 40 bytes, and tyres', () => {
    const head = '00000001010101' + '000000000000' + '0064' + '0001000000020000' + '260131120000' + '0001';
    const adas = `6447${head}${'ab'.repeat(40)}`;
    const tyre = '01000200dc001900 64'.replace(' ', '');
    const tpms = `664a000000420114012c0008 7a230009fbf126013112000000 03${'cd'.repeat(40)}01${tyre}`.replaceAll(
      ' ',
      '',
    );
    const frame = location(adas + tpms);
    const decoded = fieldsOf(decodeFrame(frame));
    expect(decoded).toMatchObject({
      adas: { alarmId: 1, alarmKey: 'ab'.repeat(40) },
      tpms: {
        alarmKey: 'cd'.repeat(40),
        count: 1,
        tyres: [{ position: 1, type: 2, pressureKpa: 220, temperatureC: 25, batteryPercent: 100 }],
      },
    });
    expect(encodeJson(decoded)).toEqual([frame]);
  });
});
