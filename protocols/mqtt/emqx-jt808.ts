import type { DriverReport } from '../../model/driver.js';
import { BACKFILLED, Position } from '../../model/position.js';
import { gmt8BcdToMs } from '../../model/units.js';
import { stripZeros } from '../../model/vehicle.js';
import { ALARM_MASKS } from '../jt808/alarm-bits.js';
import { driverReport } from '../jt808/reports.js';
import { STATUS_SOUTH, STATUS_WEST } from '../jt808/status-bits.js';
import { emqxCommand, emqxResponse } from './emqx-commands.js';
import { keepExtras } from './extras.js';
import { decodeJson, isObject, type Json, Members, refusal } from './json.js';
import { MAX_ITEMS, type MqttMessage, type MqttPayload, type PayloadCodec } from './payload.js';
import { statusFlags } from './v1-facts.js';

/**
 * What the JT/T 808 gateway of EMQX publishes, as its code does and not as its guide says (emqx_jt808_frame.erl): the
 * integers of the protocol under names. The terminal is the phone of the header without leading zeros, as over TCP.
 *
 * `signal` and `io_status` are taken from the wrong end of their words there, and left out here.
 */
export const emqxJt808: PayloadCodec = {
  name: 'emqx-jt808',
  terminals: 'jt808',
  topics: ['jt808/{client}/{phone}/up'],
  down: 'jt808/{client}/{phone}/dn',
  namesByTopic: false,
  decode: (message) => decodeJson(message, read),
  command: ({ type, params }, { edition = '2013' }, serial) => emqxCommand(type, params, edition, serial),
  acknowledges: 'broker', // the gateway keeps the terminal's 0x0001 for itself
};

const HEARTBEAT = 2;
const LOCATION = 0x0200;
const LOCATION_ANSWER = 0x0201;
const CONTROL_ANSWER = 0x0500;
const DRIVER_CARD = 0x0702;
const LOCATION_BATCH = 0x0704;
const TYPE_BLIND_SPOT = 1;
const WRONG_FLAGS: ReadonlySet<string> = new Set(['signal', 'io_status']);
/** Names of additional items in our words. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['gnss_sat_num', 'satellites'],
  ['custome', 'custom'],
  ['tire_pressure', 'tyrePressure'],
]);
/** … and those that are tenths. */
const TENTHS: ReadonlyMap<string, string> = new Map([
  ['fuel_meter', 'fuelL'],
  ['speed', 'recorderSpeedKmh'],
]);

function read(value: unknown, _: MqttMessage, out: MqttPayload): void {
  const header = isObject(value) && isObject(value.header) ? value.header : null;
  if (!isObject(value) || header === null) {
    out.refused.push(refusal('header', 'must be an object'));
    return;
  }
  const h = new Members(header, 'header.');
  const id = h.needed('msg_id', 0, 0xffff);
  const phone = typeof header.phone === 'number' ? String(header.phone) : h.text('phone', 20);
  if (!/^\d{1,20}$/.test(phone)) h.fail('phone', 'must be 1 to 20 digits');
  if (h.problem !== null) {
    out.refused.push(h.problem);
    return;
  }
  const body = isObject(value.body) ? value.body : {};
  const edition = header.proto_ver === undefined ? '2013' : '2019';
  const sender = { terminal: stripZeros(phone), mask: ALARM_MASKS[edition] };
  out.speaker = { terminal: sender.terminal, edition };
  const response = emqxResponse(id, body, sender.terminal);
  if (response !== null) out.responses.push(response);
  if (id === LOCATION) readLocation(body, 'body.', sender, 0, out);
  else if (id === LOCATION_ANSWER) readInner(body, 'params', sender, out);
  else if (id === CONTROL_ANSWER) readInner(body, 'location', sender, out);
  else if (id === LOCATION_BATCH) readBatch(body, sender, out);
  else readOther(id, body, sender.terminal, out);
}

interface Sender {
  terminal: string;
  mask: number;
}

function readInner(body: Json, name: string, sender: Sender, out: MqttPayload): void {
  const inner = body[name];
  if (isObject(inner)) readLocation(inner, `body.${name}.`, sender, 0, out);
  else out.refused.push(refusal(`body.${name}`, 'must be an object'));
}

