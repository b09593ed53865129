import { BYTE, type Codec, DWORD, type Fields, hex, record, scaled, WORD } from '../common/codecs.js';
import { type Item, item, itemList } from '../common/items.js';
import { field, optional, sequence } from '../common/layout.js';
import { Reader } from '../common/wire.js';
import { ADAS, BSD, DSM, fitsBsd, fitsDriverAlarm, fitsTpms, TPMS } from './active-safety.js';

const VIDEO = 'JT/T 1078-2016';
const ACTIVE_SAFETY = 'T/JSATL 12-2017';

/** Cabin temperature (0x06): the top bit is the sign, the rest the amount. */
const SIGN_AND_AMOUNT: Codec = {
  shape: () => ({ type: 'integer', min: -0x7fff, max: 0x7fff }),
  read: (r) => {
    const word = r.uint(2);
    return word & 0x8000 ? -(word & 0x7fff) : word;
  },
  write: (w, value, name) => WORD.write(w, typeof value === 'number' && value < 0 ? 0x8000 | -value : value, name),
};

const OVERSPEED_ALARM = record(field('areaType', BYTE), optional('areaId', 4, field('areaId', DWORD)));
const AREA_ALARM = record(field('areaType', BYTE), field('areaId', DWORD), field('direction', BYTE));
const ROUTE_TIME_ALARM = record(field('sectionId', DWORD), field('seconds', WORD), field('result', BYTE));
const ABNORMAL_DRIVING = record(
  field('flags', WORD),
  // JT/T 1078 prints length 2 in one table and 3 bytes in the other; both are in the field.
  optional('fatigue', 1, field('fatigue', BYTE)),
);

const ITEMS: readonly Item[] = [
  item(0x01, 4, 'mileageKm', scaled(DWORD, 10)),
  item(0x02, 2, 'fuelL', scaled(WORD, 10)),
  item(0x03, 2, 'recorderSpeedKmh', scaled(WORD, 10)),
  item(0x04, 2, 'alarmEventId', WORD),
  item(0x05, 30, 'tyrePressureRaw', hex(30)),
  item(0x06, 2, 'cabinTempC', SIGN_AND_AMOUNT),
  item(0x11, (n) => n === 1 || n === 5, 'overspeedAlarm', OVERSPEED_ALARM),
  item(0x12, 6, 'areaAlarm', AREA_ALARM),
  item(0x13, 7, 'routeTimeAlarm', ROUTE_TIME_ALARM),
  item(0x14, 4, 'videoAlarm', DWORD, VIDEO),
  item(0x15, 4, 'videoLossChannels', DWORD, VIDEO),
  item(0x16, 4, 'videoBlockChannels', DWORD, VIDEO),
  item(0x17, 2, 'storageFault', WORD, VIDEO),
  item(0x18, (n) => n === 2 || n === 3, 'abnormalDriving', ABNORMAL_DRIVING, VIDEO),
  item(0x25, 4, 'vehicleSignals', DWORD),
  item(0x2a, 2, 'ioStatus', WORD),
  // AD0 is bits 0–15 of one DWORD, so it comes second.
  { id: 0x2b, fits: (n) => n === 4, names: ['ad0', 'ad1'], body: sequence(field('ad1', WORD), field('ad0', WORD)) },
  item(0x30, 1, 'rssi', BYTE),
  item(0x31, 1, 'satellites', BYTE),
  item(0x64, fitsDriverAlarm, 'adas', ADAS, ACTIVE_SAFETY),
  item(0x65, fitsDriverAlarm, 'dsm', DSM, ACTIVE_SAFETY),
  item(0x66, fitsTpms, 'tpms', TPMS, ACTIVE_SAFETY),
  item(0x67, fitsBsd, 'bsd', BSD, ACTIVE_SAFETY),
];

/**
 * Additional information items (附加信息项) behind the basic block of a location: {id BYTE, length BYTE, value}.
 * 2011 §8.12, 2013 §8.18 tables 26–32, 2019 §8.21; 0x14–0x18 JT/T 1078-2016;
 * 0x64–0x67 T/JSATL 12-2017.
 */
export const additionalItems = itemList(ITEMS, 'extra');

/** The items of one location (`Position.items`) as named values, for people; never throws. */
export function describeItems(items: Uint8Array): Fields {
  const bytes = Buffer.from(items.buffer, items.byteOffset, items.length);
  const out: Fields = {};
  additionalItems.read(new Reader(bytes, 0, bytes.length, '2019'), out);
  return out;
}
