import { ACC_KNOWN, ACC_ON, LOCATED, Position } from '../../model/position.js';
import { knotsToKmh } from '../../model/units.js';
import { keepExtras } from './extras.js';
import { decodeJson, isObject, type Json, Members, refusal } from './json.js';
import type { MqttMessage, MqttPayload, PayloadCodec } from './payload.js';

const METRES_PER_KM = 1000;

/**
 * What Traccar forwards: `{"position":…,"device":…}` and `{"event":…,"position":…,"device":…}`. The terminal is the unique id of
 * the device. Speeds are knots, distances metres; the time is that of the fix.
 */
export const traccar: PayloadCodec = {
  name: 'traccar',
  terminals: 'mqtt',
  topics: ['traccar/positions', 'traccar/events'],
  namesByTopic: false,
  decode: (message) => decodeJson(message, read),
};

function read(value: unknown, _: MqttMessage, out: MqttPayload): void {
  const device = isObject(value) && isObject(value.device) ? new Members(value.device, 'device.') : null;
  if (!isObject(value) || device === null) {
    out.refused.push(refusal('device', 'must be an object'));
    return;
  }
  const terminal = device.text('uniqueId', 64);
  if (terminal === '') device.fail('uniqueId', 'must be a text of 1 to 64 characters');
  else out.speaker = { terminal };
  if (device.problem !== null) out.refused.push(device.problem);
  else if (isObject(value.event)) readEvent(new Members(value.event, 'event.'), terminal, out);
  else if (isObject(value.position)) readPosition(new Members(value.position, 'position.'), terminal, out);
  else out.refused.push(refusal('position', 'must be an object'));
}

function readPosition(m: Members, terminal: string, out: MqttPayload): void {
  const p = new Position();
  p.fixTime = m.time('fixTime');
  if (Number.isNaN(p.fixTime)) m.fail('fixTime', 'must be an RFC 3339 time');
  p.lat = m.needed('latitude', -90, 90);
  p.lon = m.needed('longitude', -180, 180);
  p.altitudeM = m.number('altitude', -1000, 20_000);
  p.speedKmh = knotsToKmh(m.number('speed', 0, 2000));
  p.headingDeg = m.number('course', 0, 360) % 360;
  const attributes: Json = isObject(m.from.attributes) ? m.from.attributes : {};
  const a = new Members(attributes, `${m.path}attributes.`);
  const odometer = a.number('odometer', 0, 1e11);
  p.mileageKm = (Number.isNaN(odometer) ? a.number('totalDistance', 0, 1e11) : odometer) / METRES_PER_KM;
  const { ignition } = attributes;
  if (typeof ignition === 'boolean') p.flags = ACC_KNOWN | (ignition ? ACC_ON : 0);
  // `outdated`: the last place that was known, sent with a later report.
  if (m.boolean('valid') !== false && m.boolean('outdated') !== true) p.flags |= LOCATED;
  const accuracyM = m.number('accuracy', 0, 1e7);
  const { odometer: _, totalDistance, ignition: __, ...rest } = attributes;
  keepExtras(p, { ...rest, ...(accuracyM > 0 && { accuracyM }) });
  const problem = m.problem ?? a.problem;
  if (problem === null) out.fixes.push({ terminal, position: p });
  else out.refused.push(problem);
}

function readEvent(m: Members, terminal: string, out: MqttPayload): void {
  const event = m.text('type', 64);
  if (event === '') m.fail('type', 'must be a text of 1 to 64 characters');
  const time = m.time('eventTime');
  if (m.problem === null) out.events.push({ terminal, event, time, content: m.from });
  else out.refused.push(m.problem);
}
