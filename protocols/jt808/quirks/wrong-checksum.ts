import type { Quirk } from './quirk.js';

/** Frames keep being refused for a check code that the terminal does not work out, or not over all bytes. */
export const wrongChecksum: Quirk = {
  name: 'wrong-checksum',
  note: 'Check codes are wrong; frames of this terminal are taken in spite of that.',
  seen: 'traccar Jt808ProtocolDecoderTest, fixture 86; SmallChi/JT808 has a switch for it',
  habits: { anyChecksum: true },
};
