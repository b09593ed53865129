import { decodeJson, refusal } from './json.js';
import { emptyPayload, type MqttMessage, type PayloadCodec } from './payload.js';
import { v1Command } from './v1-commands.js';
import { type V1Place, v1Place } from './v1-facts.js';
import { readV1Json } from './v1-json.js';
import { readV1Protobuf } from './v1-protobuf.js';

const BRACE = 0x7b;
const BRACKET = 0x5b;

/**
 * Our own payloads, as JSON or as protobuf (docs/mqtt.md, docs/cheji-v1.proto). The topic says who it is, for that is what a
 * broker checks: another id inside is refused. A payload that begins with a brace or a bracket is JSON, unless the content type
 * of MQTT 5 says otherwise.
 */
export const v1: PayloadCodec = {
  name: 'v1',
  terminals: 'mqtt',
  topics: [
    'v1/{tenant}/vehicles/{id}/position',
    'v1/{tenant}/vehicles/{id}/positions',
    'v1/{tenant}/vehicles/{id}/status',
    'v1/{tenant}/vehicles/{id}/event',
    'v1/{tenant}/vehicles/{id}/cmd/{command}/ack',
    'v1/{tenant}/batch',
  ],
  down: 'v1/{tenant}/vehicles/{id}/cmd',
  namesByTopic: true,
  decode(message) {
    const place = placeOf(message);
    if (place === null)
      return { ...emptyPayload(), refused: [refusal('', `the topic ${message.topic} is none of v1`)] };
    const out = isJson(message)
      ? decodeJson(message, (value, _, out) => readV1Json(value, place, out))
      : readV1Protobuf(message.payload, place);
    if (place.id !== null) out.speaker = { terminal: place.terminal(place.id) };
    return out;
  },
  command: v1Command,
  acknowledges: 'terminal',
};

function placeOf({ topic, terminal, command }: MqttMessage): V1Place | null {
  if (terminal === undefined) return v1Place(topic);
  return { kind: command === undefined ? 'any' : 'ack', id: terminal, terminal: () => terminal, command };
}

function isJson({ payload, contentType }: MqttMessage): boolean {
  if (contentType === 'application/json') return true;
  if (contentType === 'application/x-protobuf') return false;
  return payload[0] === BRACE || payload[0] === BRACKET;
}
