import { emqxJt808 } from './emqx-jt808.js';
import { owntracks } from './owntracks.js';
import type { PayloadCodec } from './payload.js';
import { thingsboard } from './thingsboard.js';
import { traccar } from './traccar.js';
import { v1 } from './v1.js';

/** Every way in which payloads over MQTT may be written. */
export const payloadCodecs: readonly PayloadCodec[] = [v1, emqxJt808, owntracks, thingsboard, traccar];
