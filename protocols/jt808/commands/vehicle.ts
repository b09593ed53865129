import { vehicleControlResponse } from '../messages/location-responses.js';
import { vehicleControl } from '../messages/vehicle-control.js';
import { command } from './command-type.js';
import { choice, hexText, object, optional, pattern, where } from './params.js';

const DOORS = { lock: true, unlock: false } as const;
const DOOR_CONTROL = '0x0001';
/** Status bit 12: the doors are locked. */
const STATUS_LOCKED = 1 << 12;

/**
 * Lock or unlock the doors, or have a control of the maker's carried out. 2011 and 2013 say 1 for lock; 2019 says 0 for
 * lock and 1 for open.
 */
export const controlVehicle = command({
  type: 'vehicle-control',
  summary: 'lock or unlock the doors, or work a control of the maker’s',
  messages: [vehicleControl],
  answers: [vehicleControlResponse],
  params: where(
    object({
      doors: optional(choice(DOORS)),
      control: optional(
        object(
          {
            id: pattern(/^0x[fF][0-9a-fA-F]{3}$/, 'a control id from 0xF001 to 0xFFFF, such as 0xF001'),
            hex: hexText(0, 255, 'its parameter'),
          },
          'a control of the maker’s; 2019',
        ),
      ),
    }),
    ({ doors, control }) =>
      (doors === undefined) === (control === undefined)
        ? { path: '', message: 'either doors or control must be there' }
        : null,
  ),
  encode({ doors, control }, edition) {
    const lock = doors === 'lock';
    if (edition !== '2019') {
      if (doors === undefined) throw new RangeError(`edition ${edition} has no controls but the doors`);
      return { message: vehicleControl, fields: { flag: lock ? 1 : 0 } };
    }
    const controls = [
      ...(doors === undefined ? [] : [{ controlId: DOOR_CONTROL, door: lock ? 0 : 1 }]),
      ...(control === undefined ? [] : [{ controlId: control.id, paramHex: control.hex }]),
    ];
    return { message: vehicleControl, fields: { controls } };
  },
  /** The answer has no result of its own: what the doors are now tells (all editions). */
  judge({ status }, { doors }) {
    if (doors === undefined || typeof status !== 'number') return null;
    return ((status & STATUS_LOCKED) !== 0) === DOORS[doors] ? null : 'doors-did-not-move';
  },
});
