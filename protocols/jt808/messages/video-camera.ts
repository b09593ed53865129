import { BYTE } from '../../common/codecs.js';
import { field, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

const standard = 'JT/T 1078-2016';

/** Turn the camera, 云台旋转, 0x9301. Body: channel BYTE · direction BYTE (0 stop, 1 up, 2 down, 3 left, 4 right) · speed BYTE. */
export const ptzRotate: Message = {
  id: 0x9301,
  standard,
  clauses: { 2019: '§5.7.1' },
  body: sequence(field('channel', BYTE), field('direction', BYTE), field('speed', BYTE), trailing),
};

/** Channel BYTE · BYTE: 0 and 1 are larger and smaller, or stop and start. */
function adjust(id: number, section: string): Message {
  return {
    id,
    standard,
    clauses: { 2019: section },
    body: sequence(field('channel', BYTE), field('value', BYTE), trailing),
  };
}

/** 云台调整焦距控制 */
export const ptzFocus = adjust(0x9302, '§5.7.2');
/** 云台调整光圈控制 */
export const ptzIris = adjust(0x9303, '§5.7.3');
/** 云台雨刷控制 */
export const ptzWiper = adjust(0x9304, '§5.7.4');
/** 红外补光控制 */
export const ptzInfrared = adjust(0x9305, '§5.7.5');
/** 云台变倍控制 */
export const ptzZoom = adjust(0x9306, '§5.7.6');
