import type { Quirk } from './quirk.js';

const GMT8_MS = 8 * 3_600_000;

/** Terminals for other markets; traccar lets the operator set a zone per device for them. */
export const utcClock: Quirk = {
  name: 'utc-clock',
  note: 'Times are in UTC, not in GMT+8: eight hours are added.',
  seen: 'traccar Jt808ProtocolDecoder, time zone per device',
  habits: { clockOffsetMs: GMT8_MS },
};
