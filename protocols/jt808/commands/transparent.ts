import { transparentDown } from '../messages/transparent.js';
import { command } from './command-type.js';
import { hexText, int, object } from './params.js';

const MAX_DATA_BYTES = 64 * 1024;

/** Bytes for something behind the terminal. */
export const sendTransparent = command({
  type: 'transparent',
  summary: 'hand bytes through to a device behind it',
  messages: [transparentDown],
  params: object({
    kind: int(0, 255, '0 GNSS detail, 11 IC card, 65 and 66 serial ports, 240 to 255 of the maker’s'),
    hex: hexText(1, MAX_DATA_BYTES, 'what the device gets'),
  }),
  encode: ({ kind, hex }) => ({ message: transparentDown, fields: { transparentType: kind, dataHex: hex } }),
});
