import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameCutter, frameBytes, MAX_WIRE_BYTES } from '../../../protocols/common/frame.js';

/** What a cutter makes of pieces of hex: frames as hex, refusals as `reason:hex`. */
function cut(pieces: (string | Buffer)[], maxBytes?: number): string[] {
  const log: string[] = [];
  const cutter = new FrameCutter(
    (bytes, start, end) => log.push(bytes.toString('hex', start, end)),
    (reason, bytes) => log.push(`${reason}:${bytes.toString('hex')}`),
    maxBytes,
  );
  for (const piece of pieces) cutter.push(typeof piece === 'string' ? Buffer.from(piece, 'hex') : piece);
  return log;
}

const frame = (content: string) => frameBytes(Buffer.from(content, 'hex')).toString('hex');

test('the example of the standard (§4.4.2): 30 7e 08 7d 55', () => {
  // There the last byte is taken for the check code; ours is added behind it.
  expect(frame('307e087d55')).toBe('7e307d02087d01556e7e');
  expect(cut([frame('307e087d55')])).toEqual(['307e087d55']);
});

test('a check code that needs escaping itself', () => {
  expect(frame('7f01')).toBe('7e7f017d027e');
  expect(frame('7f02')).toBe('7e7f027d017e');
  expect(cut([frame('7f01'), frame('7f02')])).toEqual(['7f01', '7f02']);
});

test('several frames in one piece, one shared delimiter, empty frames', () => {
  expect(cut([frame('0102') + frame('0304')])).toEqual(['0102', '0304']);
  expect(cut(['7e0102037e0304077e'])).toEqual(['0102', '0304']);
  expect(cut([`7e7e7e${frame('0102')}7e`])).toEqual(['0102']);
});

test('between 7d and its second byte', () => {
  const whole = frame('307e087d55');
  for (let i = 2; i < whole.length; i += 2) {
    expect(cut([whole.slice(0, i), whole.slice(i)])).toEqual(['307e087d55']);
  }
});

test('bytes before the first delimiter are told of once', () => {
  expect(cut(['24', `24${frame('0102')}`])).toEqual(['no-frame:2424', '0102']);
});

describe('what is refused', () => {
  test('a wrong check code, as it came', () => {
    expect(cut(['7e01027d02ff7e'])).toEqual(['bad-checksum:01027d02ff']);
  });

  test('a bad escape that the check code does not excuse', () => {
    expect(cut(['7e017d03007e'])).toEqual(['bad-escape:017d0300']);
  });

  test('a bad escape that it does: the terminal forgot to escape', () => {
    expect(cut(['7e017d037f7e'])).toEqual(['017d03']);
    expect(cut(['7e7d7d7e'])).toEqual(['7d']);
  });

  test('a lone byte is a check code of nothing', () => {
    expect(cut(['7e007e'])).toEqual(['']);
    expect(cut(['7e017e'])).toEqual(['bad-checksum:01']);
  });
});

describe('longer than a frame can be', () => {
  test('is given up at the bound, and what follows is no frame', () => {
    expect(cut([`7e${'11'.repeat(10)}7e${frame('0102')}`], 4)).toEqual([
      `frame-too-long:${'11'.repeat(4)}`,
      `no-frame:${'11'.repeat(4)}`,
      `no-frame:${'11'.repeat(2)}`,
      '0102',
    ]);
  });

  test('the bound itself is allowed', () => {
    expect(cut(['7e010203007e'], 4)).toEqual(['010203']);
  });

  test('never holds more than the bound', () => {
    const cutter = new FrameCutter(
      () => {},
      () => {},
    );
    for (let i = 0; i < 100; i++) {
      cutter.push(Buffer.alloc(1000, i === 0 ? 0x7e : 0x11));
      expect(cutter.held).toBeLessThanOrEqual(MAX_WIRE_BYTES);
    }
    // The first piece ended with an opening delimiter, so a frame was under way until it was too long.
    expect(cutter.insideFrame).toBe(false);
  });
});

test('insideFrame and held say what is under way', () => {
  const cutter = new FrameCutter(
    () => {},
    () => {},
  );
  expect([cutter.insideFrame, cutter.held]).toEqual([false, 0]);
  cutter.push(Buffer.from('7e', 'hex'));
  expect([cutter.insideFrame, cutter.held]).toEqual([false, 0]);
  cutter.push(Buffer.from('01', 'hex'));
  expect([cutter.insideFrame, cutter.held]).toEqual([true, 1]);
  cutter.push(Buffer.from('7e', 'hex'));
  expect([cutter.insideFrame, cutter.held]).toEqual([false, 0]);
});

test('current is the frame as it came, only while it is handled', () => {
  const seen: string[] = [];
  const cutter: FrameCutter = new FrameCutter(
    () => seen.push(cutter.current.toString('hex')),
    () => {},
  );
  cutter.push(Buffer.from(frame('307e'), 'hex'));
  expect(seen).toEqual(['307d024e']);
  expect(cutter.current.length).toBe(0);
});

const SEED = { seed: 808 };
const bytes = fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b));
// Delimiters and escapes far more often than chance would have them.
const hostile = fc
  .array(fc.oneof(fc.constantFrom(0x7e, 0x7d, 0x01, 0x02), fc.integer({ min: 0, max: 255 })), { maxLength: 400 })
  .map((b) => Buffer.from(b));

test('any content comes back, wherever it is cut', () => {
  fc.assert(
    fc.property(bytes, fc.nat(), (content, where) => {
      const wire = frameBytes(content);
      const at = where % wire.length;
      expect(wire.subarray(1, -1).includes(0x7e)).toBe(false);
      expect(cut([wire.subarray(0, at), wire.subarray(at)])).toEqual([content.toString('hex')]);
    }),
    SEED,
  );
});

test('any bytes give the same, however they are cut', () => {
  fc.assert(
    fc.property(hostile, fc.array(fc.nat({ max: 400 }), { maxLength: 6 }), (stream, cuts) => {
      const at = [0, ...cuts.map((c) => Math.min(c, stream.length)).sort((a, b) => a - b), stream.length];
      const pieces = at.slice(1).map((end, i) => stream.subarray(at[i], end));
      expect(cut(pieces, 20)).toEqual(cut([stream], 20));
    }),
    { ...SEED, numRuns: 500 },
  );
});
