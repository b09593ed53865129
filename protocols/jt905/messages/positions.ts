import { BYTE, DWORD, WORD } from '../../common/codecs.js';
import { field, listToEnd, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';
import { POSITION, POSITION_BYTES, POSITION_WITH_ITEMS } from '../position.js';

/** Body: position block, additional items. */
const position = field('position', POSITION_WITH_ITEMS);

export const positionReport: Message = {
  id: 0x0200,
  name: 'PositionReport',
  chinese: '位置信息汇报',
  direction: 'up',
  body: position,
};

export const positionQuery: Message = {
  id: 0x8201,
  name: 'PositionQuery',
  chinese: '位置信息查询',
  direction: 'down',
  body: trailing,
};

/** Body: serial of the query WORD · position block, additional items. */
export const positionQueryResponse: Message = {
  id: 0x0201,
  name: 'PositionQueryResponse',
  chinese: '位置信息查询应答',
  direction: 'up',
  body: sequence(field('replySn', WORD), position),
};

/**
 * Body: mode BYTE · interval WORD · span DWORD. Mode 0x00 by time for a time, 0x11 by distance for a distance, 0x01 by time
 * for a distance, 0x10 by distance for a time, 0xFF stop; seconds or metres.
 */
export const trackingControl: Message = {
  id: 0x8202,
  name: 'TrackingControl',
  chinese: '位置跟踪控制',
  direction: 'down',
  body: sequence(field('mode', BYTE), field('interval', WORD), field('span', DWORD), trailing),
};

export const trackedPosition: Message = {
  id: 0x0202,
  name: 'TrackedPosition',
  chinese: '位置跟踪信息汇报',
  direction: 'up',
  body: position,
};

/** Body: position blocks to the end, without number and without items. */
export const positionBackfill: Message = {
  id: 0x0203,
  name: 'PositionBackfill',
  chinese: '位置汇报数据补传',
  direction: 'up',
  body: sequence(listToEnd('positions', POSITION, POSITION_BYTES), trailing),
};
