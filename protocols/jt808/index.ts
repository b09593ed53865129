import type { Protocol } from '../protocol.js';
import { describeItems } from './additional-items.js';
import { commandSet } from './commands/index.js';
import { Jt808Conversation } from './conversation.js';
import { fenceSet } from './fence-areas.js';
import { quirkBook } from './quirks/index.js';
import { safetyAlarms } from './safety-alarms.js';
import { tools } from './tools.js';

/** JT/T 808: from the terminal in the vehicle to the platform, editions 2011, 2013 and 2019. */
export const jt808: Protocol = {
  name: 'jt808',
  open: (sink) => new Jt808Conversation(sink),
  describeItems,
  safetyAlarms,
  commands: commandSet,
  fences: fenceSet,
  tools,
  quirks: quirkBook,
};
