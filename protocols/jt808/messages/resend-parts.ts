import { BYTE, WORD } from '../../common/codecs.js';
import { counted, field, oneOf, sequence, trailing } from '../../common/layout.js';
import type { Reader } from '../../common/wire.js';
import type { Message } from '../message.js';

/**
 * Body: serial of the first part of the original message WORD · number of parts wanted · their indexes WORD each.
 * The number is a BYTE in 2013, at 2 (its table prints 4), and a WORD in 2019; which one it is shows in the length.
 */
const body = sequence(
  field('originalSeq', WORD),
  oneOf(
    { byte: counted(BYTE, 'count', 'packetIds', WORD), word: counted(WORD, 'count', 'packetIds', WORD) },
    countWidth,
    (_, edition) => (edition === '2019' ? 'word' : 'byte'),
  ),
  trailing,
);

/** Platform asks for missing parts, 服务器补传分包请求, 0x8003. */
export const platformResendRequest: Message = {
  id: 0x8003,
  clauses: { 2013: '§8.4 table 6', 2019: '§8.6' },
  body,
};

/** Terminal asks for missing parts, 终端补传分包请求, 0x0005. */
export const terminalResendRequest: Message = {
  id: 0x0005,
  clauses: { 2019: '§8.7' },
  body,
};

/** Indexes take two bytes each, so an odd remainder has a BYTE in front and an even one a WORD. */
function countWidth(r: Reader): 'byte' | 'word' {
  return r.remaining % 2 === 1 ? 'byte' : 'word';
}