function readBatch({ type, location }: Json, sender: Sender, out: MqttPayload): void {
  if (!Array.isArray(location) || location.length > MAX_ITEMS) {
    out.refused.push(refusal('body.location', `must be a list of at most ${MAX_ITEMS}`));
    return;
  }
  location.forEach((item, i) => {
    const path = `body.location[${i}]`;
    if (isObject(item)) readLocation(item, `${path}.`, sender, type === TYPE_BLIND_SPOT ? BACKFILLED : 0, out);
    else out.refused.push(refusal(path, 'must be an object'));
  });
}

function readLocation(body: Json, path: string, { terminal, mask }: Sender, flags: number, out: MqttPayload): void {
  const m = new Members(body, path);
  const p = new Position();
  p.alarmWord = m.word('alarm');
  p.alarms = (p.alarmWord & mask) >>> 0;
  p.statusWord = m.word('status');
  p.flags = flags | statusFlags(p.statusWord);
  p.lat = degrees(m.needed('latitude', 0, 0xffff_ffff), p.statusWord & STATUS_SOUTH, 90);
  p.lon = degrees(m.needed('longitude', 0, 0xffff_ffff), p.statusWord & STATUS_WEST, 180);
  p.altitudeM = m.number('altitude', 0, 0xffff);
  if (p.altitudeM > 0x7fff) p.altitudeM -= 0x1_0000; // below the sea
  p.speedKmh = m.number('speed', 0, 0xffff) / 10;
  const direction = m.number('direction', 0, 0xffff);
  p.headingDeg = direction <= 360 ? direction % 360 : Number.NaN;
  m.text('time', 12);
  // A time that is none is for the judge of fixes: the alarms count all the same.
  p.fixTime = timeOf(body);
  const extra = isObject(body.extra) ? body.extra : {};
  const mileage = new Members(extra, `${path}extra.`).number('mileage', 0, 0xffff_ffff);
  p.mileageKm = mileage / 10;
  keepExtras(p, named(extra));
  if (m.problem === null) out.fixes.push({ terminal, position: p });
  else out.refused.push(m.problem);
}

function named(extra: Json): Json {
  const extras: Json = {};
  for (const [name, value] of Object.entries(extra)) {
    if (name === 'mileage' || WRONG_FLAGS.has(name)) continue;
    const tenths = TENTHS.get(name);
    if (tenths !== undefined && typeof value === 'number') extras[tenths] = value / 10;
    else extras[RENAMED.get(name) ?? camelCase(name)] = value;
  }
  return extras;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function degrees(raw: number, negative: number, most: number): number {
  const signed = raw > 180e6 ? raw | 0 : raw; // two's complement, against the standard
  const value = (negative !== 0 && signed > 0 ? -signed : signed) / 1e6;
  return Math.abs(value) <= most ? value : Number.NaN;
}

function readOther(id: number, body: Json, terminal: string, out: MqttPayload): void {
  if (id === DRIVER_CARD) {
    out.events.push({ terminal, event: 'driver', kind: 'driver', time: timeOf(body), content: { ...driver(body) } });
    return;
  }
  const messageId = `0x${id.toString(16).padStart(4, '0')}`;
  const event = id === HEARTBEAT ? 'heartbeat' : body.unknown_id === true ? 'unknown' : 'message';
  const raw = event === 'unknown' && typeof body.data === 'string' ? { raw: base64Hex(body.data) } : {};
  // Under the names of JT/T 808 over TCP, which also say what is masked because it names a person.
  const said = Object.entries(body).map(([name, value]) => [camelCase(name), value]);
  const content = event === 'unknown' ? { messageId, ...raw } : { messageId, ...Object.fromEntries(said) };
  out.events.push({ terminal, event, time: Number.NaN, content });
}

/** A card was put in or taken out (驾驶员身份信息, 0x0702). */
function driver(body: Json): DriverReport {
  return driverReport({
    cardStatus: body.status,
    icResult: body.ic_result,
    driverName: body.driver_name,
    certificate: body.certificate,
    idCard: body.id_card,
    agency: body.organization,
    validUntil: body.cert_expiry,
  });
}

function timeOf({ time }: Json): number {
  const isTime = typeof time === 'string' && /^\d{12}$/.test(time);
  return isTime ? gmt8BcdToMs(Buffer.from(time, 'hex'), 0) : Number.NaN;
}

function base64Hex(text: string): string {
  return Buffer.from(text, 'base64').toString('hex');
}
