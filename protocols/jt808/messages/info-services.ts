import { BYTE, record, WORD } from '../../common/codecs.js';
import { counted, field, optional, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Set the menu of information services, 信息点播菜单设置, 0x8303.
 * Body: action BYTE (0 delete all, 1 update, 2 append, 3 modify) · count BYTE · {type BYTE, length WORD, name}.
 */
export const infoMenuSet: Message = {
  id: 0x8303,
  clauses: { 2011: '§8.21', 2013: '§8.28' },
  body: sequence(
    field('action', BYTE),
    optional('items', 1, counted(BYTE, 'count', 'items', record(field('infoType', BYTE), text('name', WORD)))),
    trailing,
  ),
};

/** Order or cancel a service, 信息点播/取消, 0x0303. Body: type BYTE · 0 cancel, 1 order BYTE. */
export const infoSubscribe: Message = {
  id: 0x0303,
  clauses: { 2011: '§8.22', 2013: '§8.29' },
  body: sequence(field('infoType', BYTE), field('subscribe', BYTE), trailing),
};

/** What a service has to tell, 信息服务, 0x8304. Body: type BYTE · text (length WORD and STRING). */
export const infoService: Message = {
  id: 0x8304,
  clauses: { 2011: '§8.23', 2013: '§8.30' },
  body: sequence(field('infoType', BYTE), text('text', WORD), trailing),
};
