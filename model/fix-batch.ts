import { allocBlock, BLOCK_HEADER_BYTES, type Block } from './block.js';
import { NO_FENCES, Position } from './position.js';

/**
 * Many fixes as one block of columns: what disk, threads and network carry. Encoded once, read in place.
 *
 * Body, with n fixes, every column whole, widest first so that each is aligned:
 * fixTime f64 · receivedTime f64 (epoch ms) · vehicleNo u32 · lon i32 · lat i32 (1e-7 °) · alarms u32 · alarmWord u32 ·
 * statusWord u32 · mileage u32 (0.1 km) · side u32 (offset of the fix's items in the side section, or NONE) ·
 * speed u16 (0.1 km/h) · heading u16 (°) · altitude i16 (m) · quality u16 · subSeq u16 · flags u8 · source u8 · then the
 * side section: for each fix that has items, u16 length and the bytes as the source sent them. Where frames are kept,
 * bit 31 of `side` says that behind them, at once, a u32 has the offset in the side section of the fix's frame: u16 length
 * and its bytes, there once for all neighbours that came in it.
 */
export const FIX_BYTES = 8 * 2 + 4 * 8 + 2 * 5 + 1 * 2;

const NONE_U32 = 0xffffffff;
const NONE_U16 = 0xffff;
const NONE_I16 = -0x8000;
const NONE_I32 = -0x80000000;
/** Bit of `side`; offsets are below it, because blocks are (BLOCK_MAX_BYTES). */
const HAS_RAW = 0x80000000;

interface Columns {
  fixTime: Float64Array;
  receivedTime: Float64Array;
  vehicleNo: Uint32Array;
  lon: Int32Array;
  lat: Int32Array;
  alarms: Uint32Array;
  alarmWord: Uint32Array;
  statusWord: Uint32Array;
  mileage: Uint32Array;
  side: Uint32Array;
  speed: Uint16Array;
  heading: Uint16Array;
  altitude: Int16Array;
  quality: Uint16Array;
  subSeq: Uint16Array;
  flags: Uint8Array;
  source: Uint8Array;
}

function columns(buffer: ArrayBufferLike, start: number, n: number): Columns {
  let at = start;
  const place = (bytes: number) => {
    const here = at;
    at += bytes * n;
    return here;
  };
  return {
    fixTime: new Float64Array(buffer, place(8), n),
    receivedTime: new Float64Array(buffer, place(8), n),
    vehicleNo: new Uint32Array(buffer, place(4), n),
    lon: new Int32Array(buffer, place(4), n),
    lat: new Int32Array(buffer, place(4), n),
    alarms: new Uint32Array(buffer, place(4), n),
    alarmWord: new Uint32Array(buffer, place(4), n),
    statusWord: new Uint32Array(buffer, place(4), n),
    mileage: new Uint32Array(buffer, place(4), n),
    side: new Uint32Array(buffer, place(4), n),
    speed: new Uint16Array(buffer, place(2), n),
    heading: new Uint16Array(buffer, place(2), n),
    altitude: new Int16Array(buffer, place(2), n),
    quality: new Uint16Array(buffer, place(2), n),
    subSeq: new Uint16Array(buffer, place(2), n),
    flags: new Uint8Array(buffer, place(1), n),
    source: new Uint8Array(buffer, place(1), n),
  };
}

/** Collects fixes; full at `capacity` fixes or `sideCapacity` bytes of items. */
export class FixBatchBuilder {
  count = 0;
  readonly #columns: Columns;
  readonly #side: Buffer;
  #sideBytes = 0;
  /** Offset of the frame that was put into the side section last; -1 where there is none. */
  #rawAt = -1;

  constructor(
    readonly capacity = 2048,
    readonly sideCapacity = 256 * 1024,
  ) {
    this.#columns = columns(new ArrayBuffer(FIX_BYTES * capacity), 0, capacity);
    this.#side = Buffer.allocUnsafeSlow(sideCapacity);
  }

