import { hex } from '../../common/codecs.js';
import { field, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/** Server time query, 查询服务器时间请求, 0x0004. No body. */
export const serverTimeQuery: Message = {
  id: 0x0004,
  clauses: { 2019: '§8.4' },
  body: trailing,
};

/** Server time response, 查询服务器时间应答, 0x8004. Body: BCD[6] in UTC, the one time in the standard that is not GMT+8. */
export const serverTimeResponse: Message = {
  id: 0x8004,
  clauses: { 2019: '§8.5' },
  body: sequence(field('timeUtcBcd', hex(6)), trailing),
};

/** Epoch ms as the digits `YYMMDDhhmmss` in UTC. */
export function utcBcd(ms: number): string {
  return new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
}
