import { describe, expect, test } from 'vitest';
import type { Edition } from '../../../protocols/common/edition.js';
import { Header, readHeader, withHeader } from '../../../protocols/jt808/header.js';

/** Header and body without check code, read: what was found, and what is wrong with it. */
function read(hex: string, remembered: Edition | null = null): { wrong: string | null; h: Header } {
  const h = new Header();
  const bytes = Buffer.from(`ffff${hex}`, 'hex'); // never from the beginning of a buffer
  return { wrong: readHeader(bytes, 2, bytes.length, remembered, h), h };
}

const body = 'aabbcc';
const short = (attributes: string, more = body) => `0200${attributes}0138001380000007${more}`;
const long = (attributes: string, version = '01', more = body) =>
  `0200${attributes}${version}000000000138001380000007${more}`;

describe('editions are told apart by flag and length together', () => {
  test('2011/2013: no flag, short', () => {
    const { wrong, h } = read(short('0003'));
    expect(wrong).toBeNull();
    expect(h).toMatchObject({ messageId: 0x0200, edition: '2013', seq: 7, packageTotal: 0, declaredLength: 3 });
    expect(h.bodyEnd - h.bodyStart).toBe(3);
    expect(h.numberEnd - h.numberStart).toBe(6);
  });

  test('2019: flag, long', () => {
    const { wrong, h } = read(long('4003'));
    expect(wrong).toBeNull();
    expect(h).toMatchObject({ edition: '2019', protocolVersion: 1, seq: 7 });
    expect(h.numberEnd - h.numberStart).toBe(10);
  });

  test('a flag over a short header is 2013', () => {
    expect(read(short('4003'))).toMatchObject({ wrong: null, h: { edition: '2013', seq: 7 } });
  });

  test('a long header without the flag is 2019, if the version is 1', () => {
    expect(read(long('0003'))).toMatchObject({ wrong: null, h: { edition: '2019', protocolVersion: 1 } });
    expect(read(long('0003', '05'))).toMatchObject({ wrong: 'bad-length', h: { edition: '2013' } });
  });

  test('neither: the flag, or what is remembered, decides how it is shown', () => {
    expect(read(short('0009'))).toMatchObject({ wrong: 'bad-length', h: { edition: '2013', lengthOk: false } });
    expect(read(long('4009'))).toMatchObject({ wrong: 'bad-length', h: { edition: '2019' } });
    expect(read(long('0009'), '2019')).toMatchObject({ wrong: 'bad-length', h: { edition: '2019' } });
  });

  test('2011 has to be remembered', () => {
    expect(read(short('0003'), '2011').h.edition).toBe('2011');
    expect(read(long('4003'), '2011').h.edition).toBe('2019');
  });
});

test('the item of a split message is not part of the body', () => {
  expect(read(short('2003', `00050002${body}`))).toMatchObject({
    wrong: null,
    h: { packageTotal: 5, packageIndex: 2, declaredLength: 3, lengthOk: true },
  });
  expect(read(long('6003', '01', `00050002${body}`))).toMatchObject({
    wrong: null,
    h: { edition: '2019', packageTotal: 5, packageIndex: 2 },
  });
});

test('bits 10–12 say that the body is encrypted', () => {
  expect(read(short('0403')).h.encrypted).toBe(true);
  expect(read(short('0003')).h.encrypted).toBe(false);
});

test('electronic locks: one byte of serial number, attributes their own', () => {
  const { wrong, h } = read('5501043374019031118506'.concat('00'.repeat(0x33)));
  expect(wrong).toBeNull();
  expect(h).toMatchObject({ edition: 'vendor', seq: 6, encrypted: false, declaredLength: 0x33 });
});

test.each([0, 1, 4, 11, 12, 15])('%i bytes: short, never read beyond', (n) => {
  const whole = short('2003', `00050002${body}`);
  const { wrong } = read(whole.slice(0, n * 2));
  expect(wrong).toBe('short-header');
});

test('a header that is written is read again', () => {
  for (const edition of ['2013', '2019'] as const) {
    for (const part of [{}, { packageTotal: 3, packageIndex: 2 }]) {
      const number = Buffer.alloc(edition === '2019' ? 10 : 6, 0x13);
      const bytes = withHeader({ messageId: 0x0801, edition, number, seq: 65_535, ...part }, Buffer.from(body, 'hex'));
      expect(read(bytes.toString('hex'))).toMatchObject({
        wrong: null,
        h: { messageId: 0x0801, edition, seq: 65_535, lengthOk: true, packageTotal: 0, ...part },
      });
    }
  }
});

test('a body over 1,023 bytes has no header', () => {
  const h = { messageId: 1, edition: '2013', number: Buffer.alloc(6), seq: 0 } as const;
  expect(withHeader(h, Buffer.alloc(1023)).length).toBe(1035);
  expect(() => withHeader(h, Buffer.alloc(1024))).toThrow(/at most 1023 body bytes, not 1024/);
});
