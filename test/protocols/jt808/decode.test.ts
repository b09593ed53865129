import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../../protocols/jt808/decode.js';
import { encodeJson } from '../../../protocols/jt808/encode.js';
import { vector, vectors } from './vectors.js';

describe('public vectors', () => {
  test.each(vectors)('$id says all that it should', ({ hex, edition, expect: expected }) => {
    const decoded = decodeFrame(Buffer.from(hex, 'hex'), { lenient: true });
    expect(decoded).toMatchObject({ ok: true, protocol: 'jt808', edition, ...expected });
  });
});
