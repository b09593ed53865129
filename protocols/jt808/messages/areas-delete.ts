import { BYTE, DWORD } from '../../common/codecs.js';
import { counted, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/** Body: count BYTE, at most 125, 0 for all of that kind · ids DWORD each. */
const body = sequence(counted(BYTE, 'count', 'ids', DWORD), trailing);

/** Delete circular areas, 删除圆形区域, 0x8601. */
export const circleAreaDelete: Message = {
  id: 0x8601,
  clauses: { 2011: '§8.29', 2013: '§8.36', 2019: '§8.33' },
  body,
};

/** Delete rectangular areas, 删除矩形区域, 0x8603. */
export const rectangleAreaDelete: Message = {
  id: 0x8603,
  clauses: { 2011: '§8.31', 2013: '§8.38', 2019: '§8.35' },
  body,
};

/** Delete polygonal areas, 删除多边形区域, 0x8605. */
export const polygonAreaDelete: Message = {
  id: 0x8605,
  clauses: { 2011: '§8.33', 2013: '§8.40', 2019: '§8.37' },
  body,
};

/** Delete routes, 删除路线, 0x8607. */
export const routeDelete: Message = {
  id: 0x8607,
  clauses: { 2011: '§8.35', 2013: '§8.42', 2019: '§8.39' },
  body,
};