  /** False, and nothing added, when there is no room: seal and try again. Items or frames over 65,535 bytes are left out. */
  add(p: Position): boolean {
    const items = kept(p.items);
    const raw = kept(p.raw);
    const i = this.count;
    if (i === this.capacity) return false;
    if (items || raw) {
      const shared = raw !== null && this.#isLastRaw(raw);
      const itemBytes = 2 + (items?.length ?? 0);
      const rawBytes = raw === null ? 0 : 4 + (shared ? 0 : 2 + raw.length);
      if (this.#sideBytes + itemBytes + rawBytes > this.sideCapacity) return false;
    }
    const c = this.#columns;
    c.fixTime[i] = p.fixTime;
    c.receivedTime[i] = p.receivedTime;
    c.vehicleNo[i] = p.vehicleNo;
    c.lon[i] = Number.isFinite(p.lon) ? Math.round(p.lon * 1e7) : NONE_I32;
    c.lat[i] = Number.isFinite(p.lat) ? Math.round(p.lat * 1e7) : NONE_I32;
    c.alarms[i] = p.alarms;
    c.alarmWord[i] = p.alarmWord;
    c.statusWord[i] = p.statusWord;
    c.mileage[i] = bounded(p.mileageKm * 10, 0, NONE_U32 - 1, NONE_U32);
    c.speed[i] = bounded(p.speedKmh * 10, 0, NONE_U16 - 1, NONE_U16);
    c.heading[i] = bounded(p.headingDeg, 0, NONE_U16 - 1, NONE_U16);
    c.altitude[i] = bounded(p.altitudeM, NONE_I16 + 1, 0x7fff, NONE_I16);
    c.quality[i] = p.quality;
    c.subSeq[i] = p.subSeq;
    c.flags[i] = p.flags;
    c.source[i] = p.source;
    c.side[i] = items || raw ? this.#addSide(items, raw) : NONE_U32;
    this.count = i + 1;
    return true;
  }

  #isLastRaw(raw: Uint8Array): boolean {
    if (this.#rawAt < 0 || this.#side.readUInt16LE(this.#rawAt) !== raw.length) return false;
    const start = this.#rawAt + 2;
    return this.#side.compare(raw, 0, raw.length, start, start + raw.length) === 0;
  }

  /** The value of `side`. */
  #addSide(items: Uint8Array | null, raw: Uint8Array | null): number {
    const at = this.#sideBytes;
    this.#putSide(items ?? NO_BYTES);
    if (raw === null) return at;
    const pointer = this.#sideBytes;
    this.#sideBytes += 4;
    if (!this.#isLastRaw(raw)) {
      this.#rawAt = this.#sideBytes;
      this.#putSide(raw);
    }
    this.#side.writeUInt32LE(this.#rawAt, pointer);
    return (at | HAS_RAW) >>> 0;
  }

