import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACC_KNOWN, ACC_ON, BACKFILLED, LOCATED } from '../../../model/position.js';
import { decodeFrame, encodeJson } from '../../../protocols/jt905/decode.js';
import { jt905 } from '../../../protocols/jt905/index.js';
import { converse, readAll } from '../sink-log.js';

const ISU = '101200004321';
const TIME = '2025-06-01T08:30:15+08:00';
const time = Date.parse(TIME);
const position = { lat: 31.2304, lon: 121.4737, speedKmh: 65.5, directionDeg: 90, time: TIME };
let sn = 0;
const frame = (msgId: string, fields: object = {}) => encodeJson({ msgId, isu: ISU, sn: ++sn, ...fields });

/** What came back, by names, and when it may leave. */
function replies(sink: ReturnType<typeof converse>['sink']) {
  return sink.all('reply').map(({ reply, when }) => {
    const decoded = decodeFrame(Buffer.from(reply, 'hex'));
    if (!decoded.ok) throw new Error(decoded.error.message);
    const { isu, msgId, replySn, replyId, result } = decoded;
    return { isu, msgId, replySn, replyId, result, when };
  });
}
const ok = (replyId: string, when = 'accepted', result = 0) => [
  { isu: ISU, msgId: '0x8001', replySn: sn, replyId, result, when },
];

test('a position is a fix in our units; it is answered only where it carries an alarm', () => {
  const extra = { items: ['0x01', '0x03'], mileageKm: 1234.5, altitudeM: -12 };
  const { sink } = converse(jt905, frame('0x0200', { position: { ...position, status: 1 << 8, extra } }));
  expect(sink.all('position')).toMatchObject([
    {
      position: {
        lon: 121.4737,
        lat: 31.2304,
        speedKmh: 65.5,
        headingDeg: 90,
        altitudeM: -12,
        mileageKm: 1234.5,
        fixTime: time,
        flags: LOCATED | ACC_KNOWN | ACC_ON,
        alarms: 0,
        statusWord: 256,
        items: '0104000030390302fff4',
      },
    },
  ]);
  expect(sink.all('reply')).toEqual([]);
  // Overspeed is bit 16 here and bit 1 in the system; a taximeter fault (bit 10) is only in the source's own word.
  const alarmed = converse(jt905, frame('0x0200', { position: { ...position, alarm: 0x10401 } }));
  expect(alarmed.sink.all('position')[0].position).toMatchObject({ alarms: 0b11, alarmWord: 0x10401 });
  expect(replies(alarmed.sink)).toEqual(ok('0x0200'));
});

test('south and west are signs; no fix, places and directions that do not exist are not known', () => {
  const { sink } = converse(
    jt905,
    frame('0x0200', { position: { ...position, status: 0b111, directionDeg: 400 } }),
    frame('0x0200', { position: { ...position, lon: 220.7 } }),
  );
  expect(sink.all('position').map((entry) => entry.position)).toMatchObject([
    { lon: -121.4737, lat: -31.2304, headingDeg: Number.NaN, flags: ACC_KNOWN },
    { lon: Number.NaN, lat: 31.2304 },
  ]);
});

test('a backfill is many fixes and one answer, once they are durable', () => {
  const positions = [position, { ...position, time: '2025-06-01T08:30:25+08:00' }];
  const { sink } = converse(jt905, frame('0x0203', { positions, trailing: 'ffff' }));
  expect(sink.all('position')).toMatchObject([
    { position: { fixTime: time, flags: LOCATED | BACKFILLED | ACC_KNOWN } },
    { position: { fixTime: time + 10_000 } },
  ]);
  expect(replies(sink)).toEqual(ok('0x0203'));
});

const crew = { company: '4305', driverCert: 'D-77', plate: 'E339KK', powerOn: '2025-06-01T08:00+08:00' };

test('a shift: who drives, and what the meter added up', () => {
  const { sink } = converse(jt905, frame('0x0B03', { position, ...crew }));
  expect(sink.all('upload')).toMatchObject([
    { upload: { kind: 'driver', time, serial: sn, content: { event: 'in', certificate: 'D-77', plate: 'E339KK' } } },
  ]);
  expect(sink.all('position')).toHaveLength(1);
  expect(replies(sink)).toEqual(ok('0x0B03'));

  const kilometres = { shiftKm: 30.1, shiftOperatingKm: 20, betweenShiftKm: 1, odometerKm: 10, odometerOperatingKm: 5 };
  const money = { totalYuan: 230.5, cardYuan: 0, unitPriceYuan: 2.5 };
  const counts = {
    shiftTrips: 11,
    cardTrips: 0,
    totalTrips: 900,
    signOutType: 0,
    meterK: '1111',
    timerHHmmss: '080000',
  };
  const { sink: out } = converse(
    jt905,
    frame('0x0B04', { position, ...crew, powerOff: '2025-06-01T17:00+08:00', ...kilometres, ...money, ...counts }),
  );
  expect(out.all('upload')).toMatchObject([
    { upload: { kind: 'driver', content: { event: 'out' } } },
    { upload: { kind: 'shift', time, content: { ...kilometres, ...money, shiftTrips: 11 } } },
  ]);
  expect(replies(out)).toEqual(ok('0x0B04'));
});

