import { expect, test } from 'vitest';
import { protocols } from '../../../protocols/index.js';
import { jt808 } from '../../../protocols/jt808/index.js';
import { readAll } from '../sink-log.js';
import { vectors } from './vectors.js';

test('the protocol is in the list', () => {
  expect(protocols).toContain(jt808);
});

test.each(vectors)('$id: the same wherever the bytes are cut', ({ hex }) => {
  const bytes = Buffer.from(hex, 'hex');
  const whole = readAll(jt808, [bytes]);
  expect(whole).not.toEqual([]);
  for (let i = 1; i < bytes.length; i++) {
    expect(readAll(jt808, [bytes.subarray(0, i), bytes.subarray(i)])).toEqual(whole);
  }
});

test('all vectors in one stream, with garbage before them, byte by byte', () => {
  const stream = Buffer.concat([Buffer.from('2424', 'hex'), ...vectors.map(({ hex }) => Buffer.from(hex, 'hex'))]);
  const whole = readAll(jt808, [stream]);
  expect(whole[0]).toMatchObject({ reject: 'no-frame', bytes: '2424' });
  expect(
    readAll(
      jt808,
      Array.from(stream, (byte) => Buffer.from([byte])),
    ),
  ).toEqual(whole);
});
