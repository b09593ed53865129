import { language } from './language.js';
import { type Names, named, pick } from './named.js';
import { alarmLabel, categoryLabel } from './names.js';

/** Types of alerts: those of fences and settings, and the kinds of rules (alerts/rules/rule-kinds.ts). */
const ALERTS: Names<string> = {
  'fence-enter': ['驶入围栏', 'Fence entered'],
  'fence-exit': ['驶出围栏', 'Fence left'],
  overspeed: ['超速', 'Overspeed'],
  crossing: ['穿越区域', 'Area crossed'],
  'dangerous-goods-ban': ['危险货物车辆禁行', 'Dangerous goods where banned'],
  'driver-card': ['驾驶员身份不符', 'Driver card'],
  'dwell-too-long': ['区域停留过久', 'Too long in the area'],
  'dwell-too-short': ['区域停留过短', 'Too short in the area'],
  'fabricated-data': ['数据疑似伪造', 'Fabricated data'],
  fatigue: ['疲劳驾驶', 'Fatigue driving'],
  'forbidden-inside': ['驶入禁入区域', 'Inside a forbidden area'],
  'frozen-clock': ['终端时钟停滞', 'Frozen clock'],
  gathering: ['车辆聚集', 'Gathering'],
  'night-ban': ['禁行时段行驶', 'Driving at banned hours'],
  'no-fix-driving': ['无定位行驶', 'Driving without a fix'],
  offline: ['车辆离线', 'Offline'],
  'offline-displacement': ['离线位移', 'Moved while offline'],
  'plate-watch': ['布控车辆', 'Watched plate'],
  'required-inside': ['驶离规定区域', 'Outside the required area'],
  'road-speed': ['道路超速', 'Faster than the road allows'],
  'route-deviation': ['路线偏离', 'Off the route'],
  sos: ['紧急求助', 'Call for help'],
  'speed-limit': ['超过限速', 'Over the speed limit'],
  'stay-still': ['长时间静止', 'Still for too long'],
  'terminal-fault': ['终端故障', 'Terminal fault'],
};

/** What a kind of rule is about, where the server says it in English alone. */
const KINDS: Record<string, string> = {
  crossing: '相邻两个定位点都在围栏外，但其间确定或可能穿越了围栏',
  'dangerous-goods-ban': '危险货物车辆在围栏内；可用 hours 限定时段',
  'driver-card': '未插卡驾驶、驾驶员未经许可、从业资格证过期，或同一张卡在别处使用',
  'dwell-too-long': '在围栏内停留超过 seconds 秒',
  'dwell-too-short': '在围栏内停留不足 seconds 秒即离开',
  'fabricated-data': '位置停滞、循环、复制自其他车辆或其他时间',
  'fence-enter': '车辆驶入适用范围的围栏',
  'fence-exit': '车辆驶离曾在其中的围栏',
  fatigue: '驾驶员（或驾驶员未知的车辆）连续、24 小时内或 7 天内驾驶过久而未休息',
  'forbidden-inside': '车辆在围栏内',
  'frozen-clock': '终端连续 reports 次不同的上报时间相同',
  gathering: '半径 radius 米内聚集至少 count 辆车',
  'night-ban': '车辆在 hours 时段内行驶',
  'no-fix-driving': '车辆在行驶，而终端超过 seconds 秒没有定位',
  offline: '超过 seconds 秒没有收到车辆的定位',
  'offline-displacement': '离线超过 seconds 秒期间移动超过 metres 米',
  'plate-watch': '车牌在 plates 名单中（? 代表一个字符，* 代表任意个）',
  'required-inside': '车辆不在适用范围的任何围栏内',
  'road-speed': '车速超过所在道路限速 tolerance km/h 以上',
  'route-deviation': '车辆偏离路线：沿 line、宽 width 米的走廊，以及适用范围的围栏',
  sos: '终端发出求助；证据列出最近的 helpers 辆车',
  'speed-limit': '车速超过 limit km/h；夜间按 night.factor 折减，恶劣天气按规定折减',
  'stay-still': '在半径 radius 米内停留超过 seconds 秒',
  'terminal-fault': '终端报告设备故障持续超过 timing.minDuration；每种故障单独告警',
};

