import type { FrameHead } from '../../model/protocol-tools.js';
import { hexNumber } from '../common/codecs.js';
import { unescapeInto } from '../common/frame.js';
import { E7_NUMBER_BYTES, e7Content, isE7Frame } from './e7-frames.js';
import { Header, readHeader } from './header.js';
import { terminalNumber } from './terminal-number.js';

/** What the header of a frame without its delimiters says, right or wrong; null where there are too few bytes for one. */
export function frameHead(bytes: Buffer): FrameHead | null {
  const isE7 = isE7Frame(bytes);
  const plain = isE7 ? e7Content(bytes) : Buffer.alloc(bytes.length);
  const length = isE7 ? plain.length : unescapeInto(plain, bytes, 0, bytes.length).length;
  const header = new Header();
  const numberBytes = isE7 ? E7_NUMBER_BYTES : undefined;
  if (readHeader(plain, 0, Math.max(0, length - 1), null, header, numberBytes) === 'short-header') return null;
  return {
    messageId: hexNumber(header.messageId, 4),
    edition: header.edition,
    terminal: terminalNumber(plain.toString('hex', header.numberStart, header.numberEnd)),
    lengthOff: header.bodyEnd - header.bodyStart - header.declaredLength,
  };
}
