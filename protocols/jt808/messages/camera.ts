import { BYTE, DWORD, WORD } from '../../common/codecs.js';
import { counted, field, sequence, trailing, when } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Take pictures now, 摄像头立即拍摄命令, 0x8801.
 * Body: channel BYTE · command WORD (0 stop, 0xFFFF video, else number of pictures) · interval or duration s WORD · save
 * BYTE (1 save, 0 upload) · resolution BYTE · quality BYTE 1–10 · brightness · contrast · saturation · chroma BYTE each.
 */
export const cameraShoot: Message = {
  id: 0x8801,
  clauses: { 2011: '§8.44', 2013: '§8.54', 2019: '§8.53' },
  body: sequence(
    field('channel', BYTE),
    field('command', WORD),
    field('intervalS', WORD),
    field('save', BYTE),
    field('resolution', BYTE),
    field('quality', BYTE),
    field('brightness', BYTE),
    field('contrast', BYTE),
    field('saturation', BYTE),
    field('chroma', BYTE),
    trailing,
  ),
};

/**
 * What became of it, 摄像头立即拍摄命令应答, 0x0805.
 * Body: serial of the command WORD · result BYTE (0 done, 1 failed, 2 no such channel); with 0 · count WORD · media ids.
 */
export const cameraShootResponse: Message = {
  id: 0x0805,
  clauses: { 2013: '§8.55', 2019: '§8.54' },
  body: sequence(
    field('replySeq', WORD),
    field('result', BYTE),
    when((fields) => fields.result === 0, counted(WORD, 'count', 'mediaIds', DWORD)),
    trailing,
  ),
};
