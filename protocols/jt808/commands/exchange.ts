import type { CommandReason } from '../../../model/command.js';
import type { Fields } from '../../common/codecs.js';
import { hexNumber } from '../../common/codecs.js';
import { EDITIONS, type Edition } from '../../common/edition.js';
import type { CommandResponse } from '../../protocol.js';
import { encodeBody } from '../encode.js';
import type { Habits } from '../habits.js';
import type { Message } from '../message.js';
import { messageName } from '../message-id.js';
import { RESULT_FAILED, RESULT_MALFORMED, RESULT_NOT_SUPPORTED, RESULT_OK } from '../messages/general-response.js';
import { COMMAND_TYPES, TYPES_BY_NAME } from './index.js';

/** Results of a general response (all editions, table 4). */
const RESULTS: Readonly<Record<number, CommandReason>> = {
  [RESULT_FAILED]: 'failed',
  [RESULT_MALFORMED]: 'malformed',
  [RESULT_NOT_SUPPORTED]: 'not-supported',
};

/** Messages that answer a command, by id: their layout, and the types of command. */
export const ANSWERS: ReadonlyMap<number, { message: Message; types: readonly string[] }> = new Map(
  COMMAND_TYPES.flatMap((t) => t.answers ?? []).map((message) => [
    message.id,
    { message, types: COMMAND_TYPES.filter((t) => t.answers?.includes(message)).map((t) => t.type) },
  ]),
);

const TYPES_BY_MESSAGE: ReadonlyMap<number, readonly string[]> = new Map(
  COMMAND_TYPES.flatMap((t) => t.messages).map((message) => [
    message.id,
    COMMAND_TYPES.filter((t) => t.messages.includes(message)).map((t) => t.type),
  ]),
);

/** The message of a checked command in an edition; or why it cannot be said there. */
export function bodyOfCommand(
  name: string,
  params: Record<string, unknown>,
  edition: Edition,
  habits: Habits,
): { messageId: number; body: Uint8Array } | { refused: CommandReason; detail: string } {
  const type = TYPES_BY_NAME.get(name);
  if (type === undefined) return { refused: 'cannot-encode', detail: `there is no command ${name}` };
  try {
    const { message, fields, body } = type.encode(params, edition, habits);
    if (!isIn(message, edition)) {
      const detail = `${messageName(message.id)} ${hexNumber(message.id, 4)} is not in edition ${edition}`;
      return { refused: 'not-in-edition', detail };
    }
    return { messageId: message.id, body: body ?? encodeBody(message.id, fields ?? {}, edition) };
  } catch (error) {
    if (error instanceof RangeError) return { refused: 'cannot-encode', detail: error.message };
    throw error;
  }
}

/** A general response (0x0001) as the response to a command. */
export function acknowledgement(terminal: string, fields: Fields): CommandResponse {
  const { replySeq, replyId, result } = fields;
  return {
    terminal,
    serial: replySeq as number,
    types: TYPES_BY_MESSAGE.get(Number(replyId)) ?? [],
    says: { refused: result === RESULT_OK ? null : (RESULTS[result as number] ?? `result-${result}`) },
  };
}

/** A dedicated answer as the response to a command; some name the serial number that they answer, some do not. */
export function answer(terminal: string, types: readonly string[], fields: Fields): CommandResponse {
  const { replySeq } = fields;
  return { terminal, serial: typeof replySeq === 'number' ? replySeq : null, types, says: { answer: fields } };
}

/**
 * The header does not tell 2011 from 2013, so only what came with 2019 is kept from terminals of before. Messages of
 * another standard go with every edition.
 */
function isIn(message: Message, edition: Edition): boolean {
  if (edition === '2019' || message.standard !== undefined) return true;
  return EDITIONS.some((e) => e !== '2019' && message.clauses[e] !== undefined);
}
