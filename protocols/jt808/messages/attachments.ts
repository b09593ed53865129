import { BYTE, DWORD, type Fields, hex, record, WORD } from '../../common/codecs.js';
import { counted, field, fits, oneOf, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

const standard = 'T/JSATL 12-2017';
/** The alarm's key as the terminal gave it: 16 bytes, or 40 from those with the 2019 header (active-safety.ts). */
const SHORT_KEY = 16;
const LONG_KEY = 40;
const shortKey = field('alarmKey', hex(SHORT_KEY));
const longKey = field('alarmKey', hex(LONG_KEY));
const ALARM_NUMBER = text('alarmNumber', 32);
const hasLongKey = ({ alarmKey }: Fields) => (String(alarmKey ?? '').length === LONG_KEY * 2 ? 'long' : 'short');

const requestEnd = [ALARM_NUMBER, field('reservedHex', hex(16), { default: '00'.repeat(16) }), trailing] as const;
const AFTER_KEY = 32 + 16;

/**
 * Ask for what belongs to an alarm, 报警附件上传指令, 0x9208.
 * Body: server (length BYTE and STRING) · TCP port WORD · UDP port WORD · alarm key BYTE[16] or [40] · our number of the
 * alarm BYTE[32] · reserved BYTE[16].
 */
export const attachmentsRequest: Message = {
  id: 0x9208,
  standard,
  clauses: {},
  body: sequence(
    text('serverAddress', BYTE),
    field('tcpPort', WORD),
    field('udpPort', WORD),
    oneOf(
      { short: sequence(shortKey, ...requestEnd), long: sequence(longKey, ...requestEnd) },
      (r) => (r.remaining >= LONG_KEY + AFTER_KEY ? 'long' : 'short'),
      hasLongKey,
    ),
  ),
};

const FILES = counted(BYTE, 'count', 'files', record(text('name', BYTE), field('fileBytes', DWORD)));
const infoEnd = [ALARM_NUMBER, field('infoType', BYTE), FILES] as const;
const shortInfo = sequence(text('terminalId', 7), shortKey, ...infoEnd);
const longInfo = sequence(text('terminalId', 30), longKey, ...infoEnd);

/**
 * What will come, 报警附件信息, 0x1210, first on the connection to the file server.
 * Body: terminal id BYTE[7] · alarm key · alarm number · BYTE (0 normal, 1 again) · count BYTE · {name (length BYTE and
 * STRING), size DWORD}. With the long key the terminal id has 30 bytes; the list that ends with the body tells which.
 */
export const attachmentsInfo: Message = {
  id: 0x1210,
  standard,
  clauses: {},
  body: sequence(
    oneOf(
      { short: shortInfo, long: longInfo },
      (r) => (!fits(r, shortInfo) && fits(r, longInfo) ? 'long' : 'short'),
      hasLongKey,
    ),
    trailing,
  ),
};

/** name (length BYTE and STRING) · type BYTE (0 picture, 1 sound, 2 video, 3 text, 4 other). */
const FILE = [text('name', BYTE), field('fileType', BYTE)] as const;

/** A file begins, 文件信息上传, 0x1211. Body: name · type · size DWORD. */
export const attachmentFileInfo: Message = {
  id: 0x1211,
  standard,
  clauses: {},
  body: sequence(...FILE, field('fileBytes', DWORD), trailing),
};

/** A file has been sent, 文件上传完成, 0x1212. The same body. */
export const attachmentFileDone: Message = {
  id: 0x1212,
  standard,
  clauses: {},
  body: sequence(...FILE, field('fileBytes', DWORD), trailing),
};

/**
 * Whether it is whole, 文件上传完成应答, 0x9212. Body: name · type · result BYTE (0 done, 1 send again) · count BYTE · what is
 * missing {offset DWORD, length DWORD}.
 */
export const attachmentFileResponse: Message = {
  id: 0x9212,
  standard,
  clauses: {},
  body: sequence(
    ...FILE,
    field('result', BYTE),
    counted(BYTE, 'count', 'missing', record(field('offset', DWORD), field('length', DWORD))),
    trailing,
  ),
};