/** What rules call the things that they write into the evidence. */
const EVIDENCE: Names<string> = {
  speed: ['速度', 'speed'],
  duration: ['持续时间', 'duration'],
  inside: ['在围栏内', 'inside the fence'],
  previous: ['上一点', 'previous'],
  onset: ['起点', 'onset'],
  peak: ['最高点', 'peak'],
  last: ['最后超限点', 'last over'],
  deciding: ['判定点', 'deciding'],
  peakSpeed: ['最高速度', 'peak speed'],
  fixesOver: ['超限点数', 'fixes over'],
  firstFix: ['首个定位', 'first fix'],
  alarmWord: ['报警标志', 'alarm word'],
  delayed: ['滞后判定', 'delayed'],
  late: ['迟到数据判定', 'late'],
  silence: ['失联时长', 'silence'],
  displacement: ['位移', 'displacement'],
  'on the route': ['在路线上', 'on the route'],
  'distance from the route': ['偏离路线距离', 'distance from the route'],
  'time still': ['静止时间', 'time still'],
  'time inside': ['停留时间', 'time inside'],
  'time inside until now': ['至今停留时间', 'time inside until now'],
  'time without a fix': ['无定位时间', 'time without a fix'],
  'driving without a rest': ['连续驾驶时间', 'driving without a rest'],
  'of it at night': ['其中夜间', 'of it at night'],
  'driving in 24 h': ['24 小时内驾驶', 'driving in 24 h'],
  'driving in 7 days': ['7 天内驾驶', 'driving in 7 days'],
  'fences in force': ['生效的围栏数', 'fences in force'],
  'within the hours of the fence': ['在围栏生效时段内', 'within the hours of the fence'],
  'has driven': ['已行驶', 'has driven'],
  'a card is in': ['已插卡', 'a card is in'],
  'a card that was read is in': ['已插可读的卡', 'a card that was read is in'],
  'the registry names who may drive': ['登记了可驾驶人员', 'the registry names who may drive'],
  'the card says until when it is valid': ['卡上有有效期', 'the card says until when it is valid'],
  'the registry permits the driver': ['驾驶员已登记许可', 'the registry permits the driver'],
  'other vehicles driven with the card': ['同卡驾驶的其他车辆', 'other vehicles driven with the card'],
  'valid until': ['有效期至', 'valid until'],
  'fixes frozen': ['停滞的点数', 'fixes frozen'],
  'fixes looped': ['循环的点数', 'fixes looped'],
  'fixes cloned': ['复制的点数', 'fixes cloned'],
  'fixes shifted in time': ['时间平移的点数', 'fixes shifted in time'],
  'reports of one time': ['同一时间的上报数', 'reports of one time'],
  'fences of the scope around the vehicle': ['所在的规定围栏数', 'fences of the scope around the vehicle'],
  category: ['车辆类型', 'category'],
  fix: ['定位', 'fix'],
  plate: ['车牌', 'plate'],
  vehicles: ['车辆数', 'vehicles'],
  probability: ['概率', 'probability'],
  road: ['道路', 'road'],
  confidence: ['可信度', 'confidence'],
  helpers: ['附近车辆', 'helpers'],
  weather: ['天气', 'weather'],
  'a fix that counts': ['有可判定的定位', 'a fix that counts'],
  'the vehicle is in the scope of the rule': ['车辆在规则适用范围内', 'the vehicle is in the scope of the rule'],
  'the rule is in force at this time': ['规则此时生效', 'the rule is in force at this time'],
  'the condition holds': ['条件成立', 'the condition holds'],
  'inside the fence': ['在围栏内', 'inside the fence'],
  'inside before': ['之前在围栏内', 'inside before'],
  'inside the fence before': ['之前在围栏内', 'inside the fence before'],
  'outside the fence': ['在围栏外', 'outside the fence'],
  'time without the condition before': ['此前未满足条件的时间', 'time without the condition before'],
  'time since the last alert': ['距上次告警的时间', 'time since the last alert'],
  'alerts so far': ['已告警次数', 'alerts so far'],
  segment: ['路段', 'segment'],
  'within the hours of force': ['在生效时段内', 'within the hours of force'],
};

/** Weather that limits speed (model/weather.ts). */
const WEATHER: Names<string> = {
  rain: ['雨', 'rain'],
  fog: ['雾', 'fog'],
  snow: ['雪', 'snow'],
  hail: ['冰雹', 'hail'],
  dust: ['沙尘', 'dust'],
  ice: ['冰雪路面', 'ice'],
};

/** How a limit that is lower at night is told of (alerts/speed/speed-bounds.ts). */
const AT_NIGHT = ' at night';

/** Why an alert was cleared where its condition did not end by itself (alerts/rule.ts, ClearReason). */
const CLEARED: Names<string> = {
  'fence-removed': ['围栏已删除', 'the fence was removed'],
  'fence-moved': ['围栏已修改', 'the fence was moved'],
  'rule-removed': ['规则已删除', 'the rule was removed'],
  'rule-changed': ['规则已修改', 'the rule was changed'],
  silent: ['车辆失联', 'the vehicle went silent'],
  backfilled: ['补报数据', 'told afterwards'],
  'out-of-hours': ['超出生效时段', 'out of hours'],
  'vehicle-removed': ['车辆已删除', 'the vehicle was removed'],
  'too-many-open': ['未处理过多', 'too many were open'],
  'late-fixes': ['迟到数据改判', 'late fixes show otherwise'],
};

/** An alert's type; one with the prefix `terminal-` is an alarm that the terminal reported. */
export function alertLabel(type: string): string {
  if (Object.hasOwn(ALERTS, type)) return pick(ALERTS[type]);
  return type.startsWith('terminal-') ? alarmLabel(type.slice('terminal-'.length)) : type;
}

/** `describe`: as the server says it, in English. */
export function kindAbout(type: string, describe: string): string {
  return Object.hasOwn(KINDS, type) ? pick([KINDS[type], describe]) : describe;
}

/** Of what rules compare, the terminal's own alarms are `alarm <name>`; limits and hours name what they are of. */
export function evidenceWord(name: string): string {
  const [, kind, of] = /^(alarm|speed of|speed in|within) ([^ ]+)$/.exec(name) ?? [];
  if (kind === 'alarm') return alarmLabel(of);
  if (Object.hasOwn(EVIDENCE, name)) return pick(EVIDENCE[name]);
  if (language() === 'en') return name;
  if (name.endsWith(AT_NIGHT)) return `${evidenceWord(name.slice(0, -AT_NIGHT.length))}（夜间）`;
  if (kind === 'within') return `在 ${of} 时段内`;
  if (kind === 'speed of') return `速度（${categoryLabel(of)}）`;
  if (kind === 'speed in') return `速度（${named(WEATHER, of)}）`;
  return name;
}

export const clearedLabel = (reason: string): string => named(CLEARED, reason);
