import { type Names, named } from './named.js';

/** Members of a rule, by the names that the API has for them; parameters of kinds keep those. */
const FIELDS: Names<string> = {
  name: ['名称', 'Name'],
  enabled: ['启用', 'On'],
  params: ['参数', 'Parameters'],
  severity: ['级别', 'Severity'],
  scope: ['适用范围', 'Scope'],
  categories: ['车辆类型', 'Kinds of vehicles'],
  companies: ['企业', 'Companies'],
  regions: ['行政区划', 'Regions'],
  vehicles: ['车辆', 'Vehicles'],
  fences: ['围栏', 'Fences'],
  except: ['除外', 'Except'],
  schedule: ['时段', 'Schedule'],
  hours: ['每日时段', 'Hours'],
  from: ['开始 HH:MM', 'from HH:MM'],
  to: ['结束 HH:MM', 'to HH:MM'],
  weekdays: ['星期 1–7', 'Weekdays 1–7'],
  days: ['日期类型', 'Days'],
  calendar: ['日历', 'Calendar'],
  timing: ['计时（秒）', 'Timing, s'],
  minDuration: ['最短持续', 'Must have held'],
  minPrevious: ['此前至少未发生', 'Absent before'],
  coolDown: ['冷却', 'Cool-down'],
  maxTriggers: ['最多触发次数', 'Alerts at most'],
  maxGap: ['最长间断', 'Longest gap'],
  linger: ['延续', 'Linger'],
  deadlines: ['时限（秒）', 'Deadlines, s'],
  acknowledge: ['确认', 'Acknowledge'],
  handle: ['处理', 'Handle'],
  escalation: ['逐级上报', 'Escalation'],
  effectiveFrom: ['生效日期', 'In force from'],
  effectiveTo: ['失效日期', 'In force until'],
  clause: ['法规条文', 'Clause'],
};

export const ruleFieldLabel = (name: string): string => named(FIELDS, name);
