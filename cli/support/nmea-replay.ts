import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { checkOf, readSentence } from '../../protocols/ais/sentence.js';
import type { Endpoint } from './command.js';
import { Progress } from './progress.js';
import { until } from './until.js';

export interface NmeaReplayOptions {
  to: Endpoint;
  /** How many times faster than received; Infinity: as fast as the server reads. */
  speed: number;
  endNow?: boolean;
}

export interface NmeaSummary {
  sentences: number;
  badLines: number;
  seconds: number;
}

/** A line that is a sentence; `time` is when it was received, epoch ms, NaN where the file does not say. */
interface Line {
  text: string;
  time: number;
}

/**
 * Plays a file of AIS sentences to the server's port as a receiver would give them, at the pace of their times of receipt; those
 * without a time follow at once. Nothing is acknowledged in AIS: the server has read all when it closes the connection behind the
 * last. Lines that are no sentence are told to `bad`, and not sent.
 */
export async function replayNmea(
  file: string,
  { to, speed, endNow }: NmeaReplayOptions,
  bad: (line: number, reason: string) => void,
): Promise<NmeaSummary> {
  const startedAt = performance.now();
  const shift = endNow ? Date.now() - (await lastTime(file)) : 0;
  const socket = connect({ ...to });
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  socket.resume();
  const summary = { sentences: 0, badLines: 0 };
  const progress = new Progress(0, 'sentences');
  let first = Number.NaN;
  const refuse = (line: number, reason: string) => {
    summary.badLines++;
    bad(line, reason);
  };
  for await (const { text, time } of sentences(file, refuse)) {
    if (Number.isNaN(first)) first = time;
    if (!Number.isNaN(time)) await until(startedAt + (time - first) / speed);
    const line = shift === 0 || Number.isNaN(time) ? text : withTime(text, time + shift);
    if (!socket.write(`${line}\r\n`)) await Promise.race([once(socket, 'drain'), closed]);
    if (socket.destroyed) throw new Error(`${to.host}:${to.port} closed the connection`);
    summary.sentences++;
    progress.add(1);
  }
  socket.end();
  await closed;
  progress.stop();
  return { ...summary, seconds: Math.round(performance.now() - startedAt) / 1000 };
}

async function* sentences(file: string, bad: (line: number, reason: string) => void): AsyncIterable<Line> {
  let line = 0;
  for await (const raw of createInterface({ input: createReadStream(file, 'latin1'), crlfDelay: Infinity })) {
    line++;
    const text = raw.trim();
    if (text === '' || text.startsWith('#')) continue;
    const sentence = readSentence(text);
    if (sentence !== null && 'code' in sentence) bad(line, sentence.message);
    else yield { text, time: sentence?.time ?? Number.NaN };
  }
}

async function lastTime(file: string): Promise<number> {
  let last = Number.NaN;
  for await (const { time } of sentences(file, () => {})) if (!(time <= last) && !Number.isNaN(time)) last = time;
  return Number.isNaN(last) ? Date.now() : last;
}

/** The bare sentence, with a tag block that says when it was received. */
function withTime(text: string, time: number): string {
  const [sentence] = /[!$][^*]*\*[0-9A-Fa-f]{2}/.exec(text) ?? [text];
  const tag = `c:${Math.round(time / 1000)}`;
  return `\\${tag}*${checkOf(tag)}\\${sentence}`;
}
