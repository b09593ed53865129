import { BYTE, DWORD, hex, record, WORD } from '../../common/codecs.js';
import { counted, field, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

const standard = 'T/JSATL 12-2017';
const KEY = field('alarmKey', hex(16));
const ALARM_NUMBER = text('alarmNumber', 32);

/**
 * Ask for what belongs to an alarm, 报警附件上传指令, 0x9208.
 * Body: server (length BYTE and STRING) · TCP port WORD · UDP port WORD · alarm key BYTE[16] · our number of the alarm
 * BYTE[32] · reserved BYTE[16].
 */
export const attachmentsRequest: Message = {
  id: 0x9208,
  standard,
  clauses: {},
  body: sequence(
    text('serverAddress', BYTE),
    field('tcpPort', WORD),
    field('udpPort', WORD),
    KEY,
    ALARM_NUMBER,
    field('reservedHex', hex(16), { default: '00'.repeat(16) }),
    trailing,
  ),
};

/**
 * What will come, 报警附件信息, 0x1210, first on the connection to the file server.
 * Body: terminal id BYTE[7] · alarm key · alarm number · BYTE (0 normal, 1 again) · count BYTE · {name (length BYTE and
 * STRING), size DWORD}.
 */
export const attachmentsInfo: Message = {
  id: 0x1210,
  standard,
  clauses: {},
  body: sequence(
    text('terminalId', 7),
    KEY,
    ALARM_NUMBER,
    field('infoType', BYTE),
    counted(BYTE, 'count', 'files', record(text('name', BYTE), field('fileBytes', DWORD))),
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
