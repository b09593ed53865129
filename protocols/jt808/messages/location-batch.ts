import { BACKFILLED, Position } from '../../../model/position.js';
import { array, BYTE, type Field, type Fields, WORD } from '../../common/codecs.js';
import { countOf, field, sequence, trailing } from '../../common/layout.js';
import type { Sink } from '../../protocol.js';
import { bend, STANDARD } from '../habits.js';
import { locationBody } from '../location-fields.js';
import type { Message } from '../message.js';
import { readLocation } from './location-report.js';

/** {length WORD, location body} until nothing whole is left: the announced number is not to be relied on. */
const positions: Field = {
  read(r, out) {
    const list: Fields[] = [];
    while (r.remaining >= 2 && r.remaining >= 2 + r.bytes.readUInt16BE(r.at)) {
      const name = `positions[${list.length}]`;
      const at = r.at;
      const length = r.uint(2);
      r.explain(at, `length of ${name}`, length);
      const position: Fields = {};
      r.within(length, name, (part) => {
        locationBody.read(part, position);
        if (part.failure !== null) r.fail(part.failure.reason, `${name}: ${part.failure.message}`);
      });
      if (r.failure !== null) break;
      list.push(position);
    }
    out.positions = list;
  },
  write(w, from) {
    for (const position of array(from.positions, 'positions')) {
      const body = w.part((part) => locationBody.write(part, position as Fields));
      w.uint(body.length, 2);
      w.raw(body);
    }
  },
  describe: (edition) => [
    { name: 'positions', type: 'list', item: { type: 'object', fields: locationBody.describe(edition) } },
  ],
};

/**
 * Batch of locations, 定位数据批量上传, 0x0704.
 * Body: count WORD · type BYTE (0 normal, 1 from a blind spot 盲区补报) · {length WORD, location body of that length}.
 * The tables print type at 1 and the items at 2; the count is a WORD, so they are at 2 and 3.
 */
export const locationBatch: Message = {
  id: 0x0704,
  clauses: { 2013: '§8.49', 2019: '§8.48' },
  body: sequence(countOf('positions', WORD, 'count'), field('dataType', BYTE, { default: 0 }), positions, trailing),
};

const TYPE_BLIND_SPOT = 1;
const HEAD_BYTES = 3;

/**
 * Reads every location of the batch at `bytes[start…end)` into `sink`; false where the head is cut off.
 *
 * The bytes count, not the announced number: terminals are in the field whose number is wrong. A location that is cut
 * off is handed on as a fix without time and place, so that whoever judges fixes counts it.
 */
export function readLocations(
  bytes: Buffer,
  start: number,
  end: number,
  alarmMask: number,
  sink: Pick<Sink, 'position'>,
  habits = STANDARD,
): boolean {
  if (end - start < HEAD_BYTES) return false;
  const flags = bytes[start + 2] === TYPE_BLIND_SPOT ? BACKFILLED : 0;
  let at = start + HEAD_BYTES;
  while (at < end) {
    const bodyStart = at + 2;
    const length = bodyStart <= end ? (bytes[at] << 8) | bytes[at + 1] : 0;
    const bodyEnd = bodyStart + length;
    const p = new Position();
    p.flags = flags;
    if (bodyEnd <= end && readLocation(bytes, bodyStart, bodyEnd, alarmMask, flags, p))
      bend(p, bytes, bodyStart, habits);
    sink.position(p);
    at = bodyEnd;
  }
  return true;
}
