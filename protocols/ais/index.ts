import type { Protocol } from '../protocol.js';
import { AisConversation } from './conversation.js';
import { tools } from './tools.js';

/** AIS over NMEA 0183: where ships are, and who they are, as receivers on the coast hear them. */
export const ais: Protocol = {
  name: 'ais',
  datum: 'wgs84', // ITU-R M.1371
  open: (sink) => new AisConversation(sink),
  describeItems: () => ({}),
  tools,
};
