import type { FrameHead, MessageInfo, ProtocolTools } from '../../model/protocol-tools.js';
import { explainFrame, explainPasted } from '../common/explain.js';
import { DELIMITER, unescapeInto } from '../common/frame.js';
import { idText } from './codecs.js';
import { SUPPORTED } from './conversation.js';
import { CLAUSE, decodeFrame, encodeJson, isuNumber } from './decode.js';
import { EDITION } from './edition.js';
import { readHeader } from './header.js';
import type { Message } from './message.js';
import { MESSAGES } from './messages/index.js';

const YEAR = '2014';
const FLAG = Buffer.of(DELIMITER);

/** JT/T 905 by hand: `cheji decode`, `cheji encode`, and whoever asks over HTTP. */
export const tools: ProtocolTools = {
  name: 'jt905',
  title: 'JT/T 905',
  editions: [YEAR],
  messages: MESSAGES.map(messageInfo),
  explain: (bytes, { lenient } = {}) =>
    explainPasted('jt905', bytes, (frame) =>
      explainFrame(frame, CLAUSE, (explained) => decodeFrame(frame, { lenient, explained })),
    ),
  encode: (json) => [encodeJson(json)],
  head: frameHead,
  onTheWire: (bytes) => Buffer.concat([FLAG, bytes, FLAG]),
};

function messageInfo({ id, name, chinese, direction, body }: Message): MessageInfo {
  return {
    id: idText(id),
    name,
    chinese,
    direction,
    since: YEAR,
    editions: [YEAR],
    covered: body !== undefined,
    actedOn: direction === 'down' || SUPPORTED.has(id),
    clauses: { [YEAR]: CLAUSE },
    fields: { [YEAR]: body?.describe(EDITION) ?? [] },
  };
}

/** What the header of a frame without delimiters says; a wrong check code does not matter here. */
function frameHead(bytes: Buffer): FrameHead | null {
  const plain = Buffer.alloc(bytes.length);
  const { length } = unescapeInto(plain, bytes, 0, bytes.length);
  const h = readHeader(plain, 0, length - 1);
  if (h === null) return null;
  const lengthOff = h.bodyEnd - h.bodyStart - h.declaredLength;
  return { messageId: idText(h.messageId), edition: YEAR, terminal: isuNumber(h.isu), lengthOff };
}