  #putSide(bytes: Uint8Array): void {
    this.#side.writeUInt16LE(bytes.length, this.#sideBytes);
    this.#side.set(bytes, this.#sideBytes + 2);
    this.#sideBytes += 2 + bytes.length;
  }

  /** The fixes so far as a block that still wants `sealBlock`; the builder is empty again. */
  take(): Buffer {
    const n = this.count;
    const block = allocBlock(FIX_BYTES * n + this.#sideBytes);
    const to = columns(block.buffer, block.byteOffset + BLOCK_HEADER_BYTES, n);
    for (const name of COLUMN_NAMES) (to[name] as Uint8Array).set(this.#columns[name].subarray(0, n) as Uint8Array);
    this.#side.copy(block, BLOCK_HEADER_BYTES + FIX_BYTES * n, 0, this.#sideBytes);
    this.count = 0;
    this.#sideBytes = 0;
    this.#rawAt = -1;
    return block;
  }
}

const COLUMN_NAMES = [
  'fixTime',
  'receivedTime',
  'vehicleNo',
  'lon',
  'lat',
  'alarms',
  'alarmWord',
  'statusWord',
  'mileage',
  'side',
  'speed',
  'heading',
  'altitude',
  'quality',
  'subSeq',
  'flags',
  'source',
] as const;

/** The fixes of a KIND_FIXES block, read in place. Throws RangeError where the body is too short for its count. */
export class FixBatch {
  readonly count: number;
  readonly firstSeq: number;
  readonly c: Columns;
  readonly #body: Buffer;

  constructor(block: Block) {
    this.count = block.count;
    this.firstSeq = block.firstSeq;
    let body = block.body;
    if (body.length < FIX_BYTES * block.count) throw new RangeError(`batch ${block.firstSeq}: body too short`);
    // Blocks read from a file at an odd place are copied once, so that the columns are aligned.
    if (body.byteOffset % 8 !== 0) body = Uint8Array.from(body);
    this.#body = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.c = columns(body.buffer, body.byteOffset, block.count);
  }

  /** Fills `p` with fix `i`. One Position can serve for a whole batch: every field is set. */
  read(i: number, p: Position): Position {
    const c = this.c;
    p.fixTime = c.fixTime[i];
    p.receivedTime = c.receivedTime[i];
    p.vehicleNo = c.vehicleNo[i];
    p.lon = c.lon[i] === NONE_I32 ? NaN : c.lon[i] / 1e7;
    p.lat = c.lat[i] === NONE_I32 ? NaN : c.lat[i] / 1e7;
    p.alarms = c.alarms[i];
    p.alarmWord = c.alarmWord[i];
    p.statusWord = c.statusWord[i];
    p.mileageKm = c.mileage[i] === NONE_U32 ? NaN : c.mileage[i] / 10;
    p.speedKmh = c.speed[i] === NONE_U16 ? NaN : c.speed[i] / 10;
    p.headingDeg = c.heading[i] === NONE_U16 ? NaN : c.heading[i];
    p.altitudeM = c.altitude[i] === NONE_I16 ? NaN : c.altitude[i];
    p.quality = c.quality[i];
    p.subSeq = c.subSeq[i];
    p.flags = c.flags[i];
    p.source = c.source[i];
    p.items = this.items(i);
    p.raw = null;
    p.fenceNos = NO_FENCES;
    p.seq = this.firstSeq + i;
    return p;
  }

  /** The source's additional items of fix `i`, or null. */
  items(i: number): Uint8Array | null {
    const side = this.c.side[i];
    if (side === NONE_U32) return null;
    const items = this.#sideBytes(side & ~HAS_RAW);
    return items.length > 0 ? items : null;
  }

  /** The frame that fix `i` came in, or null where it was not kept; `read` leaves it where it is. */
  raw(i: number): Uint8Array | null {
    const side = this.c.side[i];
    if (side === NONE_U32 || (side & HAS_RAW) === 0) return null;
    const items = side & ~HAS_RAW;
    const pointer = items + 2 + this.#sideBytes(items).length;
    return this.#sideBytes(this.#body.readUInt32LE(FIX_BYTES * this.count + pointer));
  }

  #sideBytes(offset: number): Uint8Array {
    const at = FIX_BYTES * this.count + offset;
    return this.#body.subarray(at + 2, at + 2 + this.#body.readUInt16LE(at));
  }

  *[Symbol.iterator](): Generator<Position> {
    for (let i = 0; i < this.count; i++) yield this.read(i, new Position());
  }
}

const NO_BYTES = new Uint8Array(0);

/** What has room in the side section. */
function kept(bytes: Uint8Array | null): Uint8Array | null {
  return bytes !== null && bytes.length > 0 && bytes.length <= NONE_U16 ? bytes : null;
}

function bounded(value: number, low: number, high: number, unknown: number): number {
  if (!Number.isFinite(value)) return unknown;
  const rounded = Math.round(value);
  return Math.max(low, Math.min(rounded, high));
}
