import { BYTE, WORD } from '../../common/codecs.js';
import { field, sequence, trailing } from '../../common/layout.js';
import { MESSAGE_ID } from '../codecs.js';
import type { Message } from '../message.js';

/** Body: serial of the message answered WORD · its id WORD · result BYTE. */
const body = sequence(field('replySn', WORD), field('replyId', MESSAGE_ID), field('result', BYTE), trailing);

export const terminalGeneralResponse: Message = {
  id: 0x0001,
  name: 'TerminalGeneralResponse',
  chinese: 'ISU 通用应答',
  direction: 'up',
  body,
};

export const centreGeneralResponse: Message = {
  id: 0x8001,
  name: 'CentreGeneralResponse',
  chinese: '中心通用应答',
  direction: 'down',
  body,
};

export const RESULT_OK = 0;
export const RESULT_FAILED = 1;
export const RESULT_MALFORMED = 2;

export const heartbeat: Message = {
  id: 0x0002,
  name: 'Heartbeat',
  chinese: 'ISU 心跳',
  direction: 'up',
  body: trailing,
};
