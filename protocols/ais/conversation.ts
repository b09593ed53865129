import type { Conversation, Sink } from '../protocol.js';
import { Bits } from './bits.js';
import { SentenceJoiner } from './joiner.js';
import { type AisMessage, KINDS, mmsiText, readMessage } from './messages.js';
import { positionOf } from './position.js';
import { readSentence, type Sentence } from './sentence.js';

/** The longest line: 82 characters of NMEA 0183, a tag block, and what loggers write behind; with room to spare. */
const MAX_LINE_BYTES = 512;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);
/** Vessels whose words are remembered; beyond it the one heard of longest ago is forgotten. */
const MAX_REMEMBERED = 50_000;

/** How a vessel is called. */
export function vesselNumber(mmsi: number): string {
  return `mmsi:${mmsiText(mmsi)}`;
}

/**
 * A feed of AIS sentences, of as many vessels as there are. Each line that is one ends as handled, kept for its other
 * parts, or rejected; messages that are not read are handled and nothing comes of them. Nothing is answered.
 */
export class AisConversation implements Conversation {
  readonly #sink: Sink;
  readonly #clock: () => number;
  readonly #joiner: SentenceJoiner;
  /** What vessels said of themselves last, by kind of message and identity. */
  readonly #said = new Map<string, string>();
  #line: Buffer = EMPTY; // the beginning of one whose end has not come
  #current: Buffer = EMPTY;

  /** `clock`: epoch ms, for sentences that do not say when they were received. */
  constructor(sink: Sink, clock: () => number = Date.now) {
    this.#sink = sink;
    this.#clock = clock;
    this.#joiner = new SentenceJoiner(({ payload, number, total }, why) =>
      sink.reject('package-timeout', Buffer.from(payload), `sentence ${number} of ${total}: ${why}`),
    );
  }

  get held(): number {
    return this.#line.length + this.#joiner.held;
  }

  get insideFrame(): boolean {
    return this.#line.length > 0;
  }

  get current(): Buffer {
    return this.#current;
  }

  receive(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#take(this.#joined(bytes.subarray(start, end)));
      start = end + 1;
    }
    const rest = this.#joined(bytes.subarray(start));
    // A line that is too long goes on to its end; what is over is judged by itself.
    let at = 0;
    for (; rest.length - at > MAX_LINE_BYTES; at += MAX_LINE_BYTES) this.#take(rest.subarray(at, at + MAX_LINE_BYTES));
    this.#line = Buffer.from(rest.subarray(at));
  }

  tick(now: number): void {
    this.#joiner.tick(now);
  }

  close(): void {
    this.#joiner.close();
  }

  #joined(bytes: Buffer): Buffer {
    if (this.#line.length === 0) return bytes;
    const whole = Buffer.concat([this.#line, bytes]);
    this.#line = EMPTY;
    return whole;
  }

  #take(bytes: Buffer): void {
    const line = bytes.toString('latin1').trim();
    if (line === '' || line.startsWith('#')) return; // a blank or a comment of a log
    this.#current = bytes;
    if (bytes.length > MAX_LINE_BYTES) {
      this.#sink.reject('frame-too-long', bytes, `${bytes.length} bytes, at most ${MAX_LINE_BYTES}`);
      return;
    }
    const sentence = readSentence(line);
    if (sentence !== null && 'code' in sentence) {
      const isFrame = sentence.code === 'bad-body';
      if (isFrame) this.#sink.frame(0);
      this.#sink.reject(sentence.code as 'bad-body' | 'no-frame' | 'bad-checksum', bytes, sentence.message);
      return;
    }
    this.#sink.frame(0);
    const sentences = sentence && this.#joiner.add(sentence);
    if (sentences) this.#message(sentences);
  }

  #message(sentences: Sentence[]): void {
    const { fillBits } = sentences[sentences.length - 1];
    const message = readMessage(new Bits(sentences.map(({ payload }) => payload).join(''), fillBits));
    if (typeof message === 'string') {
      this.#sink.reject('short-body', this.#current, message);
      return;
    }
    if (!KINDS.has(message.type)) return;
    const vessel = vesselNumber(message.mmsi);
    if (!this.#sink.admits(vessel)) {
      this.#sink.reject('not-authenticated', this.#current, `vessel ${vessel}`);
      return;
    }
    const { time } = sentences[0];
    const position = positionOf(message, Number.isFinite(time) ? time : this.#clock());
    if (position !== null) this.#sink.position(position);
    if ('name' in message || 'shipType' in message) this.#vessel(message, vessel, time);
  }

  /** Who she is, how large, where bound: said every few minutes, and kept when it is new. */
  #vessel({ type, repeat, mmsi, ...said }: AisMessage, vessel: string, time: number): void {
    const { sogKn, accuracy, lon, lat, cogDeg, headingDeg, second, raim, assigned, ...content } = said;
    const key = `${type} ${said.part ?? ''} ${mmsi}`;
    const text = JSON.stringify(content);
    if (this.#said.get(key) === text) return;
    this.#said.delete(key);
    this.#said.set(key, text);
    const [oldest] = this.#said.keys();
    if (this.#said.size > MAX_REMEMBERED) this.#said.delete(oldest);
    const { name } = said;
    if (typeof name === 'string' && name !== '') {
      const terminal = { protocol: 'ais', number: vessel, registered: true };
      this.#sink.register({ terminal, plate: name, plateColor: null });
    }
    this.#sink.upload({ kind: 'vessel', time, serial: 0, content: { mmsi: mmsiText(mmsi), ...content } });
  }
}
