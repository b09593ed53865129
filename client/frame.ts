import type { DensityCell, DensityMessage, LivePosition, PositionsMessage } from './messages.js';

/**
 * Reads a binary frame of the stream (message Frame, `GET /asyncapi.json` has its definition) into what the JSON would have
 * been. It knows the few wire types that occur, so that a page need not load a protobuf library; fields that are new are
 * skipped. Throws RangeError where the frame is cut off.
 */
export function readFrame(bytes: ArrayBuffer): PositionsMessage | DensityMessage {
  const frame = new Reader(new Uint8Array(bytes));
  let message: PositionsMessage | DensityMessage | undefined;
  while (frame.next()) {
    if (frame.field === 1) message = readPositions(frame.inner());
    else if (frame.field === 2) message = readDensity(frame.inner());
    else frame.skip();
  }
  if (!message) throw new RangeError('a frame without a message');
  return message;
}

function readPositions(reader: Reader): PositionsMessage {
  const message: PositionsMessage = { type: 'positions', id: 0, snapshot: false, items: [], gone: [] };
  while (reader.next()) {
    if (reader.field === 1) message.id = readId(reader.inner());
    else if (reader.field === 2) message.snapshot = reader.varint() !== 0;
    else if (reader.field === 3) message.gone.push(reader.text());
    else if (reader.field === 4) message.items.push(readItem(reader.inner()));
    else reader.skip();
  }
  return message;
}

function readDensity(reader: Reader): DensityMessage {
  const message: DensityMessage = { type: 'density', id: 0, cells: [] };
  while (reader.next()) {
    if (reader.field === 1) message.id = readId(reader.inner());
    else if (reader.field === 2) message.cells.push(readCell(reader.inner()));
    else reader.skip();
  }
  return message;
}

function readId(reader: Reader): number | string {
  let id: number | string = 0;
  while (reader.next()) {
    if (reader.field === 1) id = reader.zigzag();
    else if (reader.field === 2) id = reader.text();
    else reader.skip();
  }
  return id;
}

function readItem(reader: Reader): LivePosition {
  const item: LivePosition = {
    ...{ vehicleId: '', time: null, receivedAt: null, lon: null, lat: null, speed: null, heading: null },
    ...{ altitude: null, alarm: 0, status: 0, mileage: null, source: '', quality: [] },
    ...{ plate: null, category: 'other', online: false },
  };
  while (reader.next()) readItemField(reader, item);
  return item;
}

function readItemField(reader: Reader, item: LivePosition): void {
  switch (reader.field) {
    case 1:
      item.vehicleId = reader.text();
      break;
    case 2:
      item.time = new Date(reader.varint()).toISOString();
      break;
    case 3:
      item.receivedAt = new Date(reader.varint()).toISOString();
      break;
    case 4:
      item.lon = reader.zigzag() / 1e7;
      break;
    case 5:
      item.lat = reader.zigzag() / 1e7;
      break;
    case 6:
      item.speed = reader.varint() / 10;
      break;
    case 7:
      item.heading = reader.varint();
      break;
    case 8:
      item.altitude = reader.zigzag();
      break;
    case 9:
      item.alarm = reader.varint();
      break;
    case 10:
      item.status = reader.varint();
      break;
    case 11:
      item.mileage = reader.varint() / 10;
      break;
    case 12:
      item.source = reader.text();
      break;
    case 13:
      item.quality.push(reader.text());
      break;
    case 14:
      item.plate = reader.text();
      break;
    case 15:
      item.category = reader.text() as LivePosition['category'];
      break;
    case 16:
      item.online = reader.varint() !== 0;
      break;
    default:
      reader.skip();
  }
}

function readCell(reader: Reader): DensityCell {
  const cell: DensityCell = { bbox: [0, 0, 0, 0], count: 0, moving: 0, emergencies: 0 };
  while (reader.next()) {
    if (reader.field === 1) cell.bbox = reader.inner().doubles() as unknown as DensityCell['bbox'];
    else if (reader.field === 2) cell.count = reader.varint();
    else if (reader.field === 3) cell.moving = reader.varint();
    else if (reader.field === 4) cell.emergencies = reader.varint();
    else reader.skip();
  }
  return cell;
}

const utf8 = new TextDecoder();

/** Fields of one protobuf message, one after the other. */
class Reader {
  field = 0;
  #wire = 0;
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** Goes to the next field; false at the end. */
  next(): boolean {
    if (this.#at >= this.bytes.length) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.#wire = tag % 8;
    return true;
  }

  /** Exact up to 2^53. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.#at >= this.bytes.length) throw new RangeError('a frame that is cut off');
      const byte = this.bytes[this.#at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** A signed number of at most 52 bits. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    return utf8.decode(this.#part());
  }

  inner(): Reader {
    return new Reader(this.#part());
  }

  /** All that is left, as doubles. */
  doubles(): number[] {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return Array.from({ length: view.byteLength / 8 }, (_, i) => view.getFloat64(i * 8, true));
  }

  skip(): void {
    if (this.#wire === 0) this.varint();
    else if (this.#wire === 2) this.#part();
    else this.#at += this.#wire === 1 ? 8 : 4;
  }

  #part(): Uint8Array {
    const length = this.varint();
    const end = this.#at + length;
    if (end > this.bytes.length) throw new RangeError('a frame that is cut off');
    const part = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
