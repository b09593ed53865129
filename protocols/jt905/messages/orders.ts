import { BYTE, DWORD } from '../../common/codecs.js';
import { field, sequence, time, trailing } from '../../common/layout.js';
import { bcdNumber, nulText } from '../codecs.js';
import type { Message } from '../message.js';

/** Every order of the call centre has a number (业务 ID). */
const businessId = field('businessId', DWORD);

/** Body: business id DWORD · type BYTE (0 now, 1 booked, 2 assigned) · pick-up time BCD[6] · text. */
export const orderOffer: Message = {
  id: 0x8b00,
  name: 'OrderOffer',
  chinese: '订单任务下发',
  direction: 'down',
  body: sequence(businessId, field('type', BYTE), time('time'), nulText('text'), trailing),
};

export const orderBid: Message = {
  id: 0x0b01,
  name: 'OrderBid',
  chinese: '驾驶员抢答',
  direction: 'up',
  body: sequence(businessId, trailing),
};

/**
 * Body: business id DWORD · type BYTE · pick-up time BCD[6] · start longitude, latitude · destination longitude, latitude
 * (each DWORD, 1/600,000°) · fee BCD[2] 0.1 yuan · phone number, text, each ended by 00.
 */
export const orderWon: Message = {
  id: 0x8b01,
  name: 'OrderWon',
  chinese: '下发抢答结果信息',
  direction: 'down',
  body: sequence(
    businessId,
    field('type', BYTE),
    time('time'),
    field('startLonRaw', DWORD),
    field('startLatRaw', DWORD),
    field('destLonRaw', DWORD),
    field('destLatRaw', DWORD),
    bcdNumber('feeYuan', 2, 10),
    nulText('phone'),
    nulText('text'),
    trailing,
  ),
};

export const orderDone: Message = {
  id: 0x0b07,
  name: 'OrderDone',
  chinese: '驾驶员电召任务完成确认',
  direction: 'up',
  body: sequence(businessId, trailing),
};

/** Body: business id DWORD · reason BYTE (0 accident, 1 traffic jam, 2 other). */
export const orderCancelledByDriver: Message = {
  id: 0x0b08,
  name: 'OrderCancelledByDriver',
  chinese: '驾驶员取消订单',
  direction: 'up',
  body: sequence(businessId, field('reason', BYTE), trailing),
};

export const orderCancelledByCentre: Message = {
  id: 0x8b09,
  name: 'OrderCancelledByCentre',
  chinese: '中心取消订单',
  direction: 'down',
  body: sequence(businessId, trailing),
};
