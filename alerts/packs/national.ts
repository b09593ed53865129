import type { RulePack } from './rule-pack.js';

/** 国务院关于加强道路交通安全工作的意见, 国发〔2012〕30号, of 22 July 2012. */
const STATE_30 = '2012-07-22T00:00:00+08:00';
/**
 * Monitors must correct a driver at once (《道路运输车辆动态监督管理办法》: 及时); no text gives a figure, so these are ours: seen within
 * ten minutes, else the superior hears of it after half an hour, and handled within two.
 */
export const AT_ONCE = {
  deadlines: { acknowledge: 600, handle: 7200 },
  escalation: [{ afterS: 1800, to: 'superior' }],
};
export const COACHES = { categories: ['coach'] };
/** Of the ban from 02:00 to 05:00. */
export const LONG_DISTANCE =
  'which coaches are long-distance and on no exempt line: all are meant; `scope.except` names vehicles and companies that are not';

/** What national texts of 2004 and 2012 say of drivers and vehicles; thresholds that provinces may change are parameters of the rules. */
export const national: RulePack = {
  id: 'national',
  name: 'National rules for drivers and coaches',
  revision: '道路交通安全法实施条例; 国发〔2012〕30号',
  rules: [
    {
      id: 'national.driving-4h',
      name: '连续驾驶超过4小时',
      type: 'fatigue',
      params: { dayHours: 4, nightHours: 24, hoursIn24: 24, restMinutes: 20 },
      ...AT_ONCE,
      clause:
        '《中华人民共和国道路交通安全法实施条例》第六十二条第（七）项：不得连续驾驶机动车超过4小时未停车休息或者停车休息时间少于20分钟。',
      effectiveFrom: '2004-05-01T00:00:00+08:00',
    },
    {
      id: 'national.coach-driving',
      name: '客车疲劳驾驶（日间4小时、夜间2小时、24小时累计8小时）',
      type: 'fatigue',
      scope: COACHES,
      params: { dayHours: 4, nightHours: 2, hoursIn24: 8, restMinutes: 20, night: { from: '22:00', to: '06:00' } },
      ...AT_ONCE,
      clause:
        '国发〔2012〕30号第二（五）条：客运驾驶人24小时累计驾驶时间原则上不超过8小时，日间连续驾驶不超过4小时，夜间连续驾驶不超过2小时，每次停车休息时间不少于20分钟。',
      effectiveFrom: STATE_30,
    },
    {
      id: 'national.coach-night-speed',
      name: '客车夜间限速为日间的80%',
      type: 'speed-limit',
      scope: COACHES,
      params: { limit: 100, night: { from: '22:00', to: '06:00', factor: 0.8 } },
      ...AT_ONCE,
      clause: '国发〔2012〕30号第二（五）条：客运车辆夜间行驶速度不得超过日间限速的80%。',
      effectiveFrom: STATE_30,
    },
    {
      id: 'national.coach-2-to-5',
      name: '长途客车凌晨2时至5时停止运行',
      type: 'night-ban',
      scope: COACHES,
      params: { hours: { from: '02:00', to: '05:00' } },
      ...AT_ONCE,
      clause:
        '国发〔2012〕30号第二（五）条；《道路旅客运输企业安全管理规范》第三十八条第（五）项：长途客运车辆凌晨2时至5时停止运行或实行接驳运输。机场、高铁快线及单程100公里以内的短途驳载除外。',
      effectiveFrom: STATE_30,
    },
  ],
  unconfirmed: [
    { rule: 'national.driving-4h', what: 'the date from which it is in force' },
    { rule: 'national.coach-driving', what: 'night from 22:00 to 06:00' },
    { rule: 'national.coach-driving', what: 'the date from which it is in force' },
    { rule: 'national.coach-night-speed', what: 'night from 22:00 to 06:00' },
    { rule: 'national.coach-night-speed', what: '100 km/h by day: the road and the vehicle may allow less' },
    { rule: 'national.coach-2-to-5', what: LONG_DISTANCE },
    { rule: 'national.coach-2-to-5', what: '5 km/h or more for more than a minute is running' },
  ],
};
