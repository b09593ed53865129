import { LOCATED, Position } from '../../model/position.js';
import { keepExtras, others } from './extras.js';
import { decodeJson, isObject, type Json, Members, refusal } from './json.js';
import type { MqttMessage, MqttPayload, PayloadCodec } from './payload.js';

const TOPIC = /^owntracks\/([^/]{1,64})\/([^/]{1,64})(?:\/(?:event|status))?$/;
const READ: ReadonlySet<string> = new Set(['_type', 'lat', 'lon', 'tst', 'alt', 'vel', 'cog']);

/** OwnTracks JSON (booklet, tech/json): telephones. The terminal is `user:device` of the topic. Speeds are km/h already. */
export const owntracks: PayloadCodec = {
  name: 'owntracks',
  terminals: 'mqtt',
  topics: ['owntracks/{user}/{device}', 'owntracks/{user}/{device}/event'],
  namesByTopic: true,
  decode: (message) => decodeJson(message, read),
};

function read(value: unknown, message: MqttMessage, out: MqttPayload): void {
  const place = TOPIC.exec(message.topic);
  const terminal = message.terminal ?? (place && `${place[1]}:${place[2]}`);
  if (terminal === null) {
    out.refused.push(refusal('', `the topic ${message.topic} is none of OwnTracks`));
    return;
  }
  out.speaker = { terminal };
  if (!isObject(value) || typeof value._type !== 'string') {
    out.refused.push(refusal('_type', 'must be a text'));
    return;
  }
  const { _type: type } = value;
  const m = new Members(value);
  if (type === 'location') readLocation(m, terminal, out);
  else if (type === 'lwt' || type === 'transition') readEvent(m, type, terminal, out);
  else if (type === 'encrypted') out.refused.push({ reason: 'encrypted', field: '', message: 'no key is known' });
  // Cards, waypoints, settings and steps say nothing of where a device is.
}

function readLocation(m: Members, terminal: string, out: MqttPayload): void {
  const p = new Position();
  p.fixTime = m.needed('tst', 0, 4_102_444_800) * 1000;
  p.lat = m.needed('lat', -90, 90);
  p.lon = m.needed('lon', -180, 180);
  p.altitudeM = m.number('alt', -1000, 20_000);
  p.speedKmh = m.number('vel', -1, 2000);
  if (p.speedKmh < 0) p.speedKmh = Number.NaN; // −1: the telephone does not know
  p.headingDeg = m.number('cog', -1, 360);
  p.headingDeg = p.headingDeg < 0 ? Number.NaN : p.headingDeg % 360;
  p.flags = LOCATED;
  keepExtras(p, others(m.from, READ));
  if (m.problem === null) out.fixes.push({ terminal, position: p });
  else out.refused.push(m.problem);
}

/** `lwt`: the connection broke; `transition`: a fence of the telephone's own, which proves nothing about ours. */
function readEvent(m: Members, type: string, terminal: string, out: MqttPayload): void {
  const time = m.number('tst', 0, 4_102_444_800) * 1000;
  const event = type === 'lwt' ? 'offline' : m.text('event', 16);
  if (event !== 'offline' && event !== 'enter' && event !== 'leave') m.fail('event', 'must be enter or leave');
  const { _type, ...content }: Json = m.from;
  if (m.problem === null) out.events.push({ terminal, event, time, content });
  else out.refused.push(m.problem);
}
