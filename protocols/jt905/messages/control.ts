import { BYTE, DWORD, hex, WORD } from '../../common/codecs.js';
import { blob, field, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';
import { POSITION } from '../position.js';

/** Body: flag BYTE (1 urgent, 4 on the display, 8 spoken, 16 on the advertising screen) · text STRING. */
export const textMessage: Message = {
  id: 0x8300,
  name: 'TextMessage',
  chinese: '文本信息下发',
  direction: 'down',
  body: sequence(field('flag', BYTE), text('text', 'rest')),
};

export const eventReport: Message = {
  id: 0x0301,
  name: 'EventReport',
  chinese: '事件报告',
  direction: 'up',
  body: sequence(field('eventId', BYTE), trailing),
};

/** Body: serial of the question WORD · answer id BYTE. */
export const questionAnswer: Message = {
  id: 0x0302,
  name: 'QuestionAnswer',
  chinese: '提问应答',
  direction: 'up',
  body: sequence(field('replySn', WORD), field('answerId', BYTE), trailing),
};

/** Body: flag BYTE (0 call, 1 listen in) · phone number STRING. */
export const callBack: Message = {
  id: 0x8400,
  name: 'CallBack',
  chinese: '电话回拨',
  direction: 'down',
  body: sequence(field('flag', BYTE), text('phone', 'rest')),
};

/** Body: item BYTE (0 fuel, 1 power, 2 doors, 3 vehicle) · command BYTE (0 release, 1 cut or lock). */
export const vehicleControl: Message = {
  id: 0x8500,
  name: 'VehicleControl',
  chinese: '车辆控制',
  direction: 'down',
  body: sequence(field('item', BYTE), field('command', BYTE), trailing),
};

/** Body: serial of the command WORD · position block. */
export const vehicleControlResponse: Message = {
  id: 0x0500,
  name: 'VehicleControlResponse',
  chinese: '车辆控制应答',
  direction: 'up',
  body: sequence(field('replySn', WORD), field('position', POSITION), trailing),
};

/**
 * Body: reason WORD (0 went loaded, 1 rating, 2 alarm, 3 asked by the centre) · image id DWORD · camera BYTE · whole size
 * DWORD · start offset DWORD · data. The offset takes the place of splitting.
 */
export const imageUpload: Message = {
  id: 0x0800,
  name: 'ImageUpload',
  chinese: '摄像头图像上传',
  direction: 'up',
  body: sequence(
    field('reason', WORD),
    field('imageId', DWORD),
    field('cameraId', BYTE),
    field('totalBytes', DWORD),
    field('offset', DWORD),
    blob('data'),
  ),
};

/** Body: device type BYTE · data type WORD · data. */
export const transparentDown: Message = {
  id: 0x8b10,
  name: 'TransparentDown',
  chinese: '外围设备指令下行透传',
  direction: 'down',
  body: sequence(field('deviceType', BYTE), field('dataType', WORD), field('data', hex('rest'))),
};

/** Body: device type BYTE · vendor BYTE · command WORD · data. */
export const transparentUp: Message = {
  id: 0x0b10,
  name: 'TransparentUp',
  chinese: '外围设备指令上行透传',
  direction: 'up',
  body: sequence(field('deviceType', BYTE), field('vendor', BYTE), field('command', WORD), field('data', hex('rest'))),
};
