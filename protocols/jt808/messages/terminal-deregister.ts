import { trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/** Terminal deregistration, 终端注销, 0x0003 (the 2011 draft's appendix prints 0x0101; nobody sends it). No body. */
export const terminalDeregister: Message = {
  id: 0x0003,
  clauses: { 2011: '§8.6', 2013: '§8.7', 2019: '§8.10' },
  body: trailing,
};
