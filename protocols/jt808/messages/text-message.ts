import { BYTE } from '../../common/codecs.js';
import { field, sequence, text, when } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Text for the driver, 文本信息下发, 0x8300.
 * Body: flags BYTE · 2019: type BYTE (1 notice, 2 service) · text STRING, at most 1,024 bytes.
 * Flags: 0 urgent (2019: bits 0–1, 01 service, 10 urgent, 11 notice), 2 on the display, 3 read aloud, 4 advertising screen
 * (not 2019), 5 what it is about: 0 navigation, 1 CAN fault code (2013 and later).
 */
export const textMessage: Message = {
  id: 0x8300,
  clauses: { 2011: '§8.16', 2013: '§8.23', 2019: '§8.27' },
  body: sequence(
    field('flag', BYTE),
    when((_, { edition }) => edition === '2019', field('textType', BYTE)),
    text('text', 'rest'),
  ),
};
