import { BYTE, record } from '../../common/codecs.js';
import { counted, field, optional, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/** Have the terminal call, 电话回拨, 0x8400. Body: 0 call, 1 listen BYTE · number STRING, at most 20 bytes. */
export const callBack: Message = {
  id: 0x8400,
  clauses: { 2011: '§8.24', 2013: '§8.31', 2019: '§8.28' },
  body: sequence(field('flag', BYTE), text('phoneNumber', 'rest')),
};

const CONTACT = record(field('flag', BYTE), text('phone', BYTE), text('name', BYTE));

/**
 * Set the phone book, 设置电话本, 0x8401.
 * Body: action BYTE (0 delete all, 1 replace, 2 append, 3 modify by contact) · count BYTE · {flag BYTE (1 in, 2 out, 3 both),
 * number, name (length BYTE and STRING each)}.
 */
export const phoneBookSet: Message = {
  id: 0x8401,
  clauses: { 2011: '§8.25', 2013: '§8.32', 2019: '§8.29' },
  body: sequence(field('action', BYTE), optional('contacts', 1, counted(BYTE, 'count', 'contacts', CONTACT)), trailing),
};
