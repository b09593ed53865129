import { gunzipSync } from 'node:zlib';
import { DWORD, type Fields } from '../../common/codecs.js';
import { blob, derived, field, sequence } from '../../common/layout.js';
import type { Message } from '../message.js';

/** More than a split message may hold: whatever inflates further was made to hurt. */
const MAX_INFLATED_BYTES = 1024 * 1024;
/** What stands before the packed data. */
export const COMPRESSED_HEAD_BYTES = 4;

/**
 * A message packed with GZIP, 数据压缩上报, 0x0901. Body: length DWORD · GZIP data. What is inside is given as `inflatedHex`,
 * where it can be unpacked.
 */
export const compressedUpload: Message = {
  id: 0x0901,
  clauses: { 2011: '§8.51', 2013: '§8.63', 2019: '§8.62' },
  body: sequence(
    field('compressedLength', DWORD, { default: (from: Fields) => String(from.dataHex ?? '').length / 2 }),
    blob('data'),
    derived((out) => {
      const inflated = inflate(Buffer.from(out.dataHex as string, 'hex'));
      if (inflated !== null) out.inflatedHex = inflated.toString('hex');
    }),
  ),
};

/** What is packed; null where that cannot be told, or is too much. */
export function inflate(packed: Buffer): Buffer | null {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch {
    return null; // cut off, damaged, or larger than anything honest
  }
}
