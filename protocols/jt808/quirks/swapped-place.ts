import type { Quirk } from './quirk.js';

/** Test tools of the public servers, and terminals written after them. Places that can be as they stand are left alone. */
export const swappedPlace: Quirk = {
  name: 'swapped-place',
  note: 'Longitude and latitude are swapped: a latitude beyond 90° is taken for the longitude.',
  seen: 'yezhihao/jt808-server 单元测试记录.txt; cuteLittleDevil/go-jt808 parse_test.go',
  habits: { swappedPlace: true },
  known: [
    { manufacturer: 'yzh', model: 'www.jtt808.cn' },
    { manufacturer: 'cd', model: 'www.808.com' },
    { manufacturer: 'cd', model: 'www.808.' }, // 2011: eight bytes for the model
  ],
};
