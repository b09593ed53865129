import type { Quirk } from './quirk.js';

/** Headers do not tell 2011 from 2013; the registration does, unless it is longer than 2011 has it. */
export const edition2011: Quirk = {
  name: 'edition-2011',
  note: 'Follows the 2011 edition although its frames do not show it: bodies and alarm bits are read by that text.',
  seen: 'SmallChi/JT808 JT808_0x0100Test.cs line 180: the same registration reads as either',
  habits: { edition: '2011' },
};
