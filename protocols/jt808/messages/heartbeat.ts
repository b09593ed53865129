import { trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/** Heartbeat, 终端心跳, 0x0002. No body; some terminals put battery and signal there, which is let be. */
export const heartbeat: Message = {
  id: 0x0002,
  clauses: { 2011: '§8.3', 2013: '§8.3', 2019: '§8.3' },
  body: trailing,
};
