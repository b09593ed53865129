import type { ProtocolTools } from '../model/protocol-tools.js';
import { ais } from './ais/index.js';
import { jt808 } from './jt808/index.js';
import { jt905 } from './jt905/index.js';
import { tools as mqtt } from './mqtt/tools.js';
import { v1CommandSet } from './mqtt/v1-commands.js';
import type { Commanded, Protocol } from './protocol.js';

/** Every way in which terminals and platforms may speak to us. */
export const protocols: readonly Protocol[] = [jt808, jt905, ais];

/** Those whose terminals may be told something; devices over MQTT are no conversation, and take commands all the same. */
export const commanded: readonly Commanded[] = [...protocols, { name: 'mqtt', commands: v1CommandSet }];

/** Those whose frames can be taken apart, and built, by hand. */
export const allTools: readonly ProtocolTools[] = [...protocols.flatMap(({ tools }) => tools ?? []), mqtt];
