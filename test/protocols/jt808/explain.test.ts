import { describe, expect, test } from 'vitest';
import { unescapeInto } from '../../../protocols/common/frame.js';
import { encodeFrame } from '../../../protocols/jt808/encode.js';
import { explainFrame } from '../../../protocols/jt808/explain.js';
import { vector, vectors } from './vectors.js';

/** The frame without its escapes. */
function plain(wire: Buffer): string {
  const out = Buffer.alloc(wire.length);
  return out.toString('hex', 0, unescapeInto(out, wire, 0, wire.length).length);
}

test.each(vectors)('$id: every byte is explained once, in order, by a clause', ({ hex }) => {
  const wire = Buffer.from(hex, 'hex');
  const { decoded, rows, escapes } = explainFrame(wire, { lenient: true });
  expect(rows.map((row) => row.hex).join('')).toBe(plain(wire));
  let offset = 0;
  for (const row of rows) {
    expect(row.offset).toBe(offset);
    offset += row.hex.length / 2;
    expect(row.field).not.toBe('');
    // Nothing describes the body of a message that no text has.
    expect(row.clause).toMatch(
      decoded.ok && decoded.name === 'Unknown' && row.field === 'body' ? /^$/ : /^(JT\/T|T\/JSATL) /,
    );
  }
  expect(escapes).toBe(wire.length - plain(wire).length / 2);
});

const rowsOf = (id: string) => explainFrame(Buffer.from(vector(id).hex, 'hex'), { lenient: true }).rows;

test('fields inside lists and items have a path; each names the text that describes it', () => {
  expect(rowsOf('smallchi-0x0704-123')).toContainEqual({
    offset: 88,
    hex: '00000060',
    field: 'positions[1].mileageKm',
    value: '9.6',
    clause: 'JT/T 808-2013 §8.49',
    wireOffset: 88,
    wireLength: 4,
  });
  const rows = rowsOf('go808-example_test-43');
  expect(rows).toContainEqual(expect.objectContaining({ field: 'adas.level', clause: 'T/JSATL 12-2017' }));
  expect(rows).toContainEqual(expect.objectContaining({ field: 'videoAlarm', clause: 'JT/T 1078-2016' }));
  expect(rows).toContainEqual(
    expect.objectContaining({ field: 'alarm', clause: expect.stringContaining('JT/T 808-2019 §8.21') }),
  );
});

describe('what is wrong is explained as far as it could be read', () => {
  test('a body that is cut off', () => {
    const frame = encodeFrame({ msgId: 0x8001, edition: '2013', phone: '1', seq: 1, body: Buffer.from([0, 7, 2]) });
    const { decoded, rows } = explainFrame(frame);
    expect(decoded).toMatchObject({ ok: false, error: { code: 'short-body' } });
    expect(rows.map((row) => row.field)).toEqual([
      'delimiter',
      'msgId',
      'attributes',
      'phone',
      'seq',
      'replySeq',
      'check code',
      'delimiter',
    ]);
  });

  test('a wrong check code', () => {
    const { rows } = explainFrame(Buffer.from(vector('traccar-086').hex, 'hex'), { lenient: true });
    expect(rows.at(-2)).toMatchObject({ field: 'check code', value: 'wrong, should be 0xf0' });
  });

  test('nothing at all', () => {
    expect(explainFrame(Buffer.from('7e7e', 'hex')).decoded).toMatchObject({ ok: false });
    expect(explainFrame(Buffer.alloc(0))).toMatchObject({ rows: [], escapes: 0 });
  });
});
