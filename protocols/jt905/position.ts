import { occupancy } from '../../model/occupancy.js';
import { ACC_KNOWN, ACC_ON, LOCATED, type Position } from '../../model/position.js';
import { gmt8BcdToMs } from '../../model/units.js';
import { BYTE, DWORD, type Field, type Fields, integer, record, scaled, show, WORD } from '../common/codecs.js';
import { derived, field, sequence, time, trailing } from '../common/layout.js';
import { alarmWordNames, systemAlarms } from './alarm-bits.js';
import { additionalItems, ITEM_ALTITUDE, ITEM_MILEAGE } from './items.js';
import { STATUS_ACC, STATUS_NO_FIX, STATUS_SOUTH, STATUS_WEST, statusNames } from './status-bits.js';

/**
 * Position block (位置基本信息), JT/T 905.4-2014, 0x0200: alarm DWORD · status DWORD · latitude DWORD · longitude DWORD ·
 * speed WORD · direction BYTE · time BCD[6]. Other messages carry it too; additional items follow it only in 0x0200,
 * 0x0201 and 0x0202.
 */
export const POSITION_BYTES = 25;

/** Coordinates are ten-thousandths of a minute. */
const PER_DEGREE = 600_000;

/**
 * Degrees as an amount, as the vectors have it: which hemisphere it is, the status word says (`statuses`). `<name>Raw` is
 * the amount as sent. A negative number in JSON sets the bit where no status is given.
 */
function coordinate(name: 'lat' | 'lon'): Field {
  return {
    read(r, out) {
      const at = r.at;
      const raw = r.uint(4);
      if (r.failure !== null) return r.blame(name);
      const degrees = Math.round((raw / PER_DEGREE) * 1e6) / 1e6;
      r.explain(at, name, degrees);
      out[`${name}Raw`] = raw;
      out[name] = degrees;
    },
    write(w, from) {
      const degrees = from[name];
      if (typeof degrees !== 'number' || !Number.isFinite(degrees)) {
        throw new RangeError(`${name}: must be degrees, not ${show(degrees)}`);
      }
      w.uint(integer(Math.round(Math.abs(degrees) * PER_DEGREE), 0, 0xffff_ffff, name), 4);
    },
    describe: () => [{ name, type: 'number', min: -180, max: 180, step: 1e-6 }],
  };
}

/** The status word that JSON means: its own, or else what the place says. */
function statusOf(from: Fields): number {
  if (typeof from.status === 'number') return from.status;
  return ((from.lat as number) < 0 ? STATUS_SOUTH : 0) | ((from.lon as number) < 0 ? STATUS_WEST : 0);
}

const statusWord: Field = {
  read: (r, out) => field('status', DWORD).read(r, out),
  write: (w, from) => DWORD.write(w, statusOf(from), 'status'),
  describe: (edition) => field('status', DWORD, { default: 0 }).describe(edition),
};

const fields = sequence(
  field('alarm', DWORD, { default: 0 }),
  statusWord,
  derived((out) => {
    const status = out.status as number;
    out.alarms = alarmWordNames(out.alarm as number);
    out.statuses = statusNames(status);
    out.occupancy = occupancy(status);
  }),
  coordinate('lat'),
  coordinate('lon'),
  field('speedKmh', scaled(WORD, 10), { default: 0 }),
  field('directionDeg', scaled(BYTE, 0.5), { default: 0 }), // steps of 2°, 0–179; what is more is shown as it comes
  derived((out) => {
    out.speedRaw = Math.round((out.speedKmh as number) * 10);
    out.directionRaw = (out.directionDeg as number) / 2;
  }),
  time('time'),
);

/** The block as an object of its own. */
export const POSITION = record(fields);

const items = record(additionalItems, trailing);

/** The block with what follows it: `extra` where something does. */
export const POSITION_WITH_ITEMS = record(fields, {
  read(r, out) {
    if (r.failure === null && r.remaining > 0) out.extra = r.named('extra', () => items.read(r));
  },
  write(w, from) {
    if (from.extra !== undefined) items.write(w, from.extra, 'extra');
  },
  describe: (edition) => additionalItems.describe(edition),
});

/**
 * Reads the block at `bytes[start]`, and the items from there to `end`, into `p`; false, and nothing read, where the
 * block is cut off. What does not exist is not known: a longitude of 220°, a direction of 400°. `p.items` is borrowed.
 */
export function readPosition(bytes: Buffer, start: number, end: number, p: Position): boolean {
  if (end - start < POSITION_BYTES) return false;
  const status = bytes.readUInt32BE(start + 4);
  p.alarmWord = bytes.readUInt32BE(start);
  p.alarms = systemAlarms(p.alarmWord);
  p.statusWord = status;
  p.flags |= ACC_KNOWN | (status & STATUS_ACC ? ACC_ON : 0) | (status & STATUS_NO_FIX ? 0 : LOCATED);
  const lat = bytes.readUInt32BE(start + 8) / PER_DEGREE;
  const lon = bytes.readUInt32BE(start + 12) / PER_DEGREE;
  p.lat = lat <= 90 ? (status & STATUS_SOUTH ? -lat : lat) : Number.NaN;
  p.lon = lon <= 180 ? (status & STATUS_WEST ? -lon : lon) : Number.NaN;
  p.speedKmh = bytes.readUInt16BE(start + 16) / 10;
  const direction = bytes[start + 18];
  p.headingDeg = direction < 180 ? direction * 2 : Number.NaN;
  p.fixTime = gmt8BcdToMs(bytes, start + 19);

  const itemsStart = start + POSITION_BYTES;
  if (itemsStart < end) p.items = bytes.subarray(itemsStart, end);
  for (let at = itemsStart; at + 2 <= end; ) {
    const length = bytes[at + 1];
    if (at + 2 + length > end) break; // a cut item is kept in `items` and otherwise let be
    if (bytes[at] === ITEM_MILEAGE && length === 4) p.mileageKm = bytes.readUInt32BE(at + 2) / 10;
    else if (bytes[at] === ITEM_ALTITUDE && length === 2) p.altitudeM = bytes.readInt16BE(at + 2);
    at += 2 + length;
  }
  return true;
}
