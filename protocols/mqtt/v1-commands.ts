import type { CommandMessage, CommandReason } from '../../model/command.js';
import { commandSet } from '../jt808/commands/index.js';
import type { CommandSet } from '../protocol.js';
import { isObject, Members, refusal } from './json.js';
import type { MqttPayload } from './payload.js';
import { EARLIEST, LATEST, type V1Place } from './v1-facts.js';

/** What makes sense to a device that is no terminal of JT/T 808, in the same words. */
const TYPES: ReadonlySet<string> = new Set([
  ...['text', 'locate', 'track', 'confirm-alarm', 'link-check', 'call-back', 'vehicle-control', 'terminal-control'],
  ...['driver-identity', 'transparent'],
]);
/** Of a reason, so that it reads as one of ours. */
const REASON = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAX_REASON = 64;
const MAX_DETAIL = 500;
/** Bytes of an acknowledgement as JSON: it is kept with its command. */
const MAX_RESULT_CHARS = 16 * 1024;
const MEMBERS: ReadonlySet<string> = new Set(['ok', 'reason', 'detail', 'result', 'ts']);

/** Commands to devices that speak our own JSON (docs/mqtt.md): one acknowledgement, with the result in it, is the last word. */
export const v1CommandSet: CommandSet = {
  types: commandSet.types
    .filter(({ type }) => TYPES.has(type))
    .map((info) => ({ ...info, protocol: 'mqtt', message: 'v1/{tenant}/vehicles/{id}/cmd', answer: null })),
  check: (type, params) => (TYPES.has(type) ? commandSet.check(type, params) : null),
  expectsAnswer: () => false,
  answerWithinMs: () => 0,
  judge: (_type, _params, { ok, reason }) => (ok === false ? ((reason as CommandReason) ?? 'failed') : null),
};

/** A checked command as its device gets it; `expires` is epoch ms. */
export function v1Command({ id, type, params, expiresAt }: CommandMessage): Buffer {
  return Buffer.from(JSON.stringify({ id, type, params, expires: expiresAt }));
}

/**
 * `{"ok":true,"result":{…}}` or `{"ok":false,"reason":"door-open","detail":"…"}`. Whose command it is, and which, the topic
 * says; a device that has nothing to say but that it went well ends its command as acknowledged, any other as answered or failed.
 */
export function readAck(value: Record<string, unknown>, place: V1Place, out: MqttPayload): void {
  const m = new Members(value);
  const ok = m.boolean('ok');
  if (ok === null) m.fail('ok', 'must be true or false');
  const reason = m.text('reason', MAX_REASON);
  if (reason !== '' && !REASON.test(reason)) m.fail('reason', 'must be lower-case words joined by -');
  if (reason !== '' && ok) m.fail('reason', 'must not be there where it went well');
  const detail = m.text('detail', MAX_DETAIL);
  const { result = null } = value;
  if (result !== null && !isObject(result)) m.fail('result', 'must be an object');
  if (result !== null && JSON.stringify(result).length > MAX_RESULT_CHARS) {
    m.fail('result', `must have at most ${MAX_RESULT_CHARS} characters as JSON`);
  }
  m.number('ts', EARLIEST, LATEST);
  for (const name of Object.keys(value)) {
    if (!MEMBERS.has(name)) m.fail(name, 'is no member of an acknowledgement; put it in result');
  }
  const { command: id } = place;
  if (m.problem !== null || id === undefined) {
    out.refused.push(m.problem ?? refusal('', 'the topic names no command'));
    return;
  }
  const answer = {
    ok,
    ...(reason !== '' && { reason }),
    ...(detail !== '' && { detail }),
    ...(result !== null && { result }),
  };
  const isBare = Object.keys(answer).length === 1 && ok === true;
  const says = isBare ? { refused: null } : { answer };
  out.responses.push({ terminal: place.terminal(place.id ?? ''), id, serial: null, types: [], says });
}
