import type { FrameHead } from '../../model/protocol-tools.js';
import { hexNumber } from '../common/codecs.js';
import { unescapeInto } from '../common/frame.js';
import { Header, readHeader } from './header.js';
import { terminalNumber } from './terminal-number.js';

/** What the header of a frame without its delimiters says, right or wrong; null where there are too few bytes for one. */
export function frameHead(bytes: Buffer): FrameHead | null {
  const plain = Buffer.alloc(bytes.length);
  const { length } = unescapeInto(plain, bytes, 0, bytes.length);
  const header = new Header();
  if (readHeader(plain, 0, Math.max(0, length - 1), null, header) === 'short-header') return null;
  return {
    messageId: hexNumber(header.messageId, 4),
    edition: header.edition,
    terminal: terminalNumber(plain.toString('hex', header.numberStart, header.numberEnd)),
    lengthOff: header.bodyEnd - header.bodyStart - header.declaredLength,
  };
}
