import type { RulePack } from './rule-pack.js';

/** Somebody has to say within a day why the data are as they are: ours, as provinces' monthly results count by the day. */
const WITHIN_A_DAY = { deadlines: { handle: 86_400 } };

/** What supervising platforms look for in the data of 两客一危 vehicles (交运发〔2016〕160号, and circulars of provinces). */
export const supervision: RulePack = {
  id: 'supervision',
  name: 'Supervision of coaches and dangerous goods',
  revision: '交运发〔2016〕160号',
  rules: [
    {
      id: 'supervision.offline-displacement',
      name: '离线位移',
      type: 'offline-displacement',
      scope: { categories: ['coach', 'dangerous-goods'] },
      params: { seconds: 600, metres: 2000 },
      ...WITHIN_A_DAY,
      clause: '交运发〔2016〕160号：轨迹完整率；省级通报的“离线位移”项目。阈值由省级管理部门规定。',
    },
    {
      id: 'supervision.offline',
      name: '车辆离线',
      type: 'offline',
      scope: { categories: ['coach', 'dangerous-goods'] },
      params: { seconds: 1800 },
      ...WITHIN_A_DAY,
      clause: '交运发〔2016〕160号：车辆上线率。阈值由省级管理部门规定。',
    },
    {
      id: 'supervision.fabricated',
      name: '疑似伪造数据',
      type: 'fabricated-data',
      scope: { categories: ['coach', 'dangerous-goods'] },
      ...WITHIN_A_DAY,
      clause: '《道路运输车辆动态监督管理办法》：不得泄露、删除、篡改卫星定位系统监控平台的历史和实时动态数据。',
    },
  ],
  unconfirmed: [
    {
      rule: 'supervision.offline-displacement',
      what: '600 s and 2000 m: provinces decide, and none of their figures was seen',
    },
    { rule: 'supervision.offline', what: '1800 s: provinces decide, and none of their figures was seen' },
    {
      rule: 'supervision.fabricated',
      what: 'what shows that data were altered: the text forbids it and names no test',
    },
  ],
};
