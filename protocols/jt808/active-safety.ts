import { BYTE, type Codec, DEGREES, DWORD, hex, record, WORD } from '../common/codecs.js';
import { counted, field, time } from '../common/layout.js';
import type { Reader } from '../common/wire.js';

/**
 * Active safety items 0x64–0x67 (苏标 T/JSATL 12-2017). Latitude and longitude have no hemisphere:
 * that of the location around them holds.
 *
 * The alarm key (报警标识号) at the end has 16 bytes, or 40 with terminals that use the 2019 header; only the item's
 * length tells.
 */
const SHORT_KEY = 16;
const LONG_KEY = 40;
const TYRE_BYTES = 9;

const ALARM_HEAD = [field('alarmId', DWORD), field('flag', BYTE)];
const PLACE = [field('altitude', WORD), field('lat', DEGREES), field('lon', DEGREES), time('time')];
const STATUS = field('vehicleStatus', WORD);
const KEY = field('alarmKey', hex('rest'));

/** Advanced driver assistance (高级驾驶辅助), 0x64. */
export const ADAS: Codec = record(
  ...ALARM_HEAD,
  field('type', BYTE),
  field('level', BYTE),
  field('frontSpeedKmh', BYTE),
  field('frontDistance100ms', BYTE),
  field('deviation', BYTE),
  field('roadSign', BYTE),
  field('roadSignData', BYTE),
  field('speedKmh', BYTE),
  ...PLACE,
  STATUS,
  KEY,
);

/** Driver state monitoring (驾驶员状态监测), 0x65. */
export const DSM: Codec = record(
  ...ALARM_HEAD,
  field('type', BYTE),
  field('level', BYTE),
  field('fatigue', BYTE),
  field('reservedHex', hex(4), { default: '00000000' }),
  field('speedKmh', BYTE),
  ...PLACE,
  STATUS,
  KEY,
);

/** Tyre pressure monitoring (胎压监测), 0x66. The table prints the count at 39, inside the key: it is at 40. */
export const TPMS: Codec = record(
  ...ALARM_HEAD,
  field('speedKmh', BYTE),
  ...PLACE,
  STATUS,
  field('alarmKey', hex(tyreKeyBytes)),
  counted(
    BYTE,
    'count',
    'tyres',
    record(
      field('position', BYTE),
      field('type', WORD),
      field('pressureKpa', WORD),
      field('temperatureC', WORD),
      field('batteryPercent', WORD),
    ),
  ),
);

/** Blind spot detection (盲区监测), 0x67. */
export const BSD: Codec = record(...ALARM_HEAD, field('type', BYTE), field('speedKmh', BYTE), ...PLACE, STATUS, KEY);

/** ADAS and DSM: 31 bytes and the key. */
export const fitsDriverAlarm = (length: number) => length === 31 + SHORT_KEY || length === 31 + LONG_KEY;
export const fitsBsd = (length: number) => length === 25 + SHORT_KEY || length === 25 + LONG_KEY;
export const fitsTpms = (length: number) => [SHORT_KEY, LONG_KEY].some((key) => wholeTyres(length - 24 - key));

/** The key's length follows from what remains: key, count, and tyres of nine bytes. */
function tyreKeyBytes(r: Reader): number {
  return wholeTyres(r.remaining - SHORT_KEY) ? SHORT_KEY : LONG_KEY;
}

function wholeTyres(countAndTyres: number): boolean {
  return countAndTyres >= 1 && (countAndTyres - 1) % TYRE_BYTES === 0;
}
