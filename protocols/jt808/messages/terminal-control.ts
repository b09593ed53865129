import { BYTE } from '../../common/codecs.js';
import { field, sequence, text } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Terminal control, 终端控制, 0x8105.
 * Body: command BYTE (1 wireless upgrade, 2 connect to a server, 3 power off, 4 reset, 5 factory reset, 6 close the data
 * link, 7 close all radio; 2019 keeps 2, 4, 5) · parameters STRING, separated by semicolons.
 */
export const terminalControl: Message = {
  id: 0x8105,
  clauses: { 2011: '§8.11', 2013: '§8.13', 2019: '§8.16' },
  body: sequence(field('command', BYTE), text('params', 'rest')),
};
