import { type Codec, type Fields, hex, integer, WORD } from '../../common/codecs.js';
import { countOf, field, listToEnd, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

const CHANNEL_2 = 0x8000_0000;
const EXTENDED = 0x4000_0000;
const AVERAGED = 0x2000_0000;
const CAN_ID_MASK = 0x1fff_ffff;
const FRAME_BYTES = 12;

const DATA = field('dataHex', hex(8));

/** id DWORD (bit 31 channel, 30 extended frame, 29 averaged, 28–0 CAN id) · BYTE[8]. */
const CAN_FRAME: Codec = {
  composite: true,
  shape: (edition) => ({
    type: 'object',
    fields: [
      { name: 'canId', type: 'integer', min: 0, max: CAN_ID_MASK },
      { name: 'channel', optional: true, type: 'integer', min: 0, max: 1 },
      ...DATA.describe(edition),
    ],
  }),
  read(r) {
    const at = r.at;
    const word = r.uint(4);
    const out: Fields = {
      channel: word & CHANNEL_2 ? 1 : 0,
      extended: (word & EXTENDED) !== 0,
      averaged: (word & AVERAGED) !== 0,
      canId: word & CAN_ID_MASK,
    };
    r.explain(at, 'canId', out);
    DATA.read(r, out);
    return out;
  },
  write(w, value, name) {
    const from = value as Fields;
    const flags =
      (from.channel === 1 ? CHANNEL_2 : 0) + (from.extended ? EXTENDED : 0) + (from.averaged ? AVERAGED : 0);
    w.uint(flags + integer(from.canId, 0, CAN_ID_MASK, `${name}.canId`), 4);
    DATA.write(w, from);
  },
};

/**
 * CAN bus data, CAN 总线数据上传, 0x0705.
 * Body: count WORD · time of the first frame BCD[5] (hh mm ss and four digits of milliseconds) · frames, at 7 (2013 prints 8).
 */
export const canData: Message = {
  id: 0x0705,
  clauses: { 2013: '§8.50', 2019: '§8.49' },
  body: sequence(
    countOf('frames', WORD),
    field('timeBcd', hex(5)),
    listToEnd('frames', CAN_FRAME, FRAME_BYTES),
    trailing,
  ),
};
