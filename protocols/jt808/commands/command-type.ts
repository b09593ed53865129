import type { CommandReason } from '../../../model/command.js';
import type { Fields } from '../../common/codecs.js';
import type { Edition } from '../../common/edition.js';
import type { Habits } from '../habits.js';
import type { Message } from '../message.js';
import type { Param } from './params.js';

/** What goes out: a message by the names of its fields, or by its body's bytes. */
export interface Outgoing {
  message: Message;
  fields?: Fields;
  body?: Buffer;
}

interface CommandSpec<P extends Fields> {
  type: string;
  /** In a few words, for people. */
  summary: string;
  /** What it may be sent as; most are one message. */
  messages: readonly Message[];
  /** What answers it, beyond the acknowledgement that every command gets. */
  answers?: readonly Message[];
  /** The answer is not always sent: an acknowledgement is enough. */
  answerOptional?: true;
  /** How long the answer may take after the acknowledgement; seconds. */
  answerWithinS?: number;
  params: Param<P>;
  /** Throws RangeError where the edition cannot say it. */
  encode(params: P, edition: Edition, habits: Habits): Outgoing;
  /** Why the answer tells of a failure; null where it does not. */
  judge?(answer: Fields, params: P): CommandReason | null;
}

/** A kind of command, its types folded away: what the table holds. */
export interface CommandType extends Omit<CommandSpec<Fields>, 'params' | 'encode' | 'judge'> {
  params: Param<Fields>;
  encode(params: Fields, edition: Edition, habits: Habits): Outgoing;
  judge(answer: Fields, params: Fields): CommandReason | null;
}

export function command<P extends Fields>(spec: CommandSpec<P>): CommandType {
  return {
    ...spec,
    encode: (params, edition, habits) => spec.encode(params as P, edition, habits),
    judge: (answer, params) => spec.judge?.(answer, params as P) ?? null,
  };
}

/** Names for the results of an answer: 0 is always good; the others are reasons. */
export function byResult(names: Readonly<Record<number, CommandReason>>): (answer: Fields) => CommandReason | null {
  return ({ result }) => (result === 0 ? null : (names[result as number] ?? `result-${result}`));
}
