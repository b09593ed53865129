import { trailing } from '../../common/layout.js';
import type { Message } from '../message.js';
import * as control from './control.js';
import * as orders from './orders.js';
import * as parameters from './parameters.js';
import * as positions from './positions.js';
import { centreGeneralResponse, heartbeat, terminalGeneralResponse } from './replies.js';
import * as shifts from './shifts.js';
import { tripData } from './trip.js';

/** Messages without a body. */
const EMPTY: readonly Message[] = [
  { id: 0x8b0a, name: 'AlarmConfirm', chinese: '中心确认报警', direction: 'down', body: trailing },
  { id: 0x8b0b, name: 'AlarmClear', chinese: '中心解除报警', direction: 'down', body: trailing },
];

/** Messages whose body is kept as hex: it is long and rare, or sources disagree on it. */
const RAW: readonly Message[] = [
  { id: 0x8105, name: 'TerminalControl', chinese: 'ISU 控制', direction: 'down' },
  { id: 0x8301, name: 'EventListSet', chinese: '事件设置', direction: 'down' },
  { id: 0x8302, name: 'QuestionAsk', chinese: '提问下发', direction: 'down' },
  { id: 0x8401, name: 'PhoneBookSet', chinese: '设置电话本', direction: 'down' },
  { id: 0x8801, name: 'ShootNow', chinese: '摄像头立即拍摄命令', direction: 'down' },
  { id: 0x0805, name: 'ShootNowResponse', chinese: '摄像头立即拍摄应答', direction: 'up' },
  { id: 0x8802, name: 'StoredImageSearch', chinese: '存储图像检索', direction: 'down' },
  { id: 0x0802, name: 'StoredImageResponse', chinese: '存储图像检索应答', direction: 'up' },
  { id: 0x8803, name: 'StoredImageUpload', chinese: '存储图像上传命令', direction: 'down' },
  { id: 0x8b11, name: 'DeviceInspection', chinese: '中心巡检设备', direction: 'down' },
  { id: 0x0b11, name: 'DeviceInspectionResponse', chinese: '设备巡检应答', direction: 'up' },
];

/** Every message of JT/T 905, by id. */
export const MESSAGES: readonly Message[] = [
  terminalGeneralResponse,
  centreGeneralResponse,
  heartbeat,
  ...Object.values(parameters),
  ...Object.values(positions),
  ...Object.values(control),
  ...Object.values(orders),
  ...Object.values(shifts),
  tripData,
  ...EMPTY,
  ...RAW,
].sort((a, b) => a.id - b.id);

export const MESSAGES_BY_ID: ReadonlyMap<number, Message> = new Map(MESSAGES.map((m) => [m.id, m]));
