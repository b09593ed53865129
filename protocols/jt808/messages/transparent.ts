import { BYTE } from '../../common/codecs.js';
import { blob, field, sequence } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Body: type BYTE (0x00 GNSS detail, 0x0B IC card, 0x41 and 0x42 serial ports, 0xF0–0xFF custom, of which 苏标 uses 0xF7 and
 * 0xF8) · content. The 2011 draft counts packets; it is not in the field.
 */
const body = sequence(field('transparentType', BYTE), blob('data'));

/** Data handed through to something behind the terminal, 数据下行透传, 0x8900. */
export const transparentDown: Message = {
  id: 0x8900,
  clauses: { 2011: '§8.49', 2013: '§8.61', 2019: '§8.60' },
  body,
};

/** Data handed through from something behind the terminal, 数据上行透传, 0x0900. */
export const transparentUp: Message = {
  id: 0x0900,
  clauses: { 2011: '§8.50', 2013: '§8.62', 2019: '§8.61' },
  body,
};
