import { BYTE, DWORD, hex, record, WORD } from '../../common/codecs.js';
import { countOf, field, listToEnd, sequence, trailing } from '../../common/layout.js';
import { LOCATION_BASIC } from '../location-fields.js';
import type { Message } from '../message.js';

/** type BYTE · channel BYTE (0 all) · event BYTE · from and until BCD[6], zeros for any time. */
const SEARCH = [
  field('mediaType', BYTE),
  field('channel', BYTE),
  field('event', BYTE),
  field('startBcd', hex(6)),
  field('endBcd', hex(6)),
] as const;

/** Search what the terminal has stored, 存储多媒体数据检索, 0x8802. */
export const storedMediaSearch: Message = {
  id: 0x8802,
  clauses: { 2011: '§8.45', 2013: '§8.56', 2019: '§8.55' },
  body: sequence(...SEARCH, trailing),
};

const MEDIUM = record(
  field('mediaId', DWORD),
  field('mediaType', BYTE),
  field('channel', BYTE),
  field('event', BYTE),
  field('location', LOCATION_BASIC),
);
const MEDIUM_BYTES = 35;

/**
 * What was found, 存储多媒体数据检索应答, 0x0802. Body: serial of the search WORD · count WORD · {id DWORD, type, channel, event
 * BYTE each, basic location BYTE[28]}. A long list is split; the count is that of the whole.
 */
export const storedMediaResponse: Message = {
  id: 0x0802,
  clauses: { 2011: '§8.46', 2013: '§8.57', 2019: '§8.56' },
  body: sequence(field('replySeq', WORD), countOf('media', WORD), listToEnd('media', MEDIUM, MEDIUM_BYTES), trailing),
};

/** Upload what the terminal has stored, 存储多媒体数据上传, 0x8803. Body: search · delete afterwards BYTE (0 keep). */
export const storedMediaUpload: Message = {
  id: 0x8803,
  clauses: { 2011: '§8.47', 2013: '§8.58', 2019: '§8.57' },
  body: sequence(...SEARCH, field('delete', BYTE), trailing),
};

/** Upload one stored medium, 单条存储多媒体数据检索上传命令, 0x8805. Body: id DWORD · delete afterwards BYTE (0 keep). */
export const storedMediumUpload: Message = {
  id: 0x8805,
  clauses: { 2013: '§8.60', 2019: '§8.59' },
  body: sequence(field('mediaId', DWORD), field('delete', BYTE), trailing),
};