test('a trip: two late fixes, and one record with meter and rating', () => {
  const trip = { operationId: 1, ratingId: 2, rating: 1, ratingExt: 0, callOrderId: 0, meterRaw: '0103' };
  const end = { ...position, time: '2025-06-01T08:50:15+08:00' };
  const { sink } = converse(jt905, frame('0x0B05', { emptyToLoaded: position, loadedToEmpty: end, ...trip }));
  expect(sink.all('position').map((entry) => [entry.position.fixTime, entry.position.flags & BACKFILLED])).toEqual([
    [time, BACKFILLED],
    [time + 1_200_000, BACKFILLED],
  ]);
  expect(sink.all('upload')).toMatchObject([
    { upload: { kind: 'trip', time: time + 1_200_000, content: { ratingName: 'satisfied', meterRaw: '0103' } } },
  ]);
  expect(replies(sink)).toEqual(ok('0x0B05'));
});

test('heartbeats and orders are answered at once; answers are not answered', () => {
  for (const [id, fields] of [
    ['0x0002', {}],
    ['0x0B01', { businessId: 1 }],
    ['0x0B07', { businessId: 1 }],
    ['0x0B08', { businessId: 1, reason: 2 }],
  ] as const) {
    expect(replies(converse(jt905, frame(id, fields)).sink), id).toEqual(ok(id, 'now'));
  }
  const answers = converse(
    jt905,
    frame('0x0001', { replySn: 1, replyId: '0x8300', result: 0 }),
    frame('0x0201', { replySn: 1, position }),
    frame('0x0202', { position }),
  );
  expect(answers.sink.all('position')).toHaveLength(2);
  expect(answers.sink.all('reply')).toEqual([]);
});

test('what is cut off, unknown or unwelcome is refused and answered so', () => {
  const cut = converse(jt905, frame('0x0200', { bodyHex: '00'.repeat(24) }));
  expect(cut.sink.all('reject')).toMatchObject([
    { reject: 'short-body', detail: '24 bytes are too few for a position' },
  ]);
  expect(replies(cut.sink)).toEqual(ok('0x0200', 'now', 2));
  const cutTrip = converse(jt905, frame('0x0B05', { bodyHex: '00'.repeat(60) }));
  expect(cutTrip.sink.all('reject')).toMatchObject([{ reject: 'short-body' }]);
  expect(cutTrip.sink.all('position')).toEqual([]);
  const unknown = converse(jt905, frame('0x0800', { bodyHex: '00' }));
  expect(unknown.sink.all('reject')).toMatchObject([{ reject: 'unknown-message' }]);
  expect(replies(unknown.sink)).toEqual(ok('0x0800', 'now', 1));

  const { talk, sink } = converse(jt905);
  sink.admitted = (number) => number !== ISU;
  talk.receive(frame('0x0200', { position }));
  expect(sink.all('reject')).toMatchObject([{ reject: 'not-authenticated' }]);
  expect(sink.all('position')).toEqual([]);
});

test('the outcome does not depend on where the stream is cut; noise ends as rejects', () => {
  const stream = Buffer.concat([
    Buffer.from('4745', 'hex'),
    frame('0x0203', { positions: [position, position] }),
    frame('0x0200', { position: { ...position, alarm: 1 } }).fill(0x31, 20, 21),
    frame('0x0002'),
  ]);
  const whole = readAll(jt905, [stream]);
  expect(whole).toHaveLength(8);
  for (let i = 1; i < stream.length; i++) {
    expect(readAll(jt905, [stream.subarray(0, i), stream.subarray(i)])).toEqual(whole);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const log = readAll(jt905, [Buffer.concat([Buffer.of(0x7e), noise, Buffer.of(0x7e)])]);
      for (const entry of log) expect('reject' in entry && entry.reject !== 'decoder-bug').toBe(true);
    }),
    { seed: 905 },
  );
});
