import type { Quirk } from './quirk.js';

/** 2019 calls bit 16 a tyre pressure warning and bit 17 a right blind spot: neither is true of such a terminal. */
export const tamperBits: Quirk = {
  name: 'tamper-bits',
  note: 'Alarm bits 16 and 17 tell that the terminal was tampered with, not what 2019 says; they raise no alarm.',
  seen: 'traccar Jt808ProtocolDecoder, decodeAlarm',
  habits: { ignoredAlarms: (1 << 16) | (1 << 17) },
};
