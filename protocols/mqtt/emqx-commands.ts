import type { CommandReason } from '../../model/command.js';
import type { Fields } from '../common/codecs.js';
import { hexNumber } from '../common/codecs.js';
import type { Edition } from '../common/edition.js';
import { ANSWERS, acknowledgement, answer } from '../jt808/commands/exchange.js';
import { TYPES_BY_NAME } from '../jt808/commands/index.js';
import { STANDARD } from '../jt808/habits.js';
import { messageName } from '../jt808/message-id.js';
import { alarmConfirm, locationQuery, trackingControl } from '../jt808/messages/location-query.js';
import { textMessage } from '../jt808/messages/text-message.js';
import type { CommandResponse } from '../protocol.js';
import type { Json } from './json.js';

type BodyOf = (fields: Fields, edition: Edition) => Fields;

/** Bodies of messages to the terminal in the words of the gateway, by message id (emqx_jt808_frame.erl). */
const BODIES: ReadonlyMap<number, BodyOf> = new Map<number, BodyOf>([
  [locationQuery.id, () => ({})],
  [trackingControl.id, ({ intervalS, validityS = 0 }) => ({ period: intervalS, expiry: validityS })],
  [alarmConfirm.id, ({ alarmSeq, alarmTypes }) => ({ seq: alarmSeq, type: alarmTypes })],
  [
    textMessage.id,
    ({ flag, textType, text }, edition) => ({
      flag,
      ...(edition === '2019' && { text_type: textType }),
      text,
    }),
  ],
]);

/** A checked command of JT/T 808 as the gateway takes it; it fills in the telephone number. */
export function emqxCommand(
  type: string,
  params: Fields,
  edition: Edition,
  serial: number,
): Buffer | { refused: CommandReason; detail: string } {
  const known = TYPES_BY_NAME.get(type);
  if (known === undefined) return { refused: 'cannot-encode', detail: `there is no command ${type}` };
  try {
    const { message, fields = {} } = known.encode(params, edition, STANDARD);
    const body = BODIES.get(message.id)?.(fields, edition);
    if (body !== undefined)
      return Buffer.from(JSON.stringify({ header: { msg_id: message.id, msg_sn: serial }, body }));
    const detail = `${messageName(message.id)} ${hexNumber(message.id, 4)} is not sent through the gateway`;
    return { refused: 'cannot-encode', detail };
  } catch (error) {
    if (error instanceof RangeError) return { refused: 'cannot-encode', detail: error.message };
    throw error;
  }
}

/** What a message from the gateway says to a command; null where it is no such message. */
export function emqxResponse(messageId: number, body: Json, terminal: string): CommandResponse | null {
  const { seq } = body;
  if (!isWord(seq)) return null;
  if (messageId === TERMINAL_REPLY) {
    const { id, result } = body;
    if (!isWord(id)) return null;
    return acknowledgement(terminal, { replySeq: seq, replyId: hexNumber(id, 4), result });
  }
  const asked = ANSWERS.get(messageId);
  if (asked === undefined) return null;
  const { seq: _, ...said } = body;
  return answer(terminal, asked.types, { replySeq: seq, ...said });
}

const TERMINAL_REPLY = 0x0001;

function isWord(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;
}
