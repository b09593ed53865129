import type { MessageInfo, ProtocolTools } from '../../model/protocol-tools.js';
import { hexNumber } from '../common/codecs.js';
import { EDITIONS, type Edition } from '../common/edition.js';
import { isE7Frame } from './e7-frames.js';
import { encodeJson } from './encode.js';
import { explainPasted } from './explain.js';
import { frameHead } from './head.js';
import { clauseOf } from './message.js';
import { MESSAGE_IDS, type MessageId } from './message-id.js';
import { MESSAGES_BY_ID } from './messages/index.js';
import { SUPPORTED } from './supported.js';

const DELIMITER = Buffer.of(0x7e);

/** What `cheji decode` and `cheji encode` do, for whoever asks over HTTP. */
export const tools: ProtocolTools = {
  name: 'jt808',
  title: 'JT/T 808',
  editions: EDITIONS,
  messages: MESSAGE_IDS.map(messageInfo),
  explain: (bytes, { edition, lenient } = {}) =>
    explainPasted(bytes, { edition: EDITIONS.find((it) => it === edition) ?? 'auto', lenient }),
  encode: encodeJson,
  head: frameHead,
  onTheWire: (bytes) => (isE7Frame(bytes) ? bytes : Buffer.concat([DELIMITER, bytes, DELIMITER])),
};

function messageInfo({ id, name, chinese, direction, since, droppedIn2019 }: MessageId): MessageInfo {
  const message = MESSAGES_BY_ID.get(id);
  const editions = EDITIONS.filter((edition) => has(edition, since, droppedIn2019 === true));
  return {
    id: hexNumber(id, 4),
    name,
    chinese,
    direction,
    since,
    editions,
    covered: message !== undefined,
    actedOn: direction === 'down' || SUPPORTED.has(id),
    clauses: Object.fromEntries(message ? editions.map((edition) => [edition, clauseOf(message, edition)]) : []),
    fields: Object.fromEntries(editions.map((edition) => [edition, message?.body.describe(edition) ?? []])),
  };
}

/** Messages of the texts beside JT/T 808 go over a connection of any edition. */
function has(edition: Edition, since: MessageId['since'], droppedIn2019: boolean): boolean {
  const first = EDITIONS.indexOf(since as Edition); // -1 for those texts
  return EDITIONS.indexOf(edition) >= first && !(edition === '2019' && droppedIn2019);
}
