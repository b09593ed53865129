import { BYTE, WORD } from '../../common/codecs.js';
import { blob, field, sequence } from '../../common/layout.js';
import type { Message } from '../message.js';

/** The block is a whole packet of GB/T 19056, with its own start and check code. */
const command = [field('command', BYTE), blob('block')] as const;

/** Ask for data of the driving recorder, 行驶记录数据采集命令, 0x8700. Body: command BYTE · block, which may be empty. */
export const recorderDataQuery: Message = {
  id: 0x8700,
  clauses: { 2011: '§8.36', 2013: '§8.43', 2019: '§8.42' },
  body: sequence(...command),
};

/**
 * Data of the driving recorder, 行驶记录数据上传, 0x0700. Body: serial of the command WORD · command BYTE · block.
 * The 2011 draft has no serial and counts packets; it is not in the field.
 */
export const recorderData: Message = {
  id: 0x0700,
  clauses: { 2011: '§8.37', 2013: '§8.44', 2019: '§8.43' },
  body: sequence(field('replySeq', WORD), ...command),
};

/** Set parameters of the driving recorder, 行驶记录参数下传命令, 0x8701 (the 2011 draft prints 0x8101). */
export const recorderParametersSet: Message = {
  id: 0x8701,
  clauses: { 2011: '§8.38', 2013: '§8.45', 2019: '§8.44' },
  body: sequence(...command),
};
