import iconv from 'iconv-lite';

/**
 * STRING of JT/T 808 (all editions, table of data types): GBK, no terminator. Real terminals also send UTF-8 and broken
 * bytes; nothing here throws on them.
 */
const strictGbk = new TextDecoder('gbk', { fatal: true });
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const gbk = new TextDecoder('gbk');

/** GBK to text; bytes that are no GBK are tried as UTF-8, and failing that read as GBK with replacement characters. */
export function decodeText(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  try {
    return strictGbk.decode(bytes);
  } catch {
    try {
      return strictUtf8.decode(bytes);
    } catch {
      return gbk.decode(bytes);
    }
  }
}

/** Text to GBK; a character that GBK does not have becomes `?`. */
export function encodeText(text: string): Buffer {
  return iconv.encode(text, 'gbk');
}

/** Takes 0x00 off both ends, and spaces too where fields are padded with them. */
export function stripPadding(text: string, spaces: boolean): string {
  const isPadding = (c: string) => c === '\0' || (spaces && c === ' ');
  let start = 0;
  let end = text.length;
  while (start < end && isPadding(text[start])) start++;
  while (end > start && isPadding(text[end - 1])) end--;
  return text.slice(start, end);
}

function isAscii(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] > 0x7f) return false;
  return true;
}
