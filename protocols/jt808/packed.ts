import type { Edition } from '../common/edition.js';
import { Header, readHeader } from './header.js';
import { terminalNumber } from './terminal-number.js';

/**
 * The message in what was packed (0x0901), header first. The standard does not say whether a header, or a check code, is
 * packed too: a header is believed where it fits the bytes and names the same terminal. Null where there is none.
 */
export function packedMessage(plain: Buffer, terminal: string, edition: Edition | null): Header | null {
  for (const end of [plain.length, plain.length - 1]) {
    const header = new Header();
    if (readHeader(plain, 0, end, edition, header) !== null) continue;
    if (terminalNumber(plain.toString('hex', header.numberStart, header.numberEnd)) === terminal) return header;
  }
  return null;
}
