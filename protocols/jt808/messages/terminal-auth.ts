import { BYTE } from '../../common/codecs.js';
import { oneOf, sequence, text } from '../../common/layout.js';
import type { Reader } from '../../common/wire.js';
import type { Message } from '../message.js';

const IMEI_BYTES = 15;
const VERSION_BYTES = 20;

/**
 * Terminal authentication, 终端鉴权, 0x0102.
 * Body of 2011 and 2013: the authentication code STRING. 2019: length BYTE · code · IMEI BYTE[15] · software version
 * BYTE[20], padded with 0x00 on the right (the printed offsets are wrong). Terminals cut the version short, and some
 * with a 2019 header send the older body.
 */
export const terminalAuth: Message = {
  id: 0x0102,
  clauses: { 2011: '§8.7', 2013: '§8.8 table 9', 2019: '§8.11' },
  body: oneOf(
    {
      code: text('authCode', 'rest'),
      full: sequence(
        text('authCode', BYTE),
        text('imei', IMEI_BYTES),
        oneOf(
          { whole: text('softwareVersion', VERSION_BYTES), cut: text('softwareVersion', 'rest') },
          (r) => (r.remaining === VERSION_BYTES ? 'whole' : 'cut'),
          () => 'whole',
        ),
      ),
    },
    (r) => (r.edition === '2019' && hasImei(r) ? 'full' : 'code'),
    (from, edition) => (edition === '2019' && from.imei !== undefined ? 'full' : 'code'),
  ),
};

function hasImei(r: Reader): boolean {
  return r.remaining > 0 && 1 + r.bytes[r.at] + IMEI_BYTES <= r.remaining;
}
