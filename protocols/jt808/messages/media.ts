import { BYTE, DWORD, WORD } from '../../common/codecs.js';
import { blob, counted, field, oneOf, optional, sequence, trailing } from '../../common/layout.js';
import type { Reader } from '../../common/wire.js';
import { LOCATION_BASIC } from '../location-fields.js';
import type { Message } from '../message.js';

/**
 * What is told of every medium: id DWORD · type BYTE (0 image, 1 audio, 2 video) · format BYTE (0 JPEG, 1 TIF, 2 MP3, 3 WAV,
 * 4 WMV) · event BYTE (0 platform command, 1 timed, 2 robbery, 3 collision or rollover, 4 door open, 5 door closed,
 * 6 door closing over 20 km/h, 7 distance) · channel BYTE.
 */
const MEDIUM = [
  field('mediaId', DWORD),
  field('mediaType', BYTE),
  field('format', BYTE),
  field('event', BYTE),
  field('channel', BYTE),
] as const;
const JPEG_START = 0xffd8;

/** A medium has been made, 多媒体事件信息上传, 0x0800. */
export const mediaEvent: Message = {
  id: 0x0800,
  clauses: { 2011: '§8.41', 2013: '§8.51', 2019: '§8.50' },
  body: sequence(...MEDIUM, trailing),
};

/**
 * A medium, 多媒体数据上传, 0x0801. Body: as above · basic location BYTE[28] · data; nearly always split, and only the first
 * part has what stands before the data. Older terminals send no location: a picture shows it by where it begins.
 */
export const mediaData: Message = {
  id: 0x0801,
  clauses: { 2011: '§8.42', 2013: '§8.52', 2019: '§8.51' },
  body: sequence(
    ...MEDIUM,
    oneOf(
      { located: sequence(field('location', LOCATION_BASIC), blob('data')), bare: blob('data') },
      (r) => (beginsJpeg(r) || r.remaining < 28 ? 'bare' : 'located'),
      (from) => (from.location === undefined ? 'bare' : 'located'),
    ),
  ),
};

/**
 * The medium has arrived, 多媒体数据上传应答, 0x8800. Body: id DWORD; where parts are missing · count BYTE · their indexes
 * WORD each. The 2011 draft has the serial of the message answered, WORD, in front.
 */
export const mediaDataResponse: Message = {
  id: 0x8800,
  clauses: { 2011: '§8.43', 2013: '§8.53', 2019: '§8.52' },
  body: sequence(
    // Nothing shows it to a reader, so it is written where it is given and never read.
    optional('replySeq', Number.POSITIVE_INFINITY, field('replySeq', WORD)),
    field('mediaId', DWORD),
    optional('packetIds', 1, counted(BYTE, 'count', 'packetIds', WORD)),
    trailing,
  ),
};

function beginsJpeg(r: Reader): boolean {
  return r.remaining >= 2 && r.bytes.readUInt16BE(r.at) === JPEG_START;
}
