import { ACC_KNOWN, ACC_ON, LOCATED, Position } from '../../model/position.js';
import { ALARM_MASKS } from '../jt808/alarm-bits.js';
import { STATUS_ACC, STATUS_POSITIONED } from '../jt808/status-bits.js';
import { keepExtras } from './extras.js';
import { decodeJson, isObject, type Json, Members, refusal } from './json.js';
import {
  DATUMS,
  type Datum,
  MAX_ITEMS,
  type MqttFix,
  type MqttMessage,
  type MqttPayload,
  type PayloadCodec,
} from './payload.js';

const EARLIEST = 946_684_800_000; // 2000
const LATEST = 4_102_444_800_000; // 2100
const NAME = '[A-Za-z0-9_-]{1,64}';
const VEHICLE_TOPIC = new RegExp(`^v1/(${NAME})/vehicles/(${NAME})/(position|positions|status|event)$`);
const BATCH_TOPIC = new RegExp(`^v1/(${NAME})/batch$`);
const ID = new RegExp(`^${NAME}$`);
const BUSINESS = ['loaded', 'accepted', 'empty', 'out'];
const MEMBERS: ReadonlySet<string> = new Set([
  't',
  'lon',
  'lat',
  'd',
  's',
  'h',
  'a',
  'acc',
  'o',
  'al',
  'st',
  'b',
  'ord',
  'drv',
  'n',
  'x',
  'id',
]);

/**
 * Our own JSON. Topics `v1/{tenant}/vehicles/{id}/position`, `…/positions` and `v1/{tenant}/batch`; the vehicle is `{tenant}/{id}`.
 * The topic says who it is, for that is what a broker checks: another id inside is refused.
 */
export const v1: PayloadCodec = {
  name: 'v1',
  filters: ['v1/+/vehicles/+/+', 'v1/+/batch'],
  decode: (message) => decodeJson(message, read),
};

function read(value: unknown, { topic }: MqttMessage, out: MqttPayload): void {
  const vehicle = VEHICLE_TOPIC.exec(topic);
  if (vehicle === null) {
    const batch = BATCH_TOPIC.exec(topic);
    if (batch === null) out.refused.push(refusal('', `the topic ${topic} is none of v1`));
    else readItems(value, batch[1], null, out);
    return;
  }
  const [, tenant, id, kind] = vehicle;
  if (kind === 'positions') return readItems(value, tenant, id, out);
  if (!isObject(value)) {
    out.refused.push(refusal('', 'must be an object'));
  } else if (kind === 'position') {
    readItem(value, '', tenant, id, out);
  } else {
    readEvent(value, kind, `${tenant}/${id}`, out);
  }
}

/** `{"v":1,"items":[…]}`, or a bare array. */
function readItems(value: unknown, tenant: string, id: string | null, out: MqttPayload): void {
  const items = isObject(value) && (value.v === undefined || value.v === 1) ? value.items : value;
  if (!Array.isArray(items) || items.length > MAX_ITEMS) {
    out.refused.push(refusal('items', `must be a list of at most ${MAX_ITEMS}`));
    return;
  }
  items.forEach((item, i) => {
    if (isObject(item)) readItem(item, `items[${i}].`, tenant, id, out);
    else out.refused.push(refusal(`items[${i}]`, 'must be an object'));
  });
}

function readItem(item: Json, path: string, tenant: string, topicId: string | null, out: MqttPayload): void {
  const m = new Members(item, path);
  const said = m.text('id', 64);
  const id = topicId ?? said;
  if (!ID.test(id)) m.fail('id', 'must be 1 to 64 letters, digits, _ or -');
  else if (said !== '' && said !== id) m.fail('id', `is ${said}, and the topic says ${id}`);
  const fix = readFix(m, `${tenant}/${id}`);
  if (m.problem === null) out.fixes.push(fix);
  else out.refused.push(m.problem);
}

function readFix(m: Members, terminal: string): MqttFix {
  const p = new Position();
  p.fixTime = m.needed('t', EARLIEST, LATEST);
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
  const datum = m.text('d', 16) || 'wgs84';
  if (!DATUMS.includes(datum as Datum)) m.fail('d', `must be one of ${DATUMS.join(', ')}`);
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
  if (datum !== 'wgs84') extras.datum = datum;
  keepExtras(p, extras);
  return { terminal, position: p, datum: datum as Datum };
}

/** The flags of a JT/T 808 status word. */
export function statusFlags(status: number): number {
  return ACC_KNOWN | (status & STATUS_ACC ? ACC_ON : 0) | (status & STATUS_POSITIONED ? LOCATED : 0);
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
