import { DWORD, type Field, type Fields, record, SIGNED_WORD, scaled, show, WORD } from '../common/codecs.js';
import { derived, field, sequence, time, trailing } from '../common/layout.js';
import { additionalItems } from './additional-items.js';
import { alarmWordNames, setBits } from './alarm-bits.js';
import { STATUS_ACC, STATUS_POSITIONED, STATUS_SOUTH, STATUS_WEST, statusNames } from './status-bits.js';

/**
 * The location body (位置信息汇报 消息体) for people: 28 bytes of basic information and the additional items. Other messages
 * carry it too. `messages/location-report.ts` reads the same bytes for the system, fast.
 */
const HIGHEST_DEGREES = 180e6;

/**
 * Degrees × 10^6, the hemisphere being a bit of the status word. Some terminals send a negative number in two's
 * complement instead; no degree is as large as those look unsigned.
 */
function coordinate(name: string, negativeBit: number): Field {
  return {
    read(r, out) {
      const at = r.at;
      const raw = r.uint(4);
      if (r.failure !== null) return r.blame(name);
      const signed = raw > HIGHEST_DEGREES ? raw | 0 : raw;
      const degrees = (signed > 0 && ((out.status as number) & negativeBit) !== 0 ? -signed : signed) / 1e6;
      r.explain(at, name, degrees);
      out[name] = degrees;
    },
    write(w, from) {
      const degrees = from[name];
      if (typeof degrees !== 'number' || !(Math.abs(degrees) * 1e6 <= 0xffff_ffff)) {
        throw new RangeError(`${name}: must be degrees, not ${show(degrees)}`);
      }
      const raw = Math.round(degrees * 1e6);
      w.uint((statusOf(from) & negativeBit ? Math.abs(raw) : raw) >>> 0, 4);
    },
    describe: () => [{ name, type: 'number', min: -180, max: 180, step: 1e-6 }],
  };
}

/** The status word that JSON means: its own, or else what the other fields say. */
function statusOf(from: Fields): number {
  if (typeof from.status === 'number') return from.status;
  return (
    (from.acc === true ? STATUS_ACC : 0) |
    (from.positioned !== false ? STATUS_POSITIONED : 0) |
    ((from.lat as number) < 0 ? STATUS_SOUTH : 0) |
    ((from.lon as number) < 0 ? STATUS_WEST : 0)
  );
}

const statusWord: Field = {
  read: (r, out) => field('status', DWORD).read(r, out),
  write: (w, from) => DWORD.write(w, statusOf(from), 'status'),
  describe: () => [{ name: 'status', optional: true, type: 'integer', min: 0, max: 0xffff_ffff }],
};

/** The 28 bytes. Printed at 21 in 2013 and 2019, the time is at 22: direction is a WORD. */
export const locationBasic: Field = sequence(
  field('alarm', DWORD, { default: 0 }),
  statusWord,
  derived((out, edition) => {
    const alarm = out.alarm as number;
    const status = out.status as number;
    out.alarmBits = setBits(alarm);
    out.alarms = alarmWordNames(alarm, edition);
    out.statusBits = setBits(status);
    out.statuses = statusNames(status, edition);
    out.acc = (status & STATUS_ACC) !== 0;
    out.positioned = (status & STATUS_POSITIONED) !== 0;
  }),
  coordinate('lat', STATUS_SOUTH),
  coordinate('lon', STATUS_WEST),
  field('altitude', SIGNED_WORD, { default: 0 }),
  field('speedKmh', scaled(WORD, 10), { default: 0 }),
  field('direction', WORD, { default: 0 }),
  time('time'),
);

/** The whole location body. */
export const locationBody: Field = sequence(locationBasic, additionalItems, trailing);

/** The basic block as an object of its own, inside multimedia messages. */
export const LOCATION_BASIC = record(locationBasic);
