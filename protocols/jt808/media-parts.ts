import type { MediaFormat, MediaType, MediumHead } from '../../model/medium.js';
import { Position, positionJson } from '../../model/position.js';
import { gmt8BcdToMs } from '../../model/units.js';
import type { MediaPart } from '../media.js';
import type { Header } from './header.js';
import { LOCATION_BASIC_BYTES, readLocation } from './messages/location-report.js';

/**
 * Parts of a medium, 多媒体数据上传, 0x0801 (2011 §8.42, 2013 §8.52, 2019 §8.51). A medium is split like any message, but its
 * parts are handed on one by one, for it may be large. Only the first has what stands before the data.
 *
 * Head: id DWORD · type · format · event · channel BYTE each, then one of
 *   located  basic location BYTE[28] (2013, 2019),
 *   bare     nothing (older terminals),
 *   counted  parts DWORD · number of this one DWORD, and in the first a basic location (2011 draft, which counts parts
 *            in the body of messages that are not split).
 * What a terminal sends is told by where its data begins: a JPEG by its marker, a location by a time that is one.
 */
const MEDIUM_BYTES = 8;
const COUNTED_BYTES = 16;
const TIME_IN_LOCATION = 22;
const JPEG_START = 0xffd8;

const TYPES: readonly MediaType[] = ['image', 'audio', 'video'];
const FORMATS: readonly MediaFormat[] = ['jpeg', 'tiff', 'mp3', 'wav', 'wmv'];

/** A part, and whether the terminal counts parts as the 2011 draft does: then it is answered in its words. */
export interface Jt808Part extends MediaPart {
  counted: boolean;
}

/** The part that a frame's body is; null where its head is cut off. `body` is borrowed. */
export function readMediaPart(h: Header, terminal: string, body: Buffer): Jt808Part | null {
  const { seq: serial } = h;
  const split = h.packageTotal > 1;
  const total = split ? h.packageTotal : 1;
  const index = split ? h.packageIndex : 1;
  const of = { terminal, total, index, serial, firstSerial: (serial - index + 1) & 0xffff, counted: false };
  if (index !== 1) return { ...of, head: null, data: body };
  if (body.length < MEDIUM_BYTES) return null;
  const counts = split ? null : readCounts(body);
  if (counts !== null) {
    const start = COUNTED_BYTES + (counts.index === 1 ? locationBytes(body, COUNTED_BYTES) : 0);
    const head = counts.index === 1 ? readHead(body, COUNTED_BYTES, start) : null;
    return { ...of, ...counts, firstSerial: body.readUInt32BE(0), counted: true, head, data: body.subarray(start) };
  }
  const start = MEDIUM_BYTES + locationBytes(body, MEDIUM_BYTES);
  return { ...of, head: readHead(body, MEDIUM_BYTES, start), data: body.subarray(start) };
}

/** Parts counted in the body: believed where nothing shows that a location or the data is there instead. */
function readCounts(body: Buffer): { total: number; index: number } | null {
  if (body.length < COUNTED_BYTES || beginsJpeg(body, MEDIUM_BYTES) || isLocation(body, MEDIUM_BYTES)) return null;
  const total = body.readUInt32BE(MEDIUM_BYTES);
  const index = body.readUInt32BE(MEDIUM_BYTES + 4);
  return total <= 0xffff && index >= 1 && index <= total ? { total, index } : null;
}

/** Bytes of the location at `at`; 0 where the data begins there. */
function locationBytes(body: Buffer, at: number): number {
  if (beginsJpeg(body, at) || body.length < at + LOCATION_BASIC_BYTES) return 0;
  return LOCATION_BASIC_BYTES;
}

function isLocation(body: Buffer, at: number): boolean {
  return (
    body.length >= at + LOCATION_BASIC_BYTES &&
    (!Number.isNaN(gmt8BcdToMs(body, at + TIME_IN_LOCATION)) || beginsJpeg(body, at + LOCATION_BASIC_BYTES))
  );
}

function beginsJpeg(body: Buffer, at: number): boolean {
  return body.length >= at + 2 && body.readUInt16BE(at) === JPEG_START;
}

function readHead(body: Buffer, locationAt: number, dataAt: number): MediumHead {
  return {
    mediaId: body.readUInt32BE(0),
    type: TYPES[body[4]] ?? 'other',
    format: FORMATS[body[5]] ?? 'binary',
    event: body[6],
    channel: body[7],
    place: dataAt - locationAt === LOCATION_BASIC_BYTES ? readPlace(body, locationAt) : null,
  };
}

function readPlace(body: Buffer, at: number): MediumHead['place'] {
  const p = new Position();
  readLocation(body, at, at + LOCATION_BASIC_BYTES, 0, 0, p);
  const { time, lon, lat, speed } = positionJson(p, '');
  return { time, lon, lat, speed };
}
