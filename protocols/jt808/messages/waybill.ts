import { DWORD } from '../../common/codecs.js';
import { sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/** Electronic waybill, 电子运单上报, 0x0701. Body: length DWORD · content, whose form is not defined; text in practice. */
export const waybill: Message = {
  id: 0x0701,
  clauses: { 2011: '§8.39', 2013: '§8.46', 2019: '§8.45' },
  body: sequence(text('content', DWORD), trailing),
};
