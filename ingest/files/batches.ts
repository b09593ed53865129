import { basename } from 'node:path';
import { Position } from '../../model/position.js';
import { sourceNumber } from '../../model/source.js';
import { Feed, type FeedHost } from '../feed.js';
import type { HttpSource } from '../http-source.js';
import type { Intake } from '../intake.js';
import { positionInput, readTrackFile, TRACK_EXTENSIONS } from './read-track-file.js';
import { textLines } from './text-lines.js';

export interface Refused {
  line: number;
  reason: string;
}

/** What came of some lines of a file. */
export interface BatchResult {
  taken: number;
  refused: Refused[];
  /** False: there was no room; all of them are to be given again. */
  done: boolean;
  /** True where the file may be gone on with behind them. */
  whole: boolean;
}

/** Some lines of a file, ready to be given to the intake. Fixes are durable once `whenDurable` of the intake has resolved. */
export interface Batch {
  /** Of the last of them. */
  line: number;
  /** Positions, or sentences, in them. */
  size: number;
  give(): BatchResult | Promise<BatchResult>;
}

export interface BatchParts {
  /** Positions of the source `file`. */
  positions: HttpSource;
  intake: Intake;
  /** Of AIS. */
  feed: FeedHost;
}

const BATCH_LINES = 500;
/** With tag block and comment; NMEA 0183 itself allows 82. */
const MAX_SENTENCE_CHARS = 64 * 1024;
const NMEA_EXTENSIONS = ['.nmea', '.ais'];
/** Files that the directory takes, by the end of their name. */
export const FILE_EXTENSIONS: readonly string[] = [...TRACK_EXTENSIONS, ...NMEA_EXTENSIONS];
const FILE = sourceNumber('file');
const NOTHING = new Uint8Array(0);

/** The lines of a file behind line `after`, some at a time. Throws BadFileError where it cannot be read as what it is named. */
export function batchesOf(file: string, extension: string, after: number, parts: BatchParts): AsyncGenerator<Batch> {
  return NMEA_EXTENSIONS.includes(extension) ? sentences(file, after, parts) : tracks(file, after, parts);
}

async function* tracks(file: string, after: number, parts: BatchParts): AsyncGenerator<Batch> {
  let items: { line: number; value: object }[] = [];
  let refused: Refused[] = [];
  let line = after;
  const batch = (whole: boolean): Batch => {
    const [given, bad] = [items, refused];
    [items, refused] = [[], []];
    let counted = false;
    return {
      line,
      size: given.length + bad.length,
      async give() {
        for (const one of counted ? [] : bad) refuse(parts, file, one);
        counted = true;
        const results = await parts.positions.accept(given.map(({ value }) => value));
        const done = !results.some((result) => !result.ok && result.reason === 'full');
        const not = results.flatMap((result, i) => (result.ok ? [] : [{ line: given[i].line, reason: result.detail }]));
        const all = [...bad, ...not].sort((a, b) => a.line - b.line);
        return { taken: given.length - not.length, refused: all, done, whole };
      },
    };
  };
  for await (const item of readTrackFile(file)) {
    if (item.line <= after) continue;
    // Many fixes may stand in one line: a mark inside it would lose the rest.
    if (items.length + refused.length >= BATCH_LINES) yield batch(item.line !== line);
    line = item.line;
    if ('reason' in item) refused.push(item);
    else items.push({ line, value: positionInput(item) });
  }
  yield batch(true);
}

/** A line that is no fix was received and refused like any other: the counters say so. */
function refuse({ intake, feed }: BatchParts, file: string, { line, reason }: Refused): void {
  const p = new Position();
  p.source = FILE;
  p.receivedTime = feed.clock.now();
  const detail = `${basename(file)}, line ${line}: ${reason}`;
  intake.refuse(p, 'bad-item', { peer: null, address: null, bytes: NOTHING }, detail);
}

async function* sentences(file: string, after: number, { feed: host, intake }: BatchParts): AsyncGenerator<Batch> {
  const feed = new FileFeed(file, host);
  let lines: string[] = [];
  let line = 0;
  const batch = (isLast: boolean): Batch => {
    const given = lines;
    const first = line - given.length + 1;
    lines = [];
    return {
      line,
      size: given.length,
      give() {
        if (intake.full) return { taken: 0, refused: [], done: false, whole: false };
        const refused = feed.lines(given, first, isLast);
        return { taken: given.length - refused.length, refused, done: true, whole: feed.idle };
      },
    };
  };
  for await (const text of textLines(file, { encoding: 'latin1', maxChars: MAX_SENTENCE_CHARS })) {
    line++;
    if (line <= after) continue;
    lines.push(text);
    if (lines.length >= BATCH_LINES) yield batch(false);
  }
  yield batch(true);
}

/** A feed that remembers which lines were refused, and why. */
class FileFeed extends Feed {
  #line = 0;
  #refused: Refused[] = [];

  /** True while it waits for no further part of a message. */
  get idle(): boolean {
    return this.conversation.held === 0;
  }

  /** `first`: number of the first of them. Behind the last, parts of messages whose others are missing are refused. */
  lines(lines: readonly string[], first: number, isLast: boolean): Refused[] {
    this.#refused = [];
    for (const [i, text] of lines.entries()) {
      this.#line = first + i;
      this.receive(Buffer.from(`${text}\n`, 'latin1'));
    }
    if (isLast) this.close();
    return this.#refused;
  }

  override reject(...[reason, bytes, detail = '']: Parameters<Feed['reject']>): void {
    super.reject(reason, bytes, detail);
    this.#refused.push({ line: this.#line, reason: detail || reason });
  }
}
