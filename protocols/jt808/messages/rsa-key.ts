import { DWORD, hex } from '../../common/codecs.js';
import { field, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/** Body: exponent e DWORD · modulus n BYTE[128]. */
const body = sequence(field('exponent', DWORD), field('modulusHex', hex(128)), trailing);

/** The platform's public key, 平台 RSA 公钥, 0x8A00. */
export const platformRsaKey: Message = {
  id: 0x8a00,
  clauses: { 2011: '§8.52', 2013: '§8.64', 2019: '§8.63' },
  body,
};

/** The terminal's public key, 终端 RSA 公钥, 0x0A00. */
export const terminalRsaKey: Message = {
  id: 0x0a00,
  clauses: { 2011: '§8.53', 2013: '§8.65', 2019: '§8.64' },
  body,
};
