import { ACC_KNOWN, ACC_ON, LOCATED, Position } from '../../model/position.js';
import { toKmh } from '../../model/units.js';
import { keepExtras, others } from './extras.js';
import { decodeJson, isObject, type Json, Members, refusal } from './json.js';
import { MAX_ITEMS, type MqttMessage, type MqttPayload, type PayloadCodec } from './payload.js';

const GATEWAY_TOPIC = 'v1/gateway/telemetry';
const DEVICE_TOPIC = /^tb\/([^/]{1,64})\/telemetry$/;

/** Names that people give to the same thing, in the order in which they are looked for. */
const ALIASES = {
  lat: ['lat', 'latitude'],
  lon: ['lon', 'lng', 'longitude'],
  speed: ['speed'],
  heading: ['heading', 'course', 'bearing', 'direction'],
  altitude: ['alt', 'altitude'],
  mileage: ['odometer', 'mileage'],
  ignition: ['ignition', 'acc'],
} as const;
type Known = keyof typeof ALIASES;

/**
 * ThingsBoard telemetry: `{k:v}`, `[{k:v}]`, `{"ts":ms,"values":{…}}`, a list of those, and from a gateway `{"device":[…]}`.
 * Names are compared without regard to case. `ts` is in milliseconds; without it the time of receipt counts.
 *
 * `v1/devices/me/telemetry` names no device: with a broker of one's own, rewrite it to `tb/{device}/telemetry`.
 */
export const thingsboard: PayloadCodec = {
  name: 'thingsboard',
  terminals: 'mqtt',
  topics: ['tb/{device}/telemetry', GATEWAY_TOPIC],
  namesByTopic: true,
  speedsWithoutUnit: true,
  decode: (message) => decodeJson(message, read),
};

function read(value: unknown, message: MqttMessage, out: MqttPayload): void {
  const { topic } = message;
  if (topic === GATEWAY_TOPIC) {
    if (!isObject(value)) out.refused.push(refusal('', 'must be an object of devices'));
    else for (const [device, rows] of Object.entries(value)) readRows(rows, device, device, message, out);
    return;
  }
  const device = message.terminal ?? DEVICE_TOPIC.exec(topic)?.[1];
  if (device === undefined) {
    out.refused.push(refusal('', `the topic ${topic} names no device`));
    return;
  }
  out.speaker = { terminal: device };
  readRows(value, device, '', message, out);
}

function readRows(value: unknown, device: string, path: string, message: MqttMessage, out: MqttPayload): void {
  const rows = Array.isArray(value) ? value : [value];
  if (rows.length > MAX_ITEMS) {
    out.refused.push(refusal(path, `at most ${MAX_ITEMS} rows, not ${rows.length}`));
    return;
  }
  rows.forEach((row, i) => {
    const place = Array.isArray(value) ? `${path}[${i}]` : path;
    if (isObject(row)) readRow(row, device, place === '' ? '' : `${place}.`, message, out);
    else out.refused.push(refusal(place, 'must be an object'));
  });
}

function readRow(row: Json, device: string, path: string, message: MqttMessage, out: MqttPayload): void {
  const { receivedTime, speedUnit = 'km/h' } = message;
  const isStamped = isObject(row.values);
  const values = isStamped ? (row.values as Json) : row;
  const stamped = new Members(row, path);
  const stamp = stamped.number('ts', 0, 4_102_444_800_000);
  const { known, rest } = sorted(values);
  const m = new Members(known, path);
  if (device === '' || device.length > 64) m.fail('', 'a device has a name of 1 to 64 characters');
  const p = new Position();
  p.fixTime = Number.isNaN(stamp) ? receivedTime : stamp;
  p.lat = m.number('lat', -90, 90);
  p.lon = m.number('lon', -180, 180);
  p.speedKmh = toKmh(m.number('speed', 0, 2000), speedUnit);
  p.headingDeg = m.number('heading', 0, 360) % 360;
  p.altitudeM = m.number('altitude', -1000, 20_000);
  p.mileageKm = m.number('mileage', 0, 1e8);
  const { ignition } = known;
  if (ignition != null) p.flags = ACC_KNOWN | (isOn(ignition) ? ACC_ON : 0);
  const problem = stamped.problem ?? m.problem;
  if (problem !== null) {
    out.refused.push(problem);
  } else if (Number.isNaN(p.lat) || Number.isNaN(p.lon)) {
    out.events.push({ terminal: device, event: 'telemetry', time: p.fixTime, content: values });
  } else {
    p.flags |= LOCATED;
    keepExtras(p, others(rest, STAMP));
    out.fixes.push({ terminal: device, position: p });
  }
}

const STAMP: ReadonlySet<string> = new Set(['ts']);

/** Rows by our names, and what has none. */
function sorted(values: Json): { known: Json; rest: Json } {
  const byLower = new Map(Object.keys(values).map((name) => [name.toLowerCase(), name]));
  const known: Json = {};
  const rest = { ...values };
  for (const name of Object.keys(ALIASES) as Known[]) {
    const alias = ALIASES[name].map((one) => byLower.get(one)).find((one) => one !== undefined);
    if (alias === undefined) continue;
    known[name] = values[alias];
    delete rest[alias];
  }
  return { known, rest };
}

function isOn(ignition: unknown): boolean {
  return ignition === true || ignition === 1 || ignition === 'on' || ignition === 'true';
}
