import { BYTE, DWORD, type Fields, record, SIGNED_WORD, scaled, WORD } from '../common/codecs.js';
import { item, itemList } from '../common/items.js';
import { field, optional } from '../common/layout.js';
import { Reader } from '../common/wire.js';
import { EDITION } from './edition.js';

const OVERSPEED = record(field('areaType', BYTE), optional('areaId', 4, field('areaId', DWORD)));
const IN_OUT = record(field('areaType', BYTE), field('areaId', DWORD), field('direction', BYTE));
const ROUTE_TIME = record(field('routeId', DWORD), field('seconds', WORD), field('result', BYTE));
const FORBIDDEN_ROAD = record(field('routeId', DWORD));

export const ITEM_MILEAGE = 0x01;
export const ITEM_ALTITUDE = 0x03;

/** Additional items (位置附加信息项) behind the position of 0x0200, 0x0201 and 0x0202. */
export const additionalItems = itemList(
  [
    item(ITEM_MILEAGE, 4, 'mileageKm', scaled(DWORD, 10)),
    item(0x02, 2, 'fuelL', scaled(WORD, 10)),
    item(ITEM_ALTITUDE, 2, 'altitudeM', SIGNED_WORD),
    item(0x11, (n) => n === 1 || n === 5, 'overspeed', OVERSPEED),
    item(0x12, 6, 'inOut', IN_OUT),
    item(0x13, 7, 'routeTime', ROUTE_TIME),
    item(0x14, 4, 'forbiddenRoad', FORBIDDEN_ROAD),
  ],
  'unknown',
);

/** The items of one position (`Position.items`) as named values, for people; never throws. */
export function describeItems(items: Uint8Array): Fields {
  const bytes = Buffer.from(items.buffer, items.byteOffset, items.length);
  const out: Fields = {};
  additionalItems.read(new Reader(bytes, 0, bytes.length, EDITION), out);
  return out;
}
