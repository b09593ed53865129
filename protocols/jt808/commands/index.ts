import type { CommandProblem, CommandTypeInfo } from '../../../model/command.js';
import { hexNumber } from '../../common/codecs.js';
import type { CommandSet } from '../../protocol.js';
import { encodeBody } from '../encode.js';
import { STANDARD } from '../habits.js';
import { clauseOf } from '../message.js';
import { messageName } from '../message-id.js';
import * as areas from './areas.js';
import * as attachments from './attachments.js';
import type { CommandType } from './command-type.js';
import * as location from './location.js';
import * as media from './media.js';
import * as parameters from './parameters.js';
import * as phone from './phone.js';
import * as recorder from './recorder.js';
import * as terminal from './terminal.js';
import * as text from './text.js';
import * as transparent from './transparent.js';
import * as vehicle from './vehicle.js';
import * as video from './video.js';

/** Everything that a terminal of JT/T 808 can be told. */
export const COMMAND_TYPES: readonly CommandType[] = [
  text,
  location,
  parameters,
  terminal,
  phone,
  vehicle,
  media,
  areas,
  recorder,
  transparent,
  video,
  attachments,
].flatMap((family) => Object.values(family) as CommandType[]);

export const TYPES_BY_NAME: ReadonlyMap<string, CommandType> = new Map(COMMAND_TYPES.map((t) => [t.type, t]));

/** An answer belongs to the command at hand: five minutes is what a slow search of stored media takes. */
const ANSWER_WITHIN_S = 300;
const EDITIONS_TRIED = ['2019', '2013'] as const;

export const commandSet: CommandSet = {
  types: COMMAND_TYPES.map(
    (t): CommandTypeInfo => ({
      protocol: 'jt808',
      type: t.type,
      summary: t.summary,
      message: t.messages.map((m) => `${hexNumber(m.id, 4)} ${messageName(m.id)}, ${clauseOf(m, '2019')}`).join('; '),
      answer: t.answers?.map((m) => `${hexNumber(m.id, 4)} ${messageName(m.id)}`).join('; ') ?? null,
      params: { ...t.params.schema },
    }),
  ),
  check(name, given) {
    const type = TYPES_BY_NAME.get(name);
    if (type === undefined) return null;
    const problems: CommandProblem[] = [];
    const params = type.params.read(given ?? {}, '', problems);
    if (problems.length === 0) problems.push(...cannotBeSaid(type, params));
    return problems.length > 0 ? { problems } : { params };
  },
  expectsAnswer: (name) => {
    const type = TYPES_BY_NAME.get(name);
    return type?.answers !== undefined && type.answerOptional !== true;
  },
  answerWithinMs: (name) => (TYPES_BY_NAME.get(name)?.answerWithinS ?? ANSWER_WITHIN_S) * 1000,
  judge: (name, params, answer) => TYPES_BY_NAME.get(name)?.judge(answer, params) ?? null,
};

/** What no edition can say is told now, and not when the terminal comes. */
function cannotBeSaid(type: CommandType, params: Record<string, unknown>): CommandProblem[] {
  let message = '';
  for (const edition of EDITIONS_TRIED) {
    try {
      const { message: m, fields, body } = type.encode(params, edition, STANDARD);
      if (body === undefined) encodeBody(m.id, fields ?? {}, edition);
      return [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      message = error.message;
    }
  }
  return [{ path: '', message }];
}
