import { DWORD, WORD } from '../../common/codecs.js';
import { derived, field, sequence, trailing, when } from '../../common/layout.js';
import { setBits } from '../alarm-bits.js';
import type { Message } from '../message.js';

/** Location query, 位置信息查询, 0x8201. No body. */
export const locationQuery: Message = {
  id: 0x8201,
  clauses: { 2011: '§8.13', 2013: '§8.19', 2019: '§8.22' },
  body: trailing,
};

/** Temporary tracking, 临时位置跟踪控制, 0x8202. Body: interval s WORD · validity s DWORD; interval 0 stops, alone. */
export const trackingControl: Message = {
  id: 0x8202,
  clauses: { 2011: '§8.15', 2013: '§8.21', 2019: '§8.24' },
  body: sequence(
    field('intervalS', WORD),
    when((fields) => fields.intervalS !== 0, field('validityS', DWORD)),
    trailing,
  ),
};

/**
 * A person has seen the alarm, 人工确认报警消息, 0x8203.
 * Body: serial of the alarm's message WORD (0: all of that kind) · kinds DWORD (bits 0, 3, 20, 21, 22, 27, 28 of the alarm
 * word).
 */
export const alarmConfirm: Message = {
  id: 0x8203,
  clauses: { 2013: '§8.22', 2019: '§8.25' },
  body: sequence(
    field('alarmSeq', WORD),
    field('alarmTypes', DWORD),
    derived((out) => {
      out.alarmTypeBits = setBits(out.alarmTypes as number);
    }),
    trailing,
  ),
};

/** Link check, 链路检测, 0x8204. No body. */
export const linkCheck: Message = {
  id: 0x8204,
  clauses: { 2019: '§8.26' },
  body: trailing,
};
