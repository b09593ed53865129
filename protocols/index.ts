import { jt808 } from './jt808/index.js';
import type { Protocol } from './protocol.js';

/** Every way in which terminals and platforms may speak to us. */
export const protocols: readonly Protocol[] = [jt808];
