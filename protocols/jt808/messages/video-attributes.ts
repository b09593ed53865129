import { BYTE, WORD } from '../../common/codecs.js';
import { field, sequence, time, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

const standard = 'JT/T 1078-2016';

/** Ask what the terminal can record, 查询终端音视频属性, 0x9003. No body. */
export const avAttributesQuery: Message = {
  id: 0x9003,
  standard,
  clauses: { 2019: '§5.4.1' },
  body: trailing,
};

/**
 * What the terminal can record, 终端上传音视频属性, 0x1003.
 * Body: sound: coding, channels, sampling rate, bits BYTE each, frame length WORD, output BYTE · video: coding BYTE · most
 * sound channels BYTE · most video channels BYTE.
 */
export const avAttributesUpload: Message = {
  id: 0x1003,
  standard,
  clauses: { 2019: '§5.4.2' },
  body: sequence(
    field('audioCoding', BYTE),
    field('audioChannels', BYTE),
    field('audioSampleRate', BYTE),
    field('audioSampleBits', BYTE),
    field('audioFrameLength', WORD),
    field('audioOutput', BYTE),
    field('videoCoding', BYTE),
    field('maxAudioChannels', BYTE),
    field('maxVideoChannels', BYTE),
    trailing,
  ),
};

/** Passengers counted, 终端上传乘客流量, 0x1005. Body: from and until BCD[6] · boarded WORD · alighted WORD. */
export const passengerFlow: Message = {
  id: 0x1005,
  standard,
  clauses: { 2019: '§5.4.3' },
  body: sequence(time('start'), time('end'), field('boarded', WORD), field('alighted', WORD), trailing),
};
