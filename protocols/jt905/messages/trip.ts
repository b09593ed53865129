import { BYTE, DWORD, type Fields, hex, record, WORD } from '../../common/codecs.js';
import { derived, field, oneOf, optional, sequence, text } from '../../common/layout.js';
import { bcdNumber, minute } from '../codecs.js';
import type { Message } from '../message.js';
import { POSITION } from '../position.js';

const METER_BYTES = 66;
const PAYMENTS: Readonly<Record<number, string>> = { 0: 'cash', 1: 'm1-card', 3: 'cpu-card', 9: 'other' };
const RATINGS: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'satisfied',
  2: 'fair',
  3: 'dissatisfied',
  4: 'complaint',
};

/**
 * Meter record (计价器营运数据), as on the meter's serial bus (command 0x00E8): plate, licence, driver · on BCD[5]
 * YYMMDDhhmm · off BCD[2] hhmm · distance and empty distance before it, 0.1 km · extra fee 0.1 yuan · waiting BCD[2] hhmm ·
 * amount 0.1 yuan · trip number DWORD · payment BYTE · card data.
 */
const METER = record(
  text('plate', 6),
  text('licence', 16),
  text('driverCert', 19),
  minute('on', 'without century'),
  field('offHHmm', hex(2)),
  derived((out) => {
    out.off = offTime(out.on as string | null, out.offHHmm as string);
  }),
  bcdNumber('km', 3, 10),
  bcdNumber('emptyKm', 2, 10),
  bcdNumber('extraYuan', 3, 10),
  field('waitingHHmm', hex(2)),
  bcdNumber('amountYuan', 3, 10),
  field('tripNumber', DWORD),
  field('payment', BYTE),
  derived((out) => {
    out.paymentName = PAYMENTS[out.payment as number] ?? null;
  }),
  optional('cardData', 1, field('cardData', hex('rest'))),
);

/** The end of a trip: its own hour and minute on the day of the start, or on the next where midnight lies between. */
function offTime(on: string | null, hhmm: string): string | null {
  if (on === null || !/^([01]\d|2[0-3])[0-5]\d$/.test(hhmm)) return null;
  const clock = `${hhmm.slice(0, 2)}:${hhmm.slice(2)}`;
  const sameDay = `${on.slice(0, 11)}${clock}+08:00`;
  if (clock >= on.slice(11, 16)) return sameDay;
  const nextDay = new Date(Date.parse(`${on.slice(0, 10)}T00:00Z`) + 86_400_000).toISOString().slice(0, 11);
  return `${nextDay}${clock}+08:00`;
}

/**
 * Operation data, 运营数据上传, 0x0B05: one trip, with its rating.
 * Body: position on going loaded · position on going empty · operation id DWORD (images and ratings name it) · rating id
 * DWORD · rating BYTE · rating extension WORD · id of the order by phone DWORD, 0 a hail in the street · meter record;
 * where that is cut, `meterRaw`.
 */
export const tripData: Message = {
  id: 0x0b05,
  name: 'TripData',
  chinese: '运营数据上传',
  direction: 'up',
  body: sequence(
    field('emptyToLoaded', POSITION),
    field('loadedToEmpty', POSITION),
    field('operationId', DWORD),
    field('ratingId', DWORD),
    field('rating', BYTE),
    derived((out) => {
      out.ratingName = RATINGS[out.rating as number] ?? null;
    }),
    field('ratingExt', WORD),
    field('callOrderId', DWORD),
    oneOf(
      { meter: field('meter', METER), raw: field('meterRaw', hex('rest')) },
      (r) => (r.remaining >= METER_BYTES ? 'meter' : 'raw'),
      (from: Fields) => (from.meterRaw === undefined ? 'meter' : 'raw'),
    ),
  ),
};
