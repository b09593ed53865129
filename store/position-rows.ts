import { Position } from '../model/position.js';
import type { CopiedRows } from './copy-out.js';

/** What a FixPage reads, in this order. The key of the table comes first. */
export const FIX_COLUMNS =
  'time, source, sub_seq, received_at, lon, lat, altitude, speed, heading, mileage, flags, alarms, alarm_word, ' +
  'status_word, items, vehicle_no, quality';
const FIELDS_AFTER_KEY = FIX_COLUMNS.split(',').length - 3;

/** Where a fix stands in the track of its vehicle; `micros` as in CopiedRows. */
export interface TrackPlace {
  micros: number;
  source: number;
  subSeq: number;
}

/**
 * Fixes of one answer of the database. They are read out of its bytes one after the other into one Position, so whoever
 * keeps a fix beyond its turn keeps a copy (`kept`).
 */
export class FixPage implements Iterable<Position> {
  constructor(private readonly rows: CopiedRows) {}

  get length(): number {
    return this.rows.count;
  }

  *[Symbol.iterator](): Generator<Position> {
    const { rows } = this;
    const p = new Position();
    rows.rewind();
    for (let left = rows.count; left > 0; left--) yield readFix(rows, p);
  }

  /** Of the last fix; there must be one. */
  lastPlace(): TrackPlace {
    const { rows } = this;
    rows.rewind();
    for (let left = rows.count - 1; left > 0; left--) {
      rows.row();
      rows.skip(3 + FIELDS_AFTER_KEY);
    }
    rows.row();
    return { micros: rows.micros(), source: rows.short(), subSeq: rows.int() };
  }
}

/** As it came from the log; only its number in the log is not kept. */
function readFix(rows: CopiedRows, p: Position): Position {
  rows.row();
  p.fixTime = rows.time();
  p.source = rows.short();
  p.subSeq = rows.int();
  p.receivedTime = rows.time();
  p.lon = rows.double();
  p.lat = rows.double();
  p.altitudeM = rows.short();
  p.speedKmh = tenths(rows.real());
  p.headingDeg = rows.int();
  p.mileageKm = rows.double();
  p.flags = rows.short();
  p.alarms = rows.int() >>> 0;
  p.alarmWord = rows.int() >>> 0;
  p.statusWord = rows.int() >>> 0;
  p.items = rows.bytea();
  p.vehicleNo = rows.int();
  p.quality = rows.short() & 0xffff;
  return p;
}

/** A speed as the log has it, in tenths, out of a `real`, which holds those well enough. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
