import {
  BYTE,
  type Codec,
  DWORD,
  type Field,
  type Fields,
  hex,
  hexBytes,
  hexNumber,
  record,
  scaled,
  WORD,
} from '../common/codecs.js';
import { field, optional, sequence } from '../common/layout.js';
import { Reader, type Writer } from '../common/wire.js';
import { ADAS, BSD, DSM, fitsBsd, fitsDriverAlarm, fitsTpms, TPMS } from './active-safety.js';

/**
 * Additional information items (附加信息项) behind the basic block of a location: {id BYTE, length BYTE, value}.
 * 2011 §8.12, 2013 §8.18 tables 26–32, 2019 §8.21; 0x14–0x18 JT/T 1078-2016;
 * 0x64–0x67 T/JSATL 12-2017.
 *
 * A known id with an unexpected length is another maker's item of the same number and counts as unknown. Of an id that
 * comes twice the last one is named. `items` lists all ids as they came; what has no name is in `extra`, as hex.
 */
interface Item {
  id: number;
  fits: (length: number) => boolean;
  /** The names that the item gives; the first one tells whether JSON has it. */
  names: readonly [string, ...string[]];
  body: Field;
  /** The text that describes the item, where that is not JT/T 808. */
  standard?: string;
}

function one(
  id: number,
  length: number | ((length: number) => boolean),
  name: string,
  codec: Codec,
  standard?: string,
): Item {
  const fits = typeof length === 'number' ? (n: number) => n === length : length;
  return { id, fits, names: [name], body: field(name, codec), standard };
}

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
  one(0x01, 4, 'mileageKm', scaled(DWORD, 10)),
  one(0x02, 2, 'fuelL', scaled(WORD, 10)),
  one(0x03, 2, 'recorderSpeedKmh', scaled(WORD, 10)),
  one(0x04, 2, 'alarmEventId', WORD),
  one(0x05, 30, 'tyrePressureRaw', hex(30)),
  one(0x06, 2, 'cabinTempC', SIGN_AND_AMOUNT),
  one(0x11, (n) => n === 1 || n === 5, 'overspeedAlarm', OVERSPEED_ALARM),
  one(0x12, 6, 'areaAlarm', AREA_ALARM),
  one(0x13, 7, 'routeTimeAlarm', ROUTE_TIME_ALARM),
  one(0x14, 4, 'videoAlarm', DWORD, VIDEO),
  one(0x15, 4, 'videoLossChannels', DWORD, VIDEO),
  one(0x16, 4, 'videoBlockChannels', DWORD, VIDEO),
  one(0x17, 2, 'storageFault', WORD, VIDEO),
  one(0x18, (n) => n === 2 || n === 3, 'abnormalDriving', ABNORMAL_DRIVING, VIDEO),
  one(0x25, 4, 'vehicleSignals', DWORD),
  one(0x2a, 2, 'ioStatus', WORD),
  // AD0 is bits 0–15 of one DWORD, so it comes second.
  { id: 0x2b, fits: (n) => n === 4, names: ['ad0', 'ad1'], body: sequence(field('ad1', WORD), field('ad0', WORD)) },
  one(0x30, 1, 'rssi', BYTE),
  one(0x31, 1, 'satellites', BYTE),
  one(0x64, fitsDriverAlarm, 'adas', ADAS, ACTIVE_SAFETY),
  one(0x65, fitsDriverAlarm, 'dsm', DSM, ACTIVE_SAFETY),
  one(0x66, fitsTpms, 'tpms', TPMS, ACTIVE_SAFETY),
  one(0x67, fitsBsd, 'bsd', BSD, ACTIVE_SAFETY),
];

const BY_ID = new Map(ITEMS.map((item) => [item.id, item]));

interface ExtraItem {
  id: string;
  hex: string;
}

export const additionalItems: Field = {
  read(r, out) {
    const ids: string[] = [];
    const extra: ExtraItem[] = [];
    const namedAt = new Map<Item, ExtraItem>(); // what the bytes were, should the id come again
    // The last item may be cut off, or what follows may be no items at all: that is left to `trailing`.
    while (r.remaining >= 2 && r.remaining >= 2 + r.bytes[r.at + 1]) {
      const at = r.at;
      const id = r.uint(1);
      const length = r.uint(1);
      const name = hexNumber(id, 2);
      ids.push(name);
      r.explain(at, `item ${name}`, `length ${length}`);
      const item = BY_ID.get(id);
      const raw = r.bytes.toString('hex', r.at, r.at + length);
      if (item?.fits(length)) {
        const before = namedAt.get(item);
        if (before !== undefined) extra.push(before);
        namedAt.set(item, { id: name, hex: raw });
        r.within(length, '', (part) => {
          part.clause = item.standard ?? r.clause;
          item.body.read(part, out);
        });
      } else {
        extra.push({ id: name, hex: raw });
        r.within(length, '', (part) => {
          part.take(length);
          part.explain(at + 2, `item ${name}`, raw);
        });
      }
    }
    out.items = ids;
    if (extra.length > 0) out.extra = extra;
  },

  /** In the order of `items`; without it, in the order of the table and then `extra`. */
  write(w, from) {
    const extra = [...((from.extra ?? []) as ExtraItem[])];
    const listed = from.items as string[] | undefined;
    const ids = listed?.map(Number) ?? [
      ...ITEMS.filter((i) => from[i.names[0]] !== undefined).map((i) => i.id),
      ...extra.map((e) => Number(e.id)),
    ];
    for (const id of ids) {
      const at = extra.findIndex((e) => Number(e.id) === id);
      const value =
        at >= 0
          ? hexBytes(extra.splice(at, 1)[0].hex, null, `item ${hexNumber(id, 2)}`)
          : w.part((part) => writeNamed(part, id, from));
      if (value.length > 255) throw new RangeError(`item ${hexNumber(id, 2)}: ${value.length} bytes, at most 255 fit`);
      w.uint(id, 1);
      w.uint(value.length, 1);
      w.raw(value);
    }
  },

  describe: (edition) =>
    ITEMS.flatMap(({ body }) => body.describe(edition).map((field) => ({ ...field, optional: true as const }))),
};

function writeNamed(w: Writer, id: number, from: Fields): void {
  const item = BY_ID.get(id);
  if (item === undefined) throw new RangeError(`item ${hexNumber(id, 2)}: has no name, and is not in extra`);
  item.body.write(w, from);
}

/** The items of one location (`Position.items`) as named values, for people; never throws. */
export function describeItems(items: Uint8Array): Fields {
  const bytes = Buffer.from(items.buffer, items.byteOffset, items.length);
  const out: Fields = {};
  additionalItems.read(new Reader(bytes, 0, bytes.length, '2019'), out);
  return out;
}
