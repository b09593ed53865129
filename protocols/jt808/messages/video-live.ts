import { BYTE, WORD } from '../../common/codecs.js';
import { field, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

const standard = 'JT/T 1078-2016';

/** Where the terminal sends the stream: address (length BYTE and STRING) · TCP port WORD · UDP port WORD. */
export const STREAM_SERVER = [text('serverAddress', BYTE), field('tcpPort', WORD), field('udpPort', WORD)] as const;

/**
 * Start a live stream, 实时音视频传输请求, 0x9101.
 * Body: server · channel BYTE · data BYTE (0 sound and video, 1 video, 2 two-way talk, 3 listen, 4 broadcast, 5 hand through) ·
 * stream BYTE (0 main, 1 sub).
 */
export const liveVideoStart: Message = {
  id: 0x9101,
  standard,
  clauses: { 2019: '§5.5.1' },
  body: sequence(
    ...STREAM_SERVER,
    field('channel', BYTE),
    field('dataType', BYTE),
    field('streamType', BYTE),
    trailing,
  ),
};

/**
 * Control a live stream, 音视频实时传输控制, 0x9102.
 * Body: channel BYTE · command BYTE (0 close, 1 switch stream, 2 pause, 3 go on, 4 end the talk) · what to close BYTE (0 all,
 * 1 sound, 2 video) · stream to switch to BYTE.
 */
export const liveVideoControl: Message = {
  id: 0x9102,
  standard,
  clauses: { 2019: '§5.5.2' },
  body: sequence(
    field('channel', BYTE),
    field('command', BYTE),
    field('closeType', BYTE),
    field('streamType', BYTE),
    trailing,
  ),
};

/** How the stream arrives, 实时音视频传输状态通知, 0x9105. Body: channel BYTE · packets lost in percent BYTE. */
export const liveVideoStatus: Message = {
  id: 0x9105,
  standard,
  clauses: { 2019: '§5.5.4' },
  body: sequence(field('channel', BYTE), field('lossPercent', BYTE), trailing),
};
