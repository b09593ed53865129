import {
  DELIMITER,
  type FrameHandler,
  type FrameRejectHandler,
  frameBytes,
  unescapeInto,
  xorOf,
} from '../common/frame.js';

/**
 * Frames in another wrapping, as some makers' terminals send them (traccar Jt808FrameDecoder): `e7 | header, body, check
 * code | e7`, where e7 is sent as e6 02, e6 as e6 01, 3e as 3e 01 and 3d as 3e 02. In the short header the terminal number has
 * seven bytes; everything else is that of the standard.
 */
export const E7 = 0xe7;
export const E7_NUMBER_BYTES = 7;

/** After which byte which other one stands for what. */
const ESCAPES: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  230: { 1: 0xe6, 2: 0xe7 },
  62: { 1: 0x3e, 2: 0x3d },
};
const ESCAPED: ReadonlyMap<number, readonly [number, number]> = new Map(
  Object.entries(ESCAPES).flatMap(([first, meanings]) =>
    Object.entries(meanings).map(([second, plain]) => [plain, [Number(first), Number(second)]] as const),
  ),
);

export function isE7Frame(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === E7 && bytes[bytes.length - 1] === E7;
}

/** Header, body and check code of a frame with its delimiters. A bad escape is kept as it is: the check code decides. */
export function e7Content(frame: Uint8Array): Buffer {
  const plain: number[] = [];
  for (let i = 1; i < frame.length - 1; i++) {
    const meant = ESCAPES[frame[i]]?.[frame[i + 1]];
    plain.push(meant ?? frame[i]);
    if (meant !== undefined) i++;
  }
  return Buffer.from(plain);
}

/** A frame of the standard in the other wrapping. */
export function toE7Frame(frame: Uint8Array): Buffer {
  const wire = Buffer.from(frame);
  const plain = Buffer.alloc(wire.length);
  const { length } = unescapeInto(plain, wire, 1, wire.length - 1);
  const out: number[] = [E7];
  for (const byte of plain.subarray(0, length)) out.push(...(ESCAPED.get(byte) ?? [byte]));
  return Buffer.from([...out, E7]);
}

/** The other way: for whoever reads frames of the standard only. Its header keeps its seven bytes. */
export function fromE7Frame(frame: Uint8Array): Buffer {
  const content = e7Content(frame);
  const right = frameBytes(content.subarray(0, -1));
  if (content.length > 0 && xorOf(content) === 0) return right;
  // The wrong check code is for the reader to find.
  const body = frameBytes(content);
  return Buffer.concat([body.subarray(0, -2), Buffer.of(DELIMITER)]);
}

/**
 * Cuts a byte stream into such frames; each reaches `onFrame` without its check code, or `onReject` with 'bad-checksum',
 * 'frame-too-long', or 'no-frame' for what follows one that was too long. The outcome does not depend on where it was cut.
 */
export class E7Cutter {
  #held: Buffer = EMPTY; // begins with a delimiter, unless what is held comes after something too long
  #current: Buffer = EMPTY;

  constructor(
    readonly onFrame: FrameHandler,
    readonly onReject: FrameRejectHandler,
    readonly maxBytes: number,
  ) {}

  get held(): number {
    return this.#held.length;
  }

  get insideFrame(): boolean {
    return this.#held.length > 1 && this.#held[0] === E7;
  }

  /** The frame being handled, with its delimiters. */
  get current(): Buffer {
    return this.#current;
  }

  push(chunk: Buffer): void {
    let bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    for (;;) {
      const next = bytes.indexOf(E7, bytes[0] === E7 ? 1 : 0);
      const length = next < 0 ? bytes.length : next;
      if (length > this.maxBytes) {
        const piece = bytes.subarray(0, this.maxBytes);
        const reason = piece[0] === E7 ? 'frame-too-long' : 'no-frame';
        this.onReject(reason, piece, `${this.maxBytes} bytes without a delimiter (e7)`);
        bytes = bytes.subarray(this.maxBytes);
      } else if (next < 0) {
        break;
      } else {
        if (bytes[0] === E7) this.again(bytes.subarray(0, next + 1));
        else if (next > 0) this.onReject('no-frame', bytes.subarray(0, next), `${next} bytes before a delimiter (e7)`);
        bytes = bytes.subarray(next);
      }
    }
    this.#held = Buffer.from(bytes);
  }

  /** One frame, with its delimiters, as `current` gave it. */
  again(frame: Buffer): void {
    if (frame.length <= 2) return; // one ended, the next begins
    this.#current = frame;
    const content = e7Content(frame);
    if (xorOf(content) === 0) this.onFrame(content, 0, content.length - 1);
    else this.onReject('bad-checksum', frame, 'the check code is wrong');
    this.#current = EMPTY;
  }
}

const EMPTY = Buffer.alloc(0);
