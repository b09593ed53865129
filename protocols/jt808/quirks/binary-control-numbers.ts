import type { Quirk } from './quirk.js';

/** The table of a terminal control types the numbers among its parameters as WORD and BYTE (2013 §8.13, 2019 §8.16). */
export const binaryControlNumbers: Quirk = {
  name: 'binary-control-numbers',
  note: 'Reads the numbers among the parameters of a terminal control (0x8105) as bytes, where most read decimal digits.',
  seen: 'SmallChi/JT808 JT808_0x8105.cs writes them as bytes between the semicolons',
  habits: { binaryControlNumbers: true },
};
