import {
  DELIMITER,
  FrameCutter,
  type FrameHandler,
  type FrameRejectHandler,
  unescapeInto,
  xorOf,
} from '../common/frame.js';
import { E7, E7_NUMBER_BYTES, E7Cutter, e7Content, toE7Frame } from './e7-frames.js';
import { CLOSE, isSentence, MAX_SENTENCE_BYTES, OPEN } from './sentences.js';

/** The shortest header, and a check code; in the other wrapping the number has a byte more. */
const LEAST_BYTES = 13;
const LEAST_E7_BYTES = 14;

/**
 * The bytes of one connection: frames of the standard, unless it begins with a good one in the other wrapping (e7-frames.ts);
 * from then on all are taken, and answered, in that. Sentences in brackets may come before either. What begins as neither
 * is the standard's to judge, so that whoever speaks the standard is read as if there were nothing else.
 */
export class WireReader {
  readonly #standard: FrameCutter;
  #e7: E7Cutter | null = null;
  /** What has come of a connection that has not shown how it speaks; null: it has. */
  #first: Buffer | null = EMPTY;
  /** A sentence in hand. */
  #sentence: Buffer | null = null;

  constructor(
    readonly onFrame: FrameHandler,
    readonly onReject: FrameRejectHandler,
    readonly onSentence: (sentence: string) => void,
    readonly maxBytes: number,
  ) {
    this.#standard = new FrameCutter(onFrame, onReject, maxBytes);
  }

  get held(): number {
    return (this.#first?.length ?? 0) + (this.#e7 ?? this.#standard).held;
  }

  get insideFrame(): boolean {
    return this.#first === null ? (this.#e7 ?? this.#standard).insideFrame : this.#first.length > 0;
  }

  /** What is being handled as it came over the wire; frames of the standard without their delimiters. */
  get current(): Buffer {
    return this.#sentence ?? (this.#e7 ?? this.#standard).current;
  }

  /** Bytes of the terminal number in a short header. */
  get numberBytes(): number {
    return this.#e7 === null ? STANDARD_NUMBER_BYTES : E7_NUMBER_BYTES;
  }

  /** Header, body and check code of a frame that was rejected, as it was given. */
  content(frame: Buffer): Buffer {
    if (this.#e7 !== null) return e7Content(frame);
    const plain = Buffer.alloc(frame.length);
    return plain.subarray(0, unescapeInto(plain, frame, 0, frame.length).length);
  }

  /** A frame of ours as the terminal wraps its own. */
  wrapped(frame: Buffer): Buffer {
    return this.#e7 === null ? frame : toE7Frame(frame);
  }

  push(chunk: Buffer): void {
    if (this.#first !== null) this.#begin(this.#first.length > 0 ? Buffer.concat([this.#first, chunk]) : chunk);
    else (this.#e7 ?? this.#standard).push(chunk);
  }

  /** A frame once more, as `current` gave it. */
  again(frame: Buffer): void {
    (this.#e7 ?? this.#standard).again(frame);
  }

  /** Hands on what was rejected as a frame where it is a sentence; false where it is none. */
  sentence(bytes: Buffer): boolean {
    const text = bytes[0] === E7 ? bytes.subarray(1, -1) : bytes;
    if (!isSentence(text)) return false;
    this.#sentence = text;
    this.onSentence(text.toString('latin1'));
    this.#sentence = null;
    return true;
  }

  #begin(bytes: Buffer): void {
    while (bytes[0] === OPEN) {
      const end = bytes.indexOf(CLOSE) + 1;
      if (end === 0 && bytes.length < MAX_SENTENCE_BYTES) return this.#keep(bytes);
      if (end === 0 || !this.sentence(bytes.subarray(0, end))) return this.#speaksStandard(bytes);
      bytes = bytes.subarray(end);
    }
    while (bytes[0] === E7 && bytes[1] === E7) bytes = bytes.subarray(1);
    if (bytes.length === 0) return this.#keep(bytes);
    if (bytes[0] !== E7) return this.#speaksStandard(bytes);
    const end = bytes.indexOf(E7, 1) + 1;
    // A stray byte before a frame of the standard: whichever frame is whole first counts.
    if (hasStandardFrame(end === 0 ? bytes : bytes.subarray(0, end))) return this.#speaksStandard(bytes);
    if (end === 0 && bytes.length <= this.maxBytes) return this.#keep(bytes);
    const content = e7Content(bytes.subarray(0, end));
    if (content.length < LEAST_E7_BYTES || xorOf(content) !== 0) return this.#speaksStandard(bytes);
    this.#first = null;
    this.#e7 = new E7Cutter(this.onFrame, this.onReject, this.maxBytes);
    this.#e7.push(bytes);
  }

  #keep(bytes: Buffer): void {
    this.#first = Buffer.from(bytes);
  }

  #speaksStandard(bytes: Buffer): void {
    this.#first = null;
    this.#standard.push(bytes);
  }
}

/** Whether there is a whole frame of the standard in it, with a good check code. */
function hasStandardFrame(bytes: Buffer): boolean {
  const plain = Buffer.alloc(bytes.length);
  for (let start = bytes.indexOf(DELIMITER); start >= 0; ) {
    const end = bytes.indexOf(DELIMITER, start + 1);
    if (end < 0) return false;
    const { length, xor } = unescapeInto(plain, bytes, start + 1, end);
    if (length >= LEAST_BYTES && xor === 0) return true;
    start = end;
  }
  return false;
}

const STANDARD_NUMBER_BYTES = 6;
const EMPTY = Buffer.alloc(0);
