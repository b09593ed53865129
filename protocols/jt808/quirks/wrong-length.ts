import type { Quirk } from './quirk.js';

/** Mostly a fixed length in the header, whatever items follow. */
export const wrongLength: Quirk = {
  name: 'wrong-length',
  note: 'The length in the header is wrong; the bytes that are there are the body.',
  seen: 'traccar Jt808ProtocolDecoderTest, fixture 86: 50 declared, 40 there',
  habits: { anyLength: true },
};
