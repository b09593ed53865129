import { ACC_KNOWN, ACC_ON, LOCATED, type Position } from './position.js';
import { NO_FIX, NOT_NEWS, REPEAT } from './quality.js';

const START_CAPACITY = 1024;
/** 8-byte columns first, so that every column of a snapshot is aligned. */
const LAYOUT = [
  ['fixTime', Float64Array],
  ['receivedTime', Float64Array],
  ['contactTime', Float64Array],
  ['lon', Float64Array],
  ['lat', Float64Array],
  ['alarms', Uint32Array],
  ['alarmWord', Uint32Array],
  ['statusWord', Uint32Array],
  ['speedKmh', Float32Array],
  ['mileageKm', Float64Array],
  ['altitudeM', Float32Array],
  ['headingDeg', Float32Array],
  ['quality', Uint16Array],
  ['subSeq', Uint16Array],
  ['flags', Uint8Array],
  ['source', Uint8Array],
] as const;

/** In the flags of a row, beside those of a fix (position.ts, datum.ts): nothing came since its terminal said good-bye. */
const GONE = 1 << 7;

type ColumnName = (typeof LAYOUT)[number][0];
type Column = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array;

/**
 * The newest word of every vehicle, in columns indexed by vehicle number: about 80 bytes each.
 * `apply` follows the log, so two fleets that saw the same log are equal.
 *
 * A row has two clocks: `contactTime`, when anything at all came (epoch ms of receipt), and `fixTime`, the time of the
 * newest fix that counts as news (NaN before the first).
 */
export class Fleet {
  capacity = 0;
  fixTime!: Float64Array;
  receivedTime!: Float64Array;
  contactTime!: Float64Array;
  lon!: Float64Array;
  lat!: Float64Array;
  alarms!: Uint32Array;
  alarmWord!: Uint32Array;
  statusWord!: Uint32Array;
  speedKmh!: Float32Array;
  mileageKm!: Float64Array;
  altitudeM!: Float32Array;
  headingDeg!: Float32Array;
  quality!: Uint16Array;
  subSeq!: Uint16Array;
  flags!: Uint8Array;
  source!: Uint8Array;

  constructor(capacity = START_CAPACITY) {
    this.#grow(capacity);
  }

  /** Takes in one fix. True where the vehicle's newest fix changed, or it is back, so that a map should show it anew. */
  apply(p: Position): boolean {
    const i = p.vehicleNo;
    if (i >= this.capacity) this.#grow(Math.max(i + 1, this.capacity * 2));
    const comesBack = this.isGone(i);
    this.flags[i] &= ~GONE;
    if (p.receivedTime > this.contactTime[i] || Number.isNaN(this.contactTime[i])) this.contactTime[i] = p.receivedTime;
    if (p.quality & NOT_NEWS) {
      // A report without a fix is still news of alarms and status, at the place where the vehicle was last seen.
      if ((p.quality & NOT_NEWS) !== NO_FIX) return comesBack;
      this.alarms[i] = p.alarms;
      this.alarmWord[i] = p.alarmWord;
      this.statusWord[i] = p.statusWord;
      this.flags[i] = p.flags & ~LOCATED;
      return true;
    }
    this.fixTime[i] = p.fixTime;
    this.receivedTime[i] = p.receivedTime;
    this.lon[i] = p.lon;
    this.lat[i] = p.lat;
    this.alarms[i] = p.alarms;
    this.alarmWord[i] = p.alarmWord;
    this.statusWord[i] = p.statusWord;
    this.speedKmh[i] = p.speedKmh;
    this.mileageKm[i] = p.mileageKm;
    this.altitudeM[i] = p.altitudeM;
    this.headingDeg[i] = p.headingDeg;
    this.quality[i] = p.quality & ~REPEAT;
    this.subSeq[i] = p.subSeq;
    this.flags[i] = p.flags;
    this.source[i] = p.source;
    return true;
  }

  /** The terminal of vehicle `no` says that it goes, or its broker does for it. True where that is news. */
  goes(no: number): boolean {
    if (!this.has(no) || this.isGone(no)) return false;
    this.flags[no] |= GONE;
    return true;
  }

  isGone(no: number): boolean {
    return (this.flags[no] & GONE) !== 0;
  }

  /** True where vehicle `no` has been heard of. */
  has(no: number): boolean {
    return no > 0 && no < this.capacity && !Number.isNaN(this.contactTime[no]);
  }

  /** True where vehicle `no` has a place to show. */
  hasFix(no: number): boolean {
    return no > 0 && no < this.capacity && !Number.isNaN(this.fixTime[no]);
  }

  /** The newest fix of vehicle `no`, put into `p`: what the fleet keeps of it. */
  read(no: number, p: Position): Position {
    p.vehicleNo = no;
    p.fixTime = this.fixTime[no];
    p.receivedTime = this.receivedTime[no];
    p.lon = this.lon[no];
    p.lat = this.lat[no];
    p.speedKmh = this.speedKmh[no];
    p.headingDeg = this.headingDeg[no];
    p.altitudeM = this.altitudeM[no];
    p.alarms = this.alarms[no];
    p.statusWord = this.statusWord[no];
    p.mileageKm = this.mileageKm[no];
    p.source = this.source[no];
    p.quality = this.quality[no];
    p.flags = this.flags[no] & ~GONE;
    return p;
  }

  /** Ignition of vehicle `no`: null where its source does not say. */
  accOn(no: number): boolean | null {
    return this.flags[no] & ACC_KNOWN ? (this.flags[no] & ACC_ON) !== 0 : null;
  }

  /** All columns as one block of bytes: u32 capacity, u32 zero, then the columns in order. */
  snapshot(): Buffer {
    const parts: Uint8Array[] = [Buffer.from(Uint32Array.of(this.capacity, 0).buffer)];
    for (const [name] of LAYOUT) {
      const column: Column = this[name];
      parts.push(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
    return Buffer.concat(parts);
  }

  /** Throws RangeError where the bytes are no snapshot of this layout. */
  static from(bytes: Uint8Array): Fleet {
    const copy = Uint8Array.from(bytes); // aligned
    const capacity = new Uint32Array(copy.buffer, 0, 1)[0];
    const rowBytes = LAYOUT.reduce((sum, [, Type]) => sum + Type.BYTES_PER_ELEMENT, 0);
    if (copy.length !== 8 + rowBytes * capacity) throw new RangeError('fleet snapshot of another layout');
    const fleet = new Fleet(capacity);
    let at = 8;
    for (const [name, Type] of LAYOUT) {
      const bytesLong = Type.BYTES_PER_ELEMENT * capacity;
      (fleet[name] as Column).set(new Type(copy.slice(at, at + bytesLong).buffer) as never);
      at += bytesLong;
    }
    return fleet;
  }

  #grow(capacity: number): void {
    for (const [name, Type] of LAYOUT) {
      const grown: Column = new Type(capacity);
      if (grown instanceof Float64Array || grown instanceof Float32Array) grown.fill(NaN);
      if (this.capacity > 0) grown.set(this[name] as never);
      (this as unknown as Record<ColumnName, Column>)[name] = grown;
    }
    this.capacity = capacity;
  }
}
