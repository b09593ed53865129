import { BYTE, type Codec, type Fields, hex, MESSAGE_ID, WORD } from '../../common/codecs.js';
import { counted, field, oneOf, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

const DOOR = '0x0001';
const CONTROL_ID = field('controlId', MESSAGE_ID);
const DOOR_STATE = field('door', BYTE);
const VENDOR_PARAMETER = field('paramHex', hex('rest'));

/** One control of 2019. Only the door's parameter is defined; how long a vendor's is, nothing says: it ends the list. */
const CONTROL: Codec = {
  composite: true,
  shape: (edition) => ({
    type: 'object',
    fields: [
      ...CONTROL_ID.describe(edition),
      { name: 'door', optional: true, type: 'integer', min: 0, max: 1 },
      { name: 'paramHex', optional: true, type: 'hex' },
    ],
  }),
  read(r) {
    const out: Fields = {};
    CONTROL_ID.read(r, out);
    (out.controlId === DOOR ? DOOR_STATE : VENDOR_PARAMETER).read(r, out);
    return out;
  },
  write(w, value) {
    const from = value as Fields;
    CONTROL_ID.write(w, from);
    (Number(from.controlId) === Number(DOOR) ? DOOR_STATE : VENDOR_PARAMETER).write(w, from);
  },
};

/**
 * Vehicle control, 车辆控制, 0x8500.
 * Body of 2011 and 2013: flags BYTE, bit 0: 0 unlock, 1 lock. 2019: count WORD · {id WORD, parameter}; for the doors
 * (0x0001) BYTE 0 lock, 1 open: the other way round. The 2019 table prints the list at 1; the count is a WORD.
 */
export const vehicleControl: Message = {
  id: 0x8500,
  clauses: { 2011: '§8.26', 2013: '§8.33', 2019: '§8.30' },
  body: sequence(
    oneOf(
      { flags: field('flag', BYTE), list: counted(WORD, 'count', 'controls', CONTROL) },
      (r) => (r.edition === '2019' ? 'list' : 'flags'),
      (_, edition) => (edition === '2019' ? 'list' : 'flags'),
    ),
    trailing,
  ),
};
