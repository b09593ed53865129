import { BYTE, WORD } from '../../common/codecs.js';
import { field, sequence, text, when } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Answer to a registration, 终端注册应答, 0x8100.
 * Body: serial of the registration WORD · result BYTE · authentication code STRING, only with result 0.
 */
export const registerResponse: Message = {
  id: 0x8100,
  clauses: { 2011: '§8.5', 2013: '§8.6 table 8', 2019: '§8.9' },
  body: sequence(
    field('replySeq', WORD),
    field('result', BYTE),
    when((fields) => fields.result === 0, text('authCode', 'rest')),
  ),
};
