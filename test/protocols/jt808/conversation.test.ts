import { beforeEach, describe, expect, test } from 'vitest';
import { LOCATED } from '../../../model/position.js';
import { frameBytes } from '../../../protocols/common/frame.js';
import { Jt808Conversation } from '../../../protocols/jt808/conversation.js';
import { decodeFrame } from '../../../protocols/jt808/decode.js';
import { encodeFrame, encodeFrames, type OutgoingMessage } from '../../../protocols/jt808/encode.js';
import { MemoryBudget } from '../../../protocols/jt808/subpackage.js';
import { SinkLog } from '../sink-log.js';
import { vector } from './vectors.js';

let sink: SinkLog;
let talk: Jt808Conversation;
let serial: number;
beforeEach(() => {
  sink = new SinkLog();
  talk = new Jt808Conversation(sink, { clock: () => Date.UTC(2026, 0, 31, 4, 5, 6) });
  serial = 100;
});

const NOON = { lat: 31.2, lon: 121.5, time: '2026-01-31T12:00:00+08:00' };
type Said = Partial<OutgoingMessage> & { msgId: number };
const frameOf = (m: Said) => encodeFrame({ edition: '2013', phone: '13800138000', seq: serial++, fields: {}, ...m });

/** Says it, and gives what came of it: replies as JSON with when they may leave, everything else as the sink got it. */
function say(m: Said | Buffer): unknown[] {
  const before = sink.log.length;
  talk.receive(Buffer.isBuffer(m) ? m : frameOf(m));
  return sink.log.slice(before).map((entry) => {
    if (!('reply' in entry)) return entry;
    const reply = decodeFrame(Buffer.from(entry.reply, 'hex'));
    return { ...reply, when: entry.when };
  });
}

const answer = (replySeq: number, replyId: string, result: number, when: 'now' | 'accepted') =>
  expect.objectContaining({ ok: true, msgId: '0x8001', phone: '13800138000', replySeq, replyId, result, when });

test('a terminal’s day: register, authenticate, report, heartbeat, log out', () => {
  expect(
    say({
      msgId: 0x0100,
      fields: {
        provinceId: 31,
        cityId: 115,
        manufacturer: 'CHEJI',
        model: 'T1',
        terminalId: '42',
        plateColor: 2,
        plate: '沪A12345',
      },
    }),
  ).toEqual([
    { frame: 0x0100 },
    {
      register: {
        terminal: {
          protocol: 'jt808',
          number: '13800138000',
          registered: true,
          province: 31,
          city: 115,
          manufacturer: 'CHEJI',
          model: 'T1',
          terminalId: '42',
        },
        plate: '沪A12345',
        plateColor: 2,
      },
    },
    expect.objectContaining({
      msgId: '0x8100',
      seq: 0,
      replySeq: 100,
      result: 0,
      authCode: 'code-1',
      when: 'accepted',
    }),
  ]);
  expect(say({ msgId: 0x0102, fields: { authCode: 'code-1' } })).toEqual([
    { frame: 0x0102 },
    { authenticate: '13800138000', authCode: 'code-1' },
    answer(101, '0x0102', 0, 'accepted'),
  ]);
  expect(say({ msgId: 0x0200, fields: { ...NOON, mileageKm: 7 } })).toEqual([
    { frame: 0x0200 },
    { position: expect.objectContaining({ lat: 31.2, lon: 121.5, mileageKm: 7, items: '010400000046' }) },
    answer(102, '0x0200', 0, 'accepted'),
  ]);
  expect(say({ msgId: 0x0704, fields: { dataType: 1, positions: [NOON, NOON] } })).toEqual([
    { frame: 0x0704 },
    { position: expect.anything() },
    { position: expect.anything() },
    answer(103, '0x0704', 0, 'accepted'),
  ]);
  expect(say({ msgId: 0x0002 })).toEqual([{ frame: 0x0002 }, answer(104, '0x0002', 0, 'now')]);
  expect(say({ msgId: 0x0003 })).toEqual([
    { frame: 0x0003 },
    { deregister: '13800138000' },
    answer(105, '0x0003', 0, 'accepted'),
  ]);
  expect(sink.all('reject')).toEqual([]);
});

describe('registration', () => {
  test('a refusal has no code', () => {
    sink.answer = { result: 1 };
    const [, , reply] = say({ msgId: 0x0100, fields: { plateColor: 1, plate: '沪A1' } });
    expect(reply).toMatchObject({ msgId: '0x8100', result: 1, when: 'now' });
    expect(reply).not.toHaveProperty('authCode');
  });

  test('without a plate the text is the VIN, and nobody’s plate', () => {
    say({ msgId: 0x0100, fields: { plateColor: 0, plate: 'LSVAA4187C2184841' } });
    expect(sink.all('register')[0].register).toMatchObject({ plate: null, plateColor: null });
  });

  test('cut off', () => {
    expect(say({ msgId: 0x0100, body: Buffer.alloc(10) })).toEqual([
      { frame: 0x0100 },
      expect.objectContaining({ reject: 'short-body', detail: expect.stringContaining('model') }),
      answer(100, '0x0100', 2, 'now'),
    ]);
  });

  test('a 2011 body is remembered: alarms are read by that edition, until something newer comes', () => {
    say(Buffer.from(vector('go808-parse_test-110').hex, 'hex'));
    const alarmsOf = () => {
      say({ msgId: 0x0200, phone: '12345678901', fields: { ...NOON, alarm: 0x1001 } });
      return sink.all('position').at(-1)!.position.alarms;
    };
    expect(alarmsOf()).toBe(1);
    say({ msgId: 0x0704, phone: '12345678901', fields: { positions: [] } });
    expect(alarmsOf()).toBe(0x1001);
  });
});

