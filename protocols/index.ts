import type { ProtocolTools } from '../model/protocol-tools.js';
import { ais } from './ais/index.js';
import { jt808 } from './jt808/index.js';
import { jt905 } from './jt905/index.js';
import { tools as mqtt } from './mqtt/tools.js';
import type { Protocol } from './protocol.js';

/** Every way in which terminals and platforms may speak to us. */
export const protocols: readonly Protocol[] = [jt808, jt905, ais];

/** Those whose frames can be taken apart, and built, by hand. */
export const allTools: readonly ProtocolTools[] = [...protocols.flatMap(({ tools }) => tools ?? []), mqtt];
