import type { FrameError } from '../../model/protocol-tools.js';

/** One sentence of NMEA 0183 that carries AIS: `!AIVDM,<total>,<number>,<seq id>,<channel>,<payload>,<fill bits>*<check>`. */
export interface Sentence {
  /** Sentences of the message, and which one this is, from 1. */
  total: number;
  number: number;
  /** Tells apart messages of several sentences; '' where there is one. */
  sequence: string;
  channel: string;
  payload: string;
  fillBits: number;
  /** Own ship (VDO) instead of others (VDM). */
  own: boolean;
  /** When it was received, by the tag block or by what a logger wrote behind it, epoch ms; NaN where neither says. */
  time: number;
  /** Who received it, by the tag block; '' where it does not say. */
  station: string;
}

const MOST_SENTENCES = 9;
const EARLIEST_S = Date.UTC(1998, 0) / 1000;
const LATEST_S = Date.UTC(2100, 0) / 1000;

/**
 * Reads a line; null for a good sentence of another kind. A tag block in front (`\s:station,c:1394204400*5E\`) may say who
 * received it and when; what a logger wrote behind the check code may say when.
 */
export function readSentence(line: string): Sentence | FrameError | null {
  const { text, start, tags } = withoutTagBlock(line);
  if (!/^[!$]/.test(text)) return problem('no-frame', 'no sentence: it does not begin with ! or $', start);
  const star = text.indexOf('*');
  const sent = text.slice(star + 1, star + 3);
  if (star < 0 || !/^[0-9a-f]{2}$/i.test(sent)) return problem('bad-checksum', 'no check code', start + text.length);
  const right = checkOf(text.slice(1, star));
  if (sent.toUpperCase() !== right) {
    return problem('bad-checksum', `the check code is ${sent.toUpperCase()} and should be ${right}`, start + star + 1);
  }
  const kind = /^!..VD([MO]),/.exec(text);
  if (kind === null) return null;
  const [, total, number, sequence, channel, payload, fill, ...rest] = text.slice(0, star).split(',');
  const bad = (what: string) => problem('bad-body', what, start);
  if (fill === undefined || rest.length > 0) return bad('not six fields behind the name');
  if (!/^[1-9]$/.test(total) || !/^[1-9]$/.test(number) || Number(number) > Number(total)) {
    return bad(`sentence ${number} of ${total}, of at most ${MOST_SENTENCES}`);
  }
  if (!/^[0-5]$/.test(fill)) return bad(`${fill} fill bits, at most 5`);
  if (!/^[0-W`-w]+$/.test(payload)) return bad('a payload of other characters than 0–W and `–w');
  return {
    total: Number(total),
    number: Number(number),
    sequence,
    channel,
    payload,
    fillBits: Number(fill),
    own: kind[1] === 'O',
    time: timeOf(tags.c ?? '', text.slice(star + 3)),
    station: tags.s ?? '',
  };
}

function withoutTagBlock(line: string): { text: string; start: number; tags: Record<string, string> } {
  const block = /^\\([^\\]*)\\/.exec(line);
  if (block === null) return { text: line, start: 0, tags: {} };
  const [content] = block[1].split('*');
  const pairs = content.split(',').map((tag) => [tag.slice(0, 1), tag.slice(2)]);
  return { text: line.slice(block[0].length), start: block[0].length, tags: Object.fromEntries(pairs) };
}

/** Seconds, or milliseconds, since 1970 as text; the tag block's word comes first. NaN where neither is a time. */
function timeOf(tag: string, behind: string): number {
  for (const text of [tag, /,(\d+)\s*$/.exec(behind)?.[1] ?? '']) {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= EARLIEST_S && number < LATEST_S) return number * 1000;
    if (number >= EARLIEST_S * 1000 && number < LATEST_S * 1000) return number;
  }
  return Number.NaN;
}

/** Two hexadecimal digits: the XOR of the characters. */
export function checkOf(text: string): string {
  let xor = 0;
  for (let i = 0; i < text.length; i++) xor ^= text.charCodeAt(i);
  return xor.toString(16).toUpperCase().padStart(2, '0');
}

function problem(code: string, message: string, offset: number): FrameError {
  return { code, message, offset };
}
