import { BACKFILLED, jsonNumber, LOCATED } from '../../model/position.js';
import type { ExplainedFrame, ProtocolTools } from '../../model/protocol-tools.js';
import { TopicPattern } from '../../model/topic-pattern.js';
import { msToRfc3339 } from '../../model/units.js';
import { describeExtras } from './extras.js';
import { payloadCodecs } from './index.js';
import type { MqttFix } from './payload.js';

/** Messages over MQTT by hand, a line each: the topic, a space, the payload. They are read, and not written. */
export const tools: ProtocolTools = {
  name: 'mqtt',
  title: 'MQTT',
  editions: [],
  input: 'text',
  messages: [],
  explain: (bytes) => [explainLine(bytes.toString('utf8').trim())],
  encode: () => {
    throw new RangeError('payloads over MQTT are read only');
  },
  head: () => null,
  onTheWire: (bytes) => bytes,
};

function explainLine(line: string): ExplainedFrame {
  const space = line.indexOf(' ');
  const topic = space < 0 ? line : line.slice(0, space);
  const frame = (decoded: ExplainedFrame['decoded']): ExplainedFrame => ({
    offset: 0,
    length: Buffer.byteLength(line),
    decoded,
    rows: [],
    escapes: 0,
  });
  const refuse = (code: string, message: string, offset: number) =>
    frame({ ok: false, protocol: 'mqtt', error: { code, message, offset } });
  const codec = payloadCodecs.find(({ topics }) => topics.some((text) => new TopicPattern(text).match(topic) !== null));
  if (codec === undefined) return refuse('unknown-message', `no payload is known for the topic ${topic}`, 0);
  const payload = Buffer.from(line.slice(topic.length + 1));
  const { fixes, events, refused, responses } = codec.decode({ topic, payload, receivedTime: Number.NaN });
  const [first] = refused;
  if (first !== undefined && fixes.length === 0 && events.length === 0) {
    return refuse(first.reason, first.field === '' ? first.message : `${first.field}: ${first.message}`, space + 1);
  }
  const told = events.map(({ time, ...event }) => ({ ...event, time: msToRfc3339(time) }));
  const answers = responses.map(({ terminal, id, serial, says }) => ({ terminal, command: id ?? serial, ...says }));
  const parts = { fixes: fixes.map(fixJson), events: told, refused, ...(answers.length > 0 && { answers }) };
  return frame({ ok: true, protocol: 'mqtt', name: codec.name, ...parts });
}

function fixJson({ terminal, datum = 'wgs84', position: p }: MqttFix): Record<string, unknown> {
  return {
    terminal,
    time: msToRfc3339(p.fixTime),
    lon: jsonNumber(p.lon, 7),
    lat: jsonNumber(p.lat, 7),
    datum,
    speedKmh: jsonNumber(p.speedKmh, 1),
    heading: jsonNumber(p.headingDeg, 0),
    altitude: jsonNumber(p.altitudeM, 0),
    mileageKm: jsonNumber(p.mileageKm, 1),
    alarm: p.alarmWord,
    status: p.statusWord,
    located: (p.flags & LOCATED) !== 0,
    backfilled: (p.flags & BACKFILLED) !== 0,
    ...(p.items && { extra: describeExtras(p.items) }),
  };
}
