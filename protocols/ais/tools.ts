import type { ExplainedFrame, MessageInfo, ProtocolTools } from '../../model/protocol-tools.js';
import { Bits } from './bits.js';
import { SentenceJoiner } from './joiner.js';
import { KINDS, readMessage } from './messages.js';
import { readSentence, type Sentence } from './sentence.js';

const CHINESE: Readonly<Record<string, string>> = {
  PositionReportClassA: 'A 类船位报告',
  StaticAndVoyageData: '船舶静态和航次数据',
  PositionReportClassB: 'B 类船位报告',
  ExtendedPositionReportClassB: 'B 类扩展船位报告',
  StaticDataClassB: 'B 类静态数据',
};

/** Sentences of AIS by hand: they are read, and never written. */
export const tools: ProtocolTools = {
  name: 'ais',
  title: 'AIS',
  editions: [],
  input: 'text',
  messages: [...KINDS].map(([type, { name }]) => messageInfo(type, name)),
  explain: explainSentences,
  encode: () => {
    throw new RangeError('AIS sentences are read only: they are sent by ships');
  },
  head: () => null,
  onTheWire: (bytes) => bytes,
};

function messageInfo(type: number, name: string): MessageInfo {
  const clause = 'ITU-R M.1371';
  const common = {
    since: clause,
    editions: [],
    covered: true,
    actedOn: true,
    clauses: { [clause]: clause },
    fields: {},
  };
  return { id: String(type), name, chinese: CHINESE[name] ?? '', direction: 'up', ...common };
}

/** One object for each message, when its last sentence is there; of sentences whose others are missing, that they are. */
function explainSentences(bytes: Buffer): ExplainedFrame[] {
  const frames: ExplainedFrame[] = [];
  const add = (offset: number, length: number, decoded: ExplainedFrame['decoded']) =>
    frames.push({ offset, length, decoded, rows: [], escapes: 0 });
  const refuse = (offset: number, length: number, code: string, message: string, at = 0) =>
    add(offset, length, { ok: false, protocol: 'ais', error: { code, message, offset: offset + at } });
  const places = new Map<Sentence, [number, number]>();
  const joiner = new SentenceJoiner((sentence, why) => {
    const [offset, length] = places.get(sentence) ?? [0, 0];
    refuse(offset, length, 'bad-package', `sentence ${sentence.number} of ${sentence.total}: ${why}`);
  });

  let offset = 0;
  // Sentences side by side are taken apart too: that is how they are pasted as arguments.
  for (const piece of bytes.toString('latin1').split(/(?<=\n)|(?<=\*[0-9A-Fa-f]{2}) +(?=[!$\\])/)) {
    const line = piece.trim();
    const sentence = line === '' ? null : readSentence(line);
    if (sentence !== null && 'code' in sentence) {
      refuse(offset, line.length, sentence.code, sentence.message, sentence.offset);
    } else if (sentence !== null) {
      places.set(sentence, [offset, line.length]);
      const sentences = joiner.add(sentence);
      if (sentences !== null) {
        const payload = sentences.map((part) => part.payload).join('');
        const message = readMessage(new Bits(payload, sentence.fillBits));
        if (typeof message === 'string') refuse(offset, line.length, 'short-body', message);
        else {
          // `name` is the ship's.
          const messageName = KINDS.get(message.type)?.name ?? 'NotRead';
          add(offset, line.length, { ok: true, protocol: 'ais', messageName, ...message });
        }
      }
    }
    offset += piece.length;
  }
  joiner.close();
  return frames;
}
