import { DATUMS, type Datum } from '../../model/datum.js';
import { LOCATED, Position } from '../../model/position.js';
import { ALARM_MASKS } from '../jt808/alarm-bits.js';
import { keepExtras } from './extras.js';
import { isObject, type Json, Members, refusal } from './json.js';
import { MAX_ITEMS, type MqttFix, type MqttPayload } from './payload.js';
import { readAck } from './v1-commands.js';
import { BUSINESS, EARLIEST, isVehicleId, LATEST, statusFlags, type V1Place } from './v1-facts.js';

const MEMBERS: ReadonlySet<string> = new Set('t lon lat d s h a acc o al st b ord drv n x id'.split(' '));

/** Our own JSON: docs/mqtt.md has the members. */
export function readV1Json(value: unknown, place: V1Place, out: MqttPayload): void {
  const { kind } = place;
  if (kind === 'items' || (kind === 'any' && !isSingle(value))) readItems(value, place, out);
  else if (!isObject(value)) out.refused.push(refusal('', 'must be an object'));
  else if (kind === 'ack') readAck(value, place, out);
  else if (kind === 'status' || kind === 'event') readEvent(value, kind, place.terminal(''), out);
  else readItem(value, '', place, out);
}

/** One position, and not a list of them under any name. */
function isSingle(value: unknown): boolean {
  return isObject(value) && value.items === undefined;
}

/** `{"v":1,"items":[…]}`, or a bare array. */
function readItems(value: unknown, place: V1Place, out: MqttPayload): void {
  const items = isObject(value) && (value.v === undefined || value.v === 1) ? value.items : value;
  if (!Array.isArray(items) || items.length > MAX_ITEMS) {
    out.refused.push(refusal('items', `must be a list of at most ${MAX_ITEMS}`));
    return;
  }
  items.forEach((item, i) => {
    if (isObject(item)) readItem(item, `items[${i}].`, place, out);
    else out.refused.push(refusal(`items[${i}]`, 'must be an object'));
  });
}

function readItem(item: Json, path: string, place: V1Place, out: MqttPayload): void {
  const m = new Members(item, path);
  const said = m.text('id', 64);
  const id = place.id ?? said;
  if (place.id === null && !isVehicleId(said)) m.fail('id', 'must be 1 to 64 letters, digits, _ or -');
  else if (said !== '' && said !== id) m.fail('id', `is ${said}, and the topic says ${id}`);
  const fix = readFix(m, place.terminal(id));
  if (m.problem === null) out.fixes.push(fix);
  else out.refused.push(m.problem);
}

function readFix(m: Members, terminal: string): MqttFix {
  const p = new Position();
  p.fixTime = m.needed('t', EARLIEST, LATEST);
  if (p.fixTime % 1 !== 0) m.fail('t', 'must be a whole number of milliseconds');
  p.lon = m.needed('lon', -180, 180);
  p.lat = m.needed('lat', -90, 90);
  p.speedKmh = m.number('s', 0, 400);
  p.headingDeg = m.number('h', 0, 360);
  if (p.headingDeg === 360) m.fail('h', 'must be under 360');
  p.altitudeM = m.number('a', -1000, 20_000);
  p.mileageKm = m.number('o', 0, 1e8);
  p.alarmWord = m.word('al');
  p.alarms = (p.alarmWord & ALARM_MASKS[2019]) >>> 0;
  p.statusWord = m.word('st');
  p.flags = m.from.st == null ? LOCATED : statusFlags(p.statusWord);
  const datum = (m.text('d', 16) || undefined) as Datum | undefined;
  if (datum !== undefined && !DATUMS.includes(datum)) m.fail('d', `must be one of ${DATUMS.join(', ')}`);
  const business = m.text('b', 16);
  if (business !== '' && !BUSINESS.includes(business)) m.fail('b', `must be one of ${BUSINESS.join(', ')}`);
  const { x } = m.from;
  if (x != null && !isObject(x)) m.fail('x', 'must be an object');
  for (const name of Object.keys(m.from))
    if (!MEMBERS.has(name)) m.fail(name, 'is no member of a position; put it in x');
  const extras: Json = { ...(isObject(x) ? x : {}) };
  for (const [name, value] of Object.entries({
    accuracyM: m.number('acc', 0, 1e6),
    business,
    order: m.text('ord', 64),
    driver: m.text('drv', 64),
    sequence: m.number('n', 0, Number.MAX_SAFE_INTEGER),
  })) {
    if (value !== '' && !Number.isNaN(value)) extras[name] = value;
  }
  if (datum !== undefined && datum !== 'wgs84') extras.datum = datum;
  keepExtras(p, extras);
  return { terminal, position: p, datum };
}

/** `status`: `{"online":true,"ts":…}`, also as a will message; `event`: any object. */
function readEvent(value: Json, kind: string, terminal: string, out: MqttPayload): void {
  const m = new Members(value);
  const time = m.number(kind === 'status' ? 'ts' : 't', EARLIEST, LATEST);
  const online = kind === 'status' ? m.boolean('online') : null;
  if (kind === 'status' && online === null) m.fail('online', 'must be true or false');
  if (m.problem !== null) out.refused.push(m.problem);
  else
    out.events.push({
      terminal,
      event: online === null ? 'event' : online ? 'online' : 'offline',
      time,
      content: value,
    });
}
