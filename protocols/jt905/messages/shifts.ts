import { BYTE, DWORD, hex } from '../../common/codecs.js';
import { field, optional, sequence, text } from '../../common/layout.js';
import { bcdNumber, minute } from '../codecs.js';
import type { Message } from '../message.js';
import { POSITION } from '../position.js';

/** Who drives what for whom: licence of the company STRING[16] · certificate of the driver STRING[19] · plate STRING[6]. */
const crew = sequence(text('company', 16), text('driverCert', 19), text('plate', 6));
const extension = optional('ext', 1, field('ext', hex('rest')));

/**
 * Shift sign-in, 上班签到信息上传, 0x0B03.
 * Body: position block · company, driver, plate (without the province) · power-on BCD[6] YYYYMMDDhhmm · extension.
 */
export const shiftSignIn: Message = {
  id: 0x0b03,
  name: 'ShiftSignIn',
  chinese: '上班签到信息上传',
  direction: 'up',
  body: sequence(field('position', POSITION), crew, minute('powerOn'), extension),
};

/**
 * Shift sign-out, 下班签退信息上传, 0x0B04: what the meter added up in the shift.
 * Kilometres are in tenths, money in tenths of a yuan, the unit price in hundredths; sign-out 0 normal, 1 forced.
 */
export const shiftSignOut: Message = {
  id: 0x0b04,
  name: 'ShiftSignOut',
  chinese: '下班签退信息上传',
  direction: 'up',
  body: sequence(
    field('position', POSITION),
    crew,
    field('meterK', hex(2)),
    minute('powerOn'),
    minute('powerOff'),
    bcdNumber('shiftKm', 3, 10),
    bcdNumber('shiftOperatingKm', 3, 10),
    bcdNumber('shiftTrips', 2),
    field('timerHHmmss', hex(3)),
    bcdNumber('totalYuan', 3, 10),
    bcdNumber('cardYuan', 3, 10),
    bcdNumber('cardTrips', 2),
    bcdNumber('betweenShiftKm', 2, 10),
    bcdNumber('odometerKm', 4, 10),
    bcdNumber('odometerOperatingKm', 4, 10),
    bcdNumber('unitPriceYuan', 2, 100),
    field('totalTrips', DWORD),
    field('signOutType', BYTE),
    extension,
  ),
};
