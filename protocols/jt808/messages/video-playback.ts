import { BYTE, DWORD, hex, record, WORD } from '../../common/codecs.js';
import { countOf, field, listToEnd, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';
import { STREAM_SERVER } from './video-live.js';

const standard = 'JT/T 1078-2016';

/** From and until, BCD[6] each: zeros for any time. */
const PERIOD = [field('startBcd', hex(6)), field('endBcd', hex(6))] as const;

/** Which recordings: data, stream and store BYTE each (0 all). */
const KIND = [field('avType', BYTE), field('streamType', BYTE), field('storeType', BYTE)] as const;

/**
 * Play a recording, 平台下发远程录像回放请求, 0x9201.
 * Body: server · channel BYTE · kind · mode BYTE (0 normal, 1 fast, 2 key frames back, 3 key frames, 4 one frame) · speed
 * BYTE (0 none, 1 to 5 for 1, 2, 4, 8, 16 times) · from and until.
 */
export const playbackStart: Message = {
  id: 0x9201,
  standard,
  clauses: { 2019: '§5.6.3' },
  body: sequence(
    ...STREAM_SERVER,
    field('channel', BYTE),
    ...KIND,
    field('playMode', BYTE),
    field('speed', BYTE),
    ...PERIOD,
    trailing,
  ),
};

/**
 * Control a playback, 平台下发远程录像回放控制, 0x9202.
 * Body: channel BYTE · control BYTE (0 start, 1 pause, 2 end, 3 fast, 4 key frames back, 5 go to, 6 key frames) · speed BYTE ·
 * where to BCD[6].
 */
export const playbackControl: Message = {
  id: 0x9202,
  standard,
  clauses: { 2019: '§5.6.4' },
  body: sequence(
    field('channel', BYTE),
    field('control', BYTE),
    field('speed', BYTE),
    field('positionBcd', hex(6)),
    trailing,
  ),
};

/** Ask what is recorded, 查询资源列表, 0x9205. Body: channel BYTE · from and until · alarms BYTE[8] · kind. */
export const avResourceQuery: Message = {
  id: 0x9205,
  standard,
  clauses: { 2019: '§5.6.1' },
  body: sequence(field('channel', BYTE), ...PERIOD, field('alarmHex', hex(8)), ...KIND, trailing),
};

const RESOURCE = record(
  field('channel', BYTE),
  ...PERIOD,
  field('alarmHex', hex(8)),
  ...KIND,
  field('fileBytes', DWORD),
);
const RESOURCE_BYTES = 28;

/** What is recorded, 终端上传音视频资源列表, 0x1205. Body: serial of the query WORD · count DWORD · recordings; often split. */
export const avResourceList: Message = {
  id: 0x1205,
  standard,
  clauses: { 2019: '§5.6.2' },
  body: sequence(
    field('replySeq', WORD),
    countOf('resources', DWORD),
    listToEnd('resources', RESOURCE, RESOURCE_BYTES),
    trailing,
  ),
};

/**
 * Upload a recording by FTP, 文件上传指令, 0x9206.
 * Body: address · port WORD · user · password · path (length BYTE and STRING each) · channel BYTE · from and until · alarms
 * BYTE[8] · kind · networks that may be used BYTE (bit 0 WLAN, 1 LAN, 2 mobile).
 */
export const fileUploadStart: Message = {
  id: 0x9206,
  standard,
  clauses: { 2019: '§5.6.5' },
  body: sequence(
    text('serverAddress', BYTE),
    field('port', WORD),
    text('user', BYTE),
    text('password', BYTE),
    text('path', BYTE),
    field('channel', BYTE),
    ...PERIOD,
    field('alarmHex', hex(8)),
    ...KIND,
    field('networks', BYTE),
    trailing,
  ),
};

/** The upload has ended, 文件上传完成通知, 0x1206. Body: serial of the command WORD · result BYTE (0 done, 1 failed). */
export const fileUploadDone: Message = {
  id: 0x1206,
  standard,
  clauses: { 2019: '§5.6.6' },
  body: sequence(field('replySeq', WORD), field('result', BYTE), trailing),
};

/** Control an upload, 文件上传控制, 0x9207. Body: serial of the command WORD · control BYTE (0 pause, 1 go on, 2 cancel). */
export const fileUploadControl: Message = {
  id: 0x9207,
  standard,
  clauses: { 2019: '§5.6.7' },
  body: sequence(field('replySeq', WORD), field('control', BYTE), trailing),
};
