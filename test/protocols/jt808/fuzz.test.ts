import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Position } from '../../../model/position.js';
import { Jt808Conversation } from '../../../protocols/jt808/conversation.js';
import { frameBytes, MAX_WIRE_BYTES } from '../../../protocols/jt808/frame.js';
import { PART_LIMITS } from '../../../protocols/jt808/subpackage.js';
import type { Registration, RegistrationAnswer, Sink } from '../../../protocols/protocol.js';
import { vectors } from './vectors.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const FRAMES = 1_000_000;
const SEED = 808;

/** Frames that broke before they were any message. */
const BROKEN = new Set(['no-frame', 'frame-too-long', 'bad-escape', 'bad-checksum', 'bad-length', 'short-header']);

/** Counts each frame once: as handled unless it is refused. Parts that are dropped later were counted as handled. */
class Counter implements Sink {
  received = 0;
  handled = 0;
  rejected: Record<string, number> = {};
  positions = 0;
  droppedParts = 0;
  #open = false;

  frame(): void {
    this.received++;
    this.handled++;
    this.#open = true;
  }
  reject(reason: string, _bytes: Buffer, detail?: string): void {
    if (!detail) throw new Error(`${reason} without a word`);
    if (/^part \d+ of message/.test(detail)) {
      this.droppedParts++;
      return;
    }
    if (BROKEN.has(reason)) this.received++;
    else if (this.#open) this.handled--;
    else throw new Error(`${reason} for a frame that was refused already: ${detail}`);
    this.#open = false;
    this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
  }
  register(_: Registration): RegistrationAnswer {
    return { result: 0, authCode: 'x' };
  }
  authenticate(): boolean {
    return true;
  }
  admits(number: string): boolean {
    return number !== '13511221122';
  }
  deregister(): void {}
  position(_: Position): boolean {
    this.positions++;
    return true;
  }
  response(): void {}
  reply(bytes: Buffer): void {
    if (bytes[0] !== 0x7e || bytes[bytes.length - 1] !== 0x7e) throw new Error(`no frame: ${bytes.toString('hex')}`);
  }
}

/** xorshift32: the same stream on every machine, and fast enough not to be the test. */
function random(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

/** One frame: a vector as it is, a vector hurt in one of several ways, or noise; always with both delimiters. */
function makeFrame(pick: (below: number) => number, seeds: Buffer[]): Buffer {
  const seed = seeds[pick(seeds.length)];
  switch (pick(8)) {
    case 0:
      return seed;
    case 1: {
      const noise = Buffer.alloc(3 + pick(60));
      for (let i = 0; i < noise.length; i++) noise[i] = pick(256);
      return between(noise);
    }
    case 2: // anything at all, under a good check code
    case 3:
    case 4: {
      const content = Buffer.from(seed.subarray(1, -2));
      for (let n = 1 + pick(4); n > 0; n--) content[pick(content.length)] = pick(256);
      return frameBytes(content);
    }
    case 5: // cut short, under a good check code
      return frameBytes(seed.subarray(1, 2 + pick(seed.length - 2)));
    case 6: {
      // a part of a split message
      const content = Buffer.concat([
        seed.subarray(1, 13),
        Buffer.from([0, 1 + pick(4), 0, pick(5)]),
        seed.subarray(13, 33),
      ]);
      content.writeUInt16BE(0x2000 | (content.length - 16), 2);
      return frameBytes(content);
    }
    default: {
      const hurt = Buffer.from(seed);
      hurt[1 + pick(hurt.length - 2)] = pick(256);
      return hurt;
    }
  }
}

function between(content: Buffer): Buffer {
  return Buffer.concat([DELIMITER, content, DELIMITER]);
}
const DELIMITER = Buffer.from([0x7e]);

/** What lies between delimiters, counted by the plainest of means. */
function countFrames(stream: Buffer): number {
  let frames = 0;
  let length = 0;
  for (const byte of stream) {
    if (byte !== 0x7e) length++;
    else {
      if (length > 0) frames++;
      length = 0;
    }
  }
  return frames;
}

test('a million random and mutated frames: each is handled or refused with a reason, and nothing is kept', () => {
  const pick = random(SEED);
  const seeds = vectors.map((v) => Buffer.from(v.hex, 'hex'));
  const sink = new Counter();
  const talk = new Jt808Conversation(sink, { clock: () => 0 });
  let made = 0;
  let sent = 0;
  let heapBefore = 0;
  let now = 0;
  talk.receive(DELIMITER); // what comes first is then no garbage before a frame
  while (made < FRAMES) {
    const frames: Buffer[] = [];
    for (let i = 0; i < 1000; i++) frames.push(makeFrame(pick, seeds));
    made += frames.length;
    const stream = Buffer.concat(frames);
    sent += countFrames(stream);
    for (let at = 0; at < stream.length; ) {
      const end = Math.min(stream.length, at + 1 + pick(3000));
      talk.receive(stream.subarray(at, end));
      at = end;
    }
    talk.tick((now += 1000));
    expect(talk.held).toBeLessThanOrEqual(MAX_WIRE_BYTES + PART_LIMITS.bytes);
    if (made === FRAMES / 10) heapBefore = heapUsed();
  }
  expect(talk.insideFrame).toBe(false);

  const rejected = Object.values(sink.rejected).reduce((sum, n) => sum + n, 0);
  expect(sink.received).toBe(sent);
  expect(sink.handled + rejected).toBe(sent);
  expect(sent).toBeGreaterThanOrEqual(FRAMES);
  // The mixture reaches every road: otherwise the equation above says little.
  expect(sink.rejected['decoder-bug']).toBeUndefined();
  for (const reason of [
    'bad-checksum',
    'bad-escape',
    'bad-length',
    'short-header',
    'short-body',
    'unknown-message',
    'encrypted',
    'bad-package',
    'not-authenticated',
  ]) {
    expect(sink.rejected[reason], reason).toBeGreaterThan(50);
  }
  expect(sink.positions).toBeGreaterThan(FRAMES / 20);
  expect(sink.droppedParts).toBeGreaterThan(1000);

  talk.close();
  expect(talk.held).toBe(0);
  expect(heapUsed() - heapBefore).toBeLessThan(32 * 1024 * 1024);
}, 120_000);

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
