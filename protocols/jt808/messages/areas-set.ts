import { sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';
import { areaList, CIRCLE, POLYGON_FIELDS, RECTANGLE, ROUTE_FIELDS } from './area-fields.js';

/** Set circular areas, 设置圆形区域, 0x8600. */
export const circleAreaSet: Message = {
  id: 0x8600,
  clauses: { 2011: '§8.28', 2013: '§8.35', 2019: '§8.32' },
  body: sequence(areaList(CIRCLE), trailing),
};

/** Set rectangular areas, 设置矩形区域, 0x8602. */
export const rectangleAreaSet: Message = {
  id: 0x8602,
  clauses: { 2011: '§8.30', 2013: '§8.37', 2019: '§8.34' },
  body: sequence(areaList(RECTANGLE), trailing),
};

/** Set one polygonal area, 设置多边形区域, 0x8604. */
export const polygonAreaSet: Message = {
  id: 0x8604,
  clauses: { 2011: '§8.32', 2013: '§8.39', 2019: '§8.36' },
  body: sequence(POLYGON_FIELDS, trailing),
};

/** Set one route, 设置路线, 0x8606. */
export const routeSet: Message = {
  id: 0x8606,
  clauses: { 2011: '§8.34', 2013: '§8.41', 2019: '§8.38' },
  body: sequence(ROUTE_FIELDS, trailing),
};
