import type { Protocol } from '../protocol.js';
import { Jt905Conversation } from './conversation.js';
import { describeItems } from './items.js';
import { tools } from './tools.js';

/** JT/T 905: from the terminal (ISU) in the taxi, with its meter, to the centre. */
export const jt905: Protocol = {
  name: 'jt905',
  open: (sink) => new Jt905Conversation(sink),
  describeItems,
  tools,
};
