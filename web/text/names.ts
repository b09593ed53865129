import type { AlarmName } from '../../model/alarm.js';
import type { QualityName } from '../../model/quality.js';
import type { RerunOutcome } from '../../model/quarantine.js';
import type { RejectReason } from '../../model/reject.js';
import type { VehicleCategory } from '../../model/vehicle.js';
import { type Names, named, pick } from './named.js';

const ALARMS: Names<AlarmName> = {
  emergency: ['紧急报警', 'Emergency call'],
  overspeed: ['超速报警', 'Overspeed'],
  fatigue: ['疲劳驾驶', 'Fatigue driving'],
  'dangerous-driving': ['危险驾驶行为', 'Dangerous driving'],
  'gnss-fault': ['GNSS 模块故障', 'GNSS fault'],
  'gnss-antenna-cut': ['GNSS 天线未接或剪断', 'GNSS antenna cut'],
  'gnss-antenna-short': ['GNSS 天线短路', 'GNSS antenna short'],
  'power-low': ['终端主电源欠压', 'Power low'],
  'power-lost': ['终端主电源掉电', 'Power lost'],
  'display-fault': ['终端显示器故障', 'Display fault'],
  'tts-fault': ['TTS 模块故障', 'Speech fault'],
  'camera-fault': ['摄像头故障', 'Camera fault'],
  'ic-card-fault': ['IC 卡模块故障', 'IC card fault'],
  'overspeed-warning': ['超速预警', 'Overspeed warning'],
  'fatigue-warning': ['疲劳驾驶预警', 'Fatigue warning'],
  'forbidden-period': ['违规行驶', 'Driving in a forbidden period'],
  'tyre-pressure-warning': ['胎压预警', 'Tyre pressure'],
  'right-blind-spot': ['右转盲区异常', 'Right blind spot'],
  'day-driving-exceeded': ['当天累计驾驶超时', 'Driving time of the day exceeded'],
  'parking-timeout': ['超时停车', 'Parked too long'],
  'area-in-out': ['进出区域', 'Area entered or left'],
  'route-in-out': ['进出路线', 'Route entered or left'],
  'section-time': ['路段行驶时间不足或过长', 'Section too fast or too slow'],
  'route-deviation': ['路线偏离', 'Off the route'],
  'vss-fault': ['车辆 VSS 故障', 'Speed sensor fault'],
  'fuel-abnormal': ['油量异常', 'Fuel level abnormal'],
  'vehicle-stolen': ['车辆被盗', 'Vehicle stolen'],
  'illegal-ignition': ['非法点火', 'Illegal ignition'],
  'illegal-displacement': ['非法位移', 'Illegal displacement'],
  collision: ['碰撞侧翻', 'Collision'],
  'rollover-warning': ['侧翻预警', 'Rollover warning'],
  'illegal-door-opening': ['非法开门', 'Illegal door opening'],
};

const QUALITIES: Names<QualityName> = {
  late: ['补报', 'late'],
  'very-late': ['超期补报', 'very late'],
  'suspect-time': ['时间可疑', 'time doubtful'],
  'no-fix': ['未定位', 'no fix'],
  'suspect-place': ['位置可疑', 'place doubtful'],
  'suspect-motion': ['漂移可疑', 'motion doubtful'],
  repeat: ['重复', 'repeat'],
  'out-of-order': ['乱序', 'out of order'],
};

const CATEGORIES: Names<VehicleCategory> = {
  coach: ['客运车辆', 'Coach'],
  'dangerous-goods': ['危险货物运输', 'Dangerous goods'],
  truck: ['重型货车', 'Truck'],
  taxi: ['巡游出租车', 'Taxi'],
  'ride-hailing': ['网约车', 'Ride-hailing'],
  bus: ['公交车', 'Bus'],
  'school-bus': ['校车', 'School bus'],
  vessel: ['船舶', 'Vessel'],
  other: ['其他', 'Other'],
};

const REJECTS: Names<RejectReason> = {
  'no-frame': ['不成帧的字节', 'Bytes outside any frame'],
  'frame-too-long': ['报文过长', 'Frame too long'],
  'bad-escape': ['转义错误', 'Bad escape'],
  'bad-checksum': ['校验码错误', 'Wrong check code'],
  'bad-length': ['长度不符', 'Wrong length'],
  'short-header': ['消息头不完整', 'Header cut off'],
  'short-body': ['消息体不完整', 'Body cut off'],
  'bad-body': ['消息体有误', 'Impossible value'],
  'unknown-message': ['不支持的消息', 'Message not supported'],
  encrypted: ['已加密', 'Encrypted'],
  'bad-package': ['分包编号有误', 'Impossible part of a split message'],
  'package-timeout': ['分包超时', 'Split message incomplete'],
  'package-limit': ['分包超出缓存', 'Split message beyond the bound'],
  'not-authenticated': ['未鉴权', 'Not authenticated'],
  'other-terminal': ['终端号不符', 'Another terminal'],
  'unknown-terminal': ['未登记的终端', 'Terminal not registered'],
  'rate-limit': ['超出频率限制', 'Too many frames'],
  'too-large': ['数据过大', 'Payload too large'],
  'not-json': ['不是有效的 JSON', 'No JSON'],
  'not-protobuf': ['不是有效的 protobuf', 'No protobuf of ours'],
  'unknown-topic': ['未配置的主题', 'Topic not configured'],
  'decoder-bug': ['解码程序出错', 'Fault of the decoder'],
  'bad-time': ['时间无效', 'Bad time'],
  'too-old': ['超过保存期限', 'Too old'],
  'bad-place': ['位置无效', 'Bad place'],
  'bad-item': ['定位数据有误', 'Bad position'],
  'unknown-vehicle': ['未登记的车辆', 'Vehicle not registered'],
};

const OUTCOMES: Names<RerunOutcome> = {
  decodes: ['现在可以解析', 'decodes now'],
  applied: ['已补入', 'put in'],
  'applied-before': ['此前已补入', 'put in before'],
  rejected: ['仍被拒绝', 'still refused'],
  part: ['分包不全', 'one part of several'],
  'cut-off': ['保存不完整', 'not kept whole'],
  'unknown-terminal': ['终端未登记', 'terminal not known'],
  'no-frame': ['不是报文', 'not a frame'],
  full: ['暂时无法写入', 'no room just now'],
};

const COMPASS: [zh: string, en: string][] = [
  ['北', 'N'],
  ['东北', 'NE'],
  ['东', 'E'],
  ['东南', 'SE'],
  ['南', 'S'],
  ['西南', 'SW'],
  ['西', 'W'],
  ['西北', 'NW'],
];

export function alarmLabel(name: string): string {
  return named(ALARMS, name);
}

export function qualityLabel(name: string): string {
  return named(QUALITIES, name);
}

export function categoryLabel(name: string): string {
  return named(CATEGORIES, name);
}

/** Why input was refused. */
export function rejectLabel(reason: string): string {
  return named(REJECTS, reason);
}

/** What became of a kept frame that was tried again. */
export function outcomeLabel(outcome: RerunOutcome): string {
  return named(OUTCOMES, outcome);
}

/** "NE 45°". */
export function headingLabel(degrees: number): string {
  return `${pick(COMPASS[Math.round(degrees / 45) % 8])} ${Math.round(degrees)}°`;
}