describe('authentication', () => {
  test('a wrong code', () => {
    expect(say({ msgId: 0x0102, fields: { authCode: 'other' } }).at(-1)).toEqual(answer(100, '0x0102', 1, 'now'));
  });

  test('2019 tells IMEI and software', () => {
    say(Buffer.from(vector('go808-parse_test-95').hex, 'hex'));
    expect(sink.all('authenticate')).toEqual([{ authenticate: '17299841738', authCode: '17299841738' }]);
    expect(decodeFrame(Buffer.from(sink.all('reply')[0].reply, 'hex'))).toMatchObject({
      edition: '2019',
      protocolVersion: 1,
      phoneBcd: '00000000017299841738',
      result: 1,
    });
  });

  test('before it, only registration, authentication and the time are answered', () => {
    sink.admitted = () => false;
    for (const msgId of [0x0002, 0x0003, 0x0200, 0x0704, 0x0900]) {
      const seq = serial;
      const id = `0x${msgId.toString(16).padStart(4, '0')}`;
      expect(say({ msgId, body: Buffer.alloc(28) })).toEqual([
        { frame: msgId },
        expect.objectContaining({ reject: 'not-authenticated' }),
        answer(seq, id, 1, 'now'),
      ]);
    }
    expect(say({ msgId: 0x0004 }).at(-1)).toMatchObject({ msgId: '0x8004', timeUtcBcd: '260131040506', when: 'now' });
    expect(sink.all('position')).toEqual([]);
  });
});

describe('locations', () => {
  test('one that the sink refuses for ever is acknowledged: it would come again for ever', () => {
    const [, position, reply] = say({
      msgId: 0x0200,
      fields: { ...NOON, time: null, timeBcd: '000000000000', alarm: 1 },
    });
    expect(position).toMatchObject({ position: { fixTime: NaN, alarms: 1 } });
    expect(reply).toEqual(answer(100, '0x0200', 0, 'accepted'));
  });

  test('an alarm without a fix is handed on', () => {
    say({ msgId: 0x0200, fields: { ...NOON, positioned: false, alarm: 1 } });
    expect(sink.all('position')[0].position).toMatchObject({ alarms: 1, lat: 31.2 });
    expect(sink.all('position')[0].position.flags & LOCATED).toBe(0);
  });

  test('cut off: refused, and the terminal is told', () => {
    expect(say({ msgId: 0x0200, body: Buffer.alloc(20) })).toEqual([
      { frame: 0x0200 },
      expect.objectContaining({ reject: 'short-body' }),
      answer(100, '0x0200', 2, 'now'),
    ]);
    expect(say({ msgId: 0x0704, body: Buffer.alloc(2) }).at(-1)).toEqual(answer(101, '0x0704', 2, 'now'));
  });

  test('answers to queries and controls are locations too', () => {
    for (const msgId of [0x0201, 0x0500]) {
      say({ msgId, fields: { replySeq: 9, ...NOON } });
      expect(sink.all('position').at(-1)!.position).toMatchObject({ lat: 31.2, fixTime: Date.UTC(2026, 0, 31, 4) });
    }
    say({ msgId: 0x0201, fields: NOON }); // the 2011 draft: no serial
    expect(sink.all('position').at(-1)!.position).toMatchObject({ lat: 31.2, fixTime: Date.UTC(2026, 0, 31, 4) });
  });
});

describe('what is not for us', () => {
  test('an unknown id, and a known one that is not handled', () => {
    for (const msgId of [0x1206, 0x5678, 0x8104]) {
      const seq = serial;
      const id = `0x${msgId.toString(16).padStart(4, '0')}`;
      expect(say({ msgId, body: Buffer.alloc(3) })).toEqual([
        { frame: msgId },
        expect.objectContaining({ reject: 'unknown-message', detail: `message ${id}` }),
        answer(seq, id, 3, 'now'),
      ]);
    }
  });

  test('an encrypted body', () => {
    const plain = Buffer.from(frameOf({ msgId: 0x0200, fields: NOON })).subarray(1, -2);
    plain[2] |= 0x04;
    expect(say(frameBytes(plain))).toEqual([
      { frame: 0x0200 },
      expect.objectContaining({ reject: 'encrypted' }),
      answer(100, '0x0200', 2, 'now'),
    ]);
  });

  test('answers want no answer; parts that we never split cannot be sent again', () => {
    const response = { terminal: '13800138000', serial: 1, types: ['set-parameters'], says: { refused: null } };
    expect(say({ msgId: 0x0001, fields: { replySeq: 1, replyId: '0x8103', result: 0 } })).toEqual([
      { frame: 1 },
      { response },
    ]);
    expect(say({ msgId: 0x0005, fields: { originalSeq: 1, packetIds: [1] } }).at(-1)).toEqual(
      answer(101, '0x0005', 1, 'now'),
    );
  });

  test('frames with a wrong length are never answered: the terminal sends them again', () => {
    expect(say(frameBytes(Buffer.from('0200000501380013800000070102', 'hex')))).toEqual([
      {
        reject: 'bad-length',
        bytes: expect.stringMatching(/^02000005/),
        detail: '5 body bytes declared, 2 are there',
      },
    ]);
    expect(say(frameBytes(Buffer.from('0200', 'hex')))).toMatchObject([{ reject: 'short-header' }]);
  });
});

