import { gmt8BcdToMs } from '../../../model/units.js';
import { WORD } from '../../common/codecs.js';
import { field, oneOf, sequence } from '../../common/layout.js';
import { locationBody } from '../location-fields.js';
import type { Message } from '../message.js';
import { LOCATION_BASIC_BYTES } from './location-report.js';

/** Where the time is in the basic block. */
const TIME_OFFSET = 22;

/**
 * Answer to a location query, 位置信息查询应答, 0x0201.
 * Body: serial of the query WORD · location body. The 2011 draft has no serial.
 */
export const locationQueryResponse: Message = {
  id: 0x0201,
  clauses: { 2011: '§8.14', 2013: '§8.20 table 33', 2019: '§8.23' },
  body: oneOf(
    { serial: sequence(field('replySeq', WORD), locationBody), plain: locationBody },
    (r) => (replySerialBytes(r.bytes, r.at, r.end) > 0 ? 'serial' : 'plain'),
    (from) => (from.replySeq !== undefined ? 'serial' : 'plain'),
  ),
};

/** Answer to a vehicle control, 车辆控制应答, 0x0500. Body: serial of the command WORD · location body. */
export const vehicleControlResponse: Message = {
  id: 0x0500,
  clauses: { 2011: '§8.27', 2013: '§8.34', 2019: '§8.31' },
  body: sequence(field('replySeq', WORD), locationBody),
};

/** 2, or 0 where `bytes[start…end)` is a location without a serial in front: only there it has a valid time. */
export function replySerialBytes(bytes: Buffer, start: number, end: number): 0 | 2 {
  const validAt = (at: number) => at + 6 <= end && !Number.isNaN(gmt8BcdToMs(bytes, at));
  const plain = end - start >= LOCATION_BASIC_BYTES && validAt(start + TIME_OFFSET);
  return plain && !validAt(start + 2 + TIME_OFFSET) ? 0 : 2;
}
