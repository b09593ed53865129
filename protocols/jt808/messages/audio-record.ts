import { BYTE, WORD } from '../../common/codecs.js';
import { field, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Record sound, 录音开始命令, 0x8804.
 * Body: 0 stop, 1 start BYTE · seconds WORD (0 until stopped) · save BYTE · rate BYTE (0 8k, 1 11k, 2 23k, 3 32k).
 */
export const audioRecord: Message = {
  id: 0x8804,
  clauses: { 2011: '§8.48', 2013: '§8.59', 2019: '§8.58' },
  body: sequence(
    field('command', BYTE),
    field('seconds', WORD),
    field('save', BYTE),
    field('sampleRate', BYTE),
    trailing,
  ),
};
