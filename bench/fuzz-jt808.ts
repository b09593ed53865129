import { readFileSync } from 'node:fs';
import { total } from '../model/stats.js';
import { MAX_WIRE_BYTES } from '../protocols/common/frame.js';
import { Jt808Conversation } from '../protocols/jt808/conversation.js';
import { decodeFrame } from '../protocols/jt808/decode.js';
import { PART_LIMITS } from '../protocols/jt808/subpackage.js';
import { check, usedBytes } from './support/checks.js';
import { FrameCounter } from './support/frame-counter.js';
import { countFrames, DELIMITER, hurtFrame } from './support/hurt-frames.js';
import { xorshift } from './support/random.js';

export const name = 'fuzz-jt808';
export const describe =
  'mutated JT/T 808 frames (10 million, or the number given): none crashes, none is lost, nothing grows';

const FRAMES = 10_000_000;
const SEED = 808;
/** Frames per stream, after which time goes on by a second. */
const STREAM_FRAMES = 1000;
/** One stream in so many is also taken apart for people. */
const DECODED_STREAMS = 20;
const STRANGER = '13511221122';
const GROWTH_BYTES = 32 * 1024 * 1024;

export async function run(options: string[]): Promise<object> {
  const frames = options[0] === undefined ? FRAMES : Number(options[0]);
  if (!Number.isInteger(frames) || frames < 1) throw new Error(`'${options[0]}' is no number of frames`);
  const started = process.cpuUsage();
  const figures = fuzz(frames, publicVectors());
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  const { sent, handled, rejected, positions, decoded, growthBytes } = figures;
  console.log(`${sent} frames sent = ${handled} handled + ${total(rejected)} rejected, seed ${SEED}`);
  for (const [reason, n] of Object.entries(rejected).sort((a, b) => b[1] - a[1]))
    console.log(`  ${reason.padEnd(18)} ${n}`);
  console.log(
    `${positions} positions; ${decoded} frames decoded to JSON as well; ${seconds.toFixed(0)} s of processor time`,
  );
  console.log(`heap ${(growthBytes / 2 ** 20).toFixed(1)} MiB more at the end than after the first tenth`);
  return { seed: SEED, ...figures, seconds };
}

export interface FuzzFigures {
  sent: number;
  handled: number;
  rejected: Record<string, number>;
  positions: number;
  /** Parts of split messages given up. */
  droppedParts: number;
  /** Frames that were decoded to JSON too, as `cheji decode --lenient` does. */
  decoded: number;
  /** Of the heap, from the first tenth to the end. */
  growthBytes: number;
}

/**
 * At least `frames` frames made from the `good` ones, in pieces of any size, through one conversation. Throws where one is
 * lost or counted twice, where our code throws, or where memory grows.
 */
export function fuzz(frames: number, good: readonly Buffer[]): FuzzFigures {
  const pick = xorshift(SEED);
  const counter = new FrameCounter(STRANGER);
  const talk = new Jt808Conversation(counter, { clock: () => 0 });
  let made = 0;
  let sent = 0;
  let decoded = 0;
  let now = 0;
  let heapBefore = 0;
  talk.receive(DELIMITER); // what comes first is then no garbage before a frame
  for (let streams = 0; made < frames; streams++) {
    const batch = Array.from({ length: STREAM_FRAMES }, () => hurtFrame(pick, good));
    made += batch.length;
    const stream = Buffer.concat(batch);
    sent += countFrames(stream);
    for (let at = 0; at < stream.length; ) {
      const end = Math.min(stream.length, at + 1 + pick(3000));
      talk.receive(stream.subarray(at, end));
      at = end;
    }
    talk.tick((now += 1000));
    check(talk.held <= MAX_WIRE_BYTES + PART_LIMITS.bytes, `${talk.held} bytes held back`);
    if (streams % DECODED_STREAMS === 0) {
      for (const frame of batch) decodeFrame(frame, { lenient: true });
      decoded += batch.length;
    }
    if (heapBefore === 0 && made >= frames / 10) heapBefore = usedBytes();
  }
  check(!talk.insideFrame, 'a frame is still open after a delimiter');
  check(counter.received === sent, `${sent} frames sent, ${counter.received} received`);
  check(counter.handled + counter.rejectedSum === sent, `${counter.handled} + ${counter.rejectedSum} is not ${sent}`);
  talk.close();
  check(talk.held === 0, `${talk.held} bytes held after the end`);
  const growthBytes = usedBytes() - heapBefore;
  check(growthBytes < GROWTH_BYTES, `the heap grew by ${growthBytes} bytes`);
  const { handled, rejected, positions, droppedParts } = counter;
  return { sent, handled, rejected, positions, droppedParts, decoded, growthBytes };
}

/** The frames of the tests' vectors, beside the sources or one up from what is built. */
function publicVectors(): Buffer[] {
  const file = import.meta.dirname.includes('dist') ? '../../test/vectors/jt808.json' : '../test/vectors/jt808.json';
  const vectors: { hex: string }[] = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
  return vectors.map(({ hex }) => Buffer.from(hex, 'hex'));
}
