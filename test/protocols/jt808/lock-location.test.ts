import { describe, expect, test } from 'vitest';
import { BACKFILLED, LOCATED, Position } from '../../../model/position.js';
import { frameBytes } from '../../../protocols/common/frame.js';
import { describeItems } from '../../../protocols/jt808/additional-items.js';
import { jt808 } from '../../../protocols/jt808/index.js';
import { readLockLocation } from '../../../protocols/jt808/messages/lock-location.js';
import { SinkLog } from '../sink-log.js';
import { vector } from './vectors.js';

const VECTOR = Buffer.from(vector('traccar-065').hex, 'hex');
const CONTENT = VECTOR.subarray(1, -2); // without delimiters and check code: the vector has nothing escaped

function talk(frame: Buffer) {
  const sink = new SinkLog();
  jt808.open(sink).receive(frame);
  return sink;
}

test('the public frame is a fix in Medellín, and is not answered, since it does not ask for it', () => {
  const sink = talk(VECTOR);
  const [{ position }] = sink.all('position');
  // 06°13.3574' N, 075°35.9513' W; 22 July 2020, 02:45:42 UTC.
  expect(position.lat).toBeCloseTo(6.222623, 6);
  expect(position.lon).toBeCloseTo(-75.599188, 6);
  expect(position).toMatchObject({
    fixTime: Date.UTC(2020, 6, 22, 2, 45, 42),
    speedKmh: 0,
    headingDeg: 0,
    mileageKm: 1,
    flags: LOCATED,
  });
  // Signal 8, one satellite, mileage, then 0xaa: it charges.
  expect(describeItems(Buffer.from(position.items!, 'hex'))).toMatchObject({
    extra: [{ id: '0xe1', hex: expect.stringMatching(/^080100000001aa/) }],
  });
  expect([sink.all('reject'), sink.all('reply')]).toEqual([[], []]);
});

test('one of a blind spot is backfilled, and without a fix', () => {
  const blind = Buffer.from(CONTENT);
  blind.writeUInt16BE(0x5502, 0);
  const [{ position }] = talk(frameBytes(blind)).all('position');
  expect(position).toMatchObject({ flags: BACKFILLED, mileageKm: 1 });
});

test('attribute bit 15 asks for an acknowledgement, which waits until the fix is durable', () => {
  const asking = Buffer.from(CONTENT);
  asking[2] |= 0x80;
  // 0x4401, three body bytes, the number as it came, serial 1: of 0x5501, result 0.
  expect(talk(frameBytes(asking)).all('reply')).toEqual([
    { reply: frameBytes(Buffer.from('44010003740190311185015501' + '00', 'hex')).toString('hex'), when: 'accepted' },
  ]);
});

describe('what it makes of other bytes', () => {
  const body = CONTENT.subarray(11);
  const read = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(body);
    change(bytes);
    const p = new Position();
    expect(readLockLocation(0x5501, bytes, 0, bytes.length, p)).toBe(true);
    return p;
  };

  test('south, east, speed in knots, heading in steps of two degrees', () => {
    const p = read((bytes) => {
      bytes[14] = 0x34; // the last digit of the longitude is 3; east, and not north
      bytes[15] = 0x50;
      bytes[16] = 135;
    });
    expect(p.lat).toBeCloseTo(-6.222623, 6);
    expect(p.lon).toBeCloseTo(75.599188, 6);
    expect(p.speedKmh).toBeCloseTo(92.6, 6);
    expect(p.headingDeg).toBe(270);
  });

  test('digits that are none make no time and no place', () => {
    expect(read((bytes) => (bytes[0] = 0x32 + 0x0a)).fixTime).toBeNaN();
    expect(read((bytes) => (bytes[1] = 0x13)).fixTime).toBeNaN();
    expect(read((bytes) => (bytes[7] = 0xff)).lat).toBeNaN();
  });

  test('cut off, nothing is read and the frame is refused', () => {
    expect(readLockLocation(0x5501, body, 0, 22, new Position())).toBe(false);
    const cut = Buffer.concat([CONTENT.subarray(0, 11), body.subarray(0, 22)]);
    cut[3] = 22;
    cut[2] &= ~0x03;
    const sink = talk(frameBytes(cut));
    expect(sink.all('reject').map(({ reject }) => reject)).toEqual(['short-body']);
  });
});
