/** Packs of the law, by id (alerts/packs/). */
export const PACKS: Record<string, [zh: string, en: string]> = {
  national: ['全国：驾驶员与客车', 'National rules for drivers and coaches'],
  'national-coaches': [
    '全国：客运企业安全管理规范',
    'National rules for coaches, by the safety code of their companies',
  ],
  supervision: ['客车与危险货物运输监管', 'Supervision of coaches and dangerous goods'],
};

/** What no text that was seen says of their rules, as the server says it. */
export const UNCONFIRMED: Record<string, [zh: string, en: string]> = {
  'the date from which it is in force': ['施行日期', 'the date from which it is in force'],
  'the date from which it is in force; its wording, which is given by its sense': [
    '施行日期；条文原文（此处为大意）',
    'the date from which it is in force; its wording, which is given by its sense',
  ],
  'which coaches are long-distance and on no exempt line: all are meant; `scope.except` names vehicles and companies that are not':
    [
      '哪些客车属于长途且不在豁免线路：按全部客车处理；用 scope.except 列出除外的车辆和企业',
      'which coaches are long-distance and on no exempt line: all are meant; `scope.except` names vehicles and companies that are not',
    ],
  'night from 22:00 to 06:00': ['夜间为 22:00 至 06:00', 'night from 22:00 to 06:00'],
  '100 km/h by day: the road and the vehicle may allow less': [
    '日间 100 km/h：道路和车辆的限速可能更低',
    '100 km/h by day: the road and the vehicle may allow less',
  ],
  '5 km/h or more for more than a minute is running': [
    '5 km/h 及以上持续超过一分钟视为运行',
    '5 km/h or more for more than a minute is running',
  ],
  '600 s and 2000 m: provinces decide, and none of their figures was seen': [
    '600 秒、2000 米：由各省规定，未见其数值',
    '600 s and 2000 m: provinces decide, and none of their figures was seen',
  ],
  '1800 s: provinces decide, and none of their figures was seen': [
    '1800 秒：由各省规定，未见其数值',
    '1800 s: provinces decide, and none of their figures was seen',
  ],
  'what shows that data were altered: the text forbids it and names no test': [
    '如何认定数据被篡改：条文禁止，但未给出判定方法',
    'what shows that data were altered: the text forbids it and names no test',
  ],
};
