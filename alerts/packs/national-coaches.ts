import { AT_ONCE, COACHES, LONG_DISTANCE } from './national.js';
import type { RulePack } from './rule-pack.js';

/**
 * 道路旅客运输企业安全管理规范 art. 38, the younger text on coaches: what 国发〔2012〕30号 says, without "in principle", and 44 hours in 7
 * days. From when it is in force, no text that we have seen says: who puts it in force gives the date, and may end the older rules then.
 */
export const nationalCoaches: RulePack = {
  id: 'national-coaches',
  name: 'National rules for coaches, by the safety code of their companies',
  revision: '道路旅客运输企业安全管理规范',
  rules: [
    {
      id: 'national-coaches.driving',
      name: '客车疲劳驾驶（日间4小时、夜间2小时、24小时累计8小时、7日累计44小时）',
      type: 'fatigue',
      scope: COACHES,
      params: {
        dayHours: 4,
        nightHours: 2,
        hoursIn24: 8,
        hoursIn7Days: 44,
        restMinutes: 20,
        night: { from: '22:00', to: '06:00' },
      },
      ...AT_ONCE,
      clause:
        '《道路旅客运输企业安全管理规范》第三十八条：日间连续驾驶不超过4小时，夜间连续驾驶不超过2小时，每次停车休息不少于20分钟；24小时累计驾驶不超过8小时；第（三）项：7日累计驾驶不超过44小时。',
    },
    {
      id: 'national-coaches.2-to-5',
      name: '长途客车凌晨2时至5时停止运行',
      type: 'night-ban',
      scope: COACHES,
      params: { hours: { from: '02:00', to: '05:00' } },
      ...AT_ONCE,
      clause:
        '《道路旅客运输企业安全管理规范》第三十八条第（五）项：长途客运车辆凌晨2时至5时停止运行或实行接驳运输。线路固定的机场、高铁快线及单程100公里以内的短途驳载除外。',
    },
  ],
  unconfirmed: [
    { rule: 'national-coaches.driving', what: 'night from 22:00 to 06:00' },
    {
      rule: 'national-coaches.driving',
      what: 'the date from which it is in force; its wording, which is given by its sense',
    },
    { rule: 'national-coaches.2-to-5', what: LONG_DISTANCE },
    {
      rule: 'national-coaches.2-to-5',
      what: 'the date from which it is in force; its wording, which is given by its sense',
    },
  ],
};
