import type { Position } from '../model/position.js';
import { tileOf } from './tile.js';

/** Columns of `positions` in the order in which `CopyRows` writes them. */
export const POSITION_COLUMNS = [
  'time',
  'received_at',
  'lon',
  'lat',
  'mileage',
  'vehicle_no',
  'sub_seq',
  'alarms',
  'alarm_word',
  'status_word',
  'tile',
  'heading',
  'speed',
  'altitude',
  'quality',
  'source',
  'flags',
  'items',
  'raw',
] as const;

/** PostgreSQL manual, COPY, "Binary Format": signature, flags, length of the header extension. */
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const COPY_HEADER_BYTES = HEADER.length;
const TRAILER_BYTES = 2;
/** The most that a row takes without its items and frame: the field count, and every field with its length before it. */
const ROW_BYTES = 2 + 5 * (4 + 8) + 8 * (4 + 4) + 4 * (4 + 2) + 4 + 4;
const START_BYTES = 1024 * 1024;

/** Epoch ms from which PostgreSQL counts microseconds. */
export const PG_EPOCH_MS = Date.UTC(2000, 0, 1);
/** Epoch ms of the first legal time of a fix. */
const FIRST_TIME = PG_EPOCH_MS;
/** Epoch ms at which legal times end: the constraint `positions_time`. */
const END_TIME = Date.UTC(2100, 0, 1);
/** The high half of '-infinity' as a timestamptz. */
const MINUS_INFINITY_HIGH = -0x80000000;
const TWO_32 = 2 ** 32;

/** True where `positions` takes a fix of this time (epoch ms). */
export function isLegalTime(ms: number): boolean {
  return ms >= FIRST_TIME && ms < END_TIME;
}

/**
 * Collects fixes as the bytes of a binary COPY into POSITION_COLUMNS. What is not known becomes NULL; a time that is
 * none, or outside the legal ones, becomes '-infinity', which the table refuses, so that such a fix ends in quarantine.
 * One buffer serves for ever; it grows to the largest batch.
 */
export class CopyRows {
  count = 0;
  /** Earliest and latest legal time, epoch ms; an empty range where no row has one. */
  firstTime = END_TIME;
  lastTime = FIRST_TIME;
  #buffer = Buffer.allocUnsafeSlow(START_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #at = HEADER.copy(this.#buffer);

  clear(): void {
    this.#at = HEADER.length;
    this.count = 0;
    this.firstTime = END_TIME;
    this.lastTime = FIRST_TIME;
  }

  /** Keeps nothing of `p`, nor of the frame that it came in. */
  add(p: Position, raw: Uint8Array | null = null): void {
    this.#reserve(ROW_BYTES + (p.items?.length ?? 0) + (raw?.length ?? 0));
    this.#view.setInt16(this.#at, POSITION_COLUMNS.length);
    this.#at += 2;
    this.#time(p.fixTime);
    if (isLegalTime(p.fixTime)) {
      this.firstTime = Math.min(this.firstTime, p.fixTime);
      this.lastTime = Math.max(this.lastTime, p.fixTime);
    }
    if (Number.isFinite(p.receivedTime)) this.#time(p.receivedTime);
    else this.#null();
    this.#double(p.lon);
    this.#double(p.lat);
    this.#double(p.mileageKm);
    this.#int(p.vehicleNo);
    this.#int(p.subSeq);
    this.#int(p.alarms);
    this.#int(p.alarmWord);
    this.#int(p.statusWord);
    this.#int(tileOf(p.lon, p.lat));
    this.#int(p.headingDeg);
    this.#real(p.speedKmh);
    this.#short(p.altitudeM);
    this.#short(p.quality);
    this.#short(p.source);
    this.#short(p.flags);
    this.#bytes(p.items);
    this.#bytes(raw);
    this.count++;
  }

  /** All rows so far with the trailer; valid until the next `add` or `clear`. */
  bytes(): Buffer {
    this.#reserve(TRAILER_BYTES);
    this.#view.setInt16(this.#at, -1);
    return this.#buffer.subarray(0, this.#at + TRAILER_BYTES);
  }

  #time(ms: number): void {
    this.#view.setInt32(this.#at, 8);
    if (isLegalTime(ms)) {
      const micros = Math.round((ms - PG_EPOCH_MS) * 1000);
      this.#view.setInt32(this.#at + 4, Math.floor(micros / TWO_32));
      this.#view.setUint32(this.#at + 8, micros % TWO_32);
    } else {
      this.#view.setInt32(this.#at + 4, MINUS_INFINITY_HIGH);
      this.#view.setUint32(this.#at + 8, 0);
    }
    this.#at += 12;
  }

  #double(value: number): void {
    if (Number.isNaN(value)) {
      this.#null();
      return;
    }
    this.#view.setInt32(this.#at, 8);
    this.#view.setFloat64(this.#at + 4, value);
    this.#at += 12;
  }

  #real(value: number): void {
    if (Number.isNaN(value)) {
      this.#null();
      return;
    }
    this.#view.setInt32(this.#at, 4);
    this.#view.setFloat32(this.#at + 4, value);
    this.#at += 8;
  }

  /** Unsigned values keep their bit pattern. */
  #int(value: number): void {
    if (Number.isNaN(value)) {
      this.#null();
      return;
    }
    this.#view.setInt32(this.#at, 4);
    this.#view.setInt32(this.#at + 4, value);
    this.#at += 8;
  }

  #short(value: number): void {
    if (Number.isNaN(value)) {
      this.#null();
      return;
    }
    this.#view.setInt32(this.#at, 2);
    this.#view.setInt16(this.#at + 4, value);
    this.#at += 6;
  }

  #bytes(value: Uint8Array | null): void {
    if (value === null) {
      this.#null();
      return;
    }
    this.#view.setInt32(this.#at, value.length);
    this.#buffer.set(value, this.#at + 4);
    this.#at += 4 + value.length;
  }

  #null(): void {
    this.#view.setInt32(this.#at, -1);
    this.#at += 4;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}