test('replies go out under the number and header that came, with our own serial numbers', () => {
  const last = () => decodeFrame(Buffer.from(sink.all('reply').at(-1)!.reply, 'hex'));
  say({ msgId: 0x0002, phone: '44' });
  expect(last()).toMatchObject({ phoneBcd: '000000000044', edition: '2013', seq: 0 });
  say({ msgId: 0x0002, phone: '55', edition: '2019', protocolVersion: 3 });
  expect(last()).toMatchObject({ phoneBcd: '00000000000000000055', edition: '2019', protocolVersion: 3, seq: 1 });
  // An IMEI in binary is no number of digits: it goes back as it came.
  const imei = Buffer.from(frameOf({ msgId: 0x0002 })).subarray(1, -2);
  imei.set(Buffer.from('4ef480128919', 'hex'), 4);
  const asked: string[] = [];
  sink.admitted = (number) => asked.push(number) > 0;
  say(frameBytes(imei));
  expect(asked).toEqual(['868120276851455']);
  expect(last()).toMatchObject({ phoneBcd: '4ef480128919', seq: 2 });
});

test('a fault of ours costs one frame, not the conversation', () => {
  sink.position = () => {
    throw new Error('on purpose');
  };
  expect(say({ msgId: 0x0200, fields: NOON })).toEqual([
    { frame: 0x0200 },
    expect.objectContaining({ reject: 'decoder-bug', detail: expect.stringContaining('on purpose') }),
  ]);
  expect(say({ msgId: 0x0002 }).at(-1)).toEqual(answer(101, '0x0002', 0, 'now'));
});

describe('split messages', () => {
  const positions = Array.from({ length: 60 }, () => NOON);
  const batch = (extra: Partial<OutgoingMessage> = {}) =>
    encodeFrames({ msgId: 0x0704, edition: '2013', phone: '13800138000', seq: 7, fields: { positions }, ...extra });

  test('each part is answered; the last one when its fixes are safe', () => {
    const [first, second] = batch();
    expect(say(first)).toEqual([{ frame: 0x0704 }, answer(7, '0x0704', 0, 'now')]);
    expect(talk.held).toBe(1023);
    const result = say(second);
    expect(result.filter((e) => 'position' in (e as object))).toHaveLength(60);
    expect(result.at(-1)).toEqual(answer(8, '0x0704', 0, 'accepted'));
    expect(talk.held).toBe(0);
  });

  test('missing parts are asked for in the form of the edition', () => {
    for (const [edition, expected] of [
      ['2013', { msgId: '0x8003', bodyLength: 5, originalSeq: 7, packetIds: [1] }],
      ['2019', { msgId: '0x8003', bodyLength: 6, originalSeq: 7, packetIds: [1], edition: '2019' }],
    ] as const) {
      talk = new Jt808Conversation(sink);
      say(batch({ edition })[1]);
      for (const now of [0, 5000, 6000]) talk.tick(now);
      expect(decodeFrame(Buffer.from(sink.all('reply').at(-1)!.reply, 'hex'))).toMatchObject(expected);
    }
  });

  test('total 1 is an ordinary message; part 3 of 2 is none', () => {
    const only = { packageTotal: 1, packageIndex: 1 };
    expect(say({ msgId: 0x0200, fields: NOON, ...only }).at(-1)).toEqual(answer(100, '0x0200', 0, 'accepted'));
    expect(say({ msgId: 0x0200, fields: NOON, packageTotal: 2, packageIndex: 3 })).toEqual([
      { frame: 0x0200 },
      expect.objectContaining({ reject: 'bad-package', detail: 'part 3 of 2' }),
      answer(101, '0x0200', 1, 'now'),
    ]);
  });

  test('what waits when the connection ends is given up and counted', () => {
    const partsBudget = new MemoryBudget(10_000);
    talk = new Jt808Conversation(sink, { partsBudget });
    say(batch()[0]);
    expect(partsBudget.used).toBe(1023);
    talk.close();
    expect(sink.all('reject')).toMatchObject([{ reject: 'package-timeout' }]);
    expect(partsBudget.used).toBe(0);
  });
});
