import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { RECORD_SEPARATOR } from '../../model/record-separator.js';
import { BadFileError } from './bad-file.js';
import { textLines } from './text-lines.js';

/** One Feature as the file has it, unchecked; `undefined` where it is no JSON. */
export interface ReadFeature {
  /** From 1: by place in a collection, by line in a sequence. */
  line: number;
  value: unknown;
}

/** A look at the beginning tells how the features stand. */
const HEAD_BYTES = 64 * 1024;
/** A Feature that is longer is a mistake, and would take all memory. */
const MAX_FEATURE_CHARS = 16 * 1024 * 1024;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * The features of a FeatureCollection, of a GeoJSON text sequence (RFC 8142, or a Feature per line), or the one Feature that the
 * file is. One at a time, so that a file of any size takes the memory of its largest feature. Throws BadFileError where the file
 * is neither.
 */
export async function* readFeatures(file: string): AsyncIterable<ReadFeature> {
  if (isSequence(await headOf(file))) yield* inLines(file);
  else yield* inDocument(file);
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead).replace(BYTE_ORDER_MARK, '').trimStart();
  } finally {
    await handle.close();
  }
}

/** The first line is a Feature by itself, good or broken, and another line follows. */
function isSequence(head: string): boolean {
  if (head.startsWith(RECORD_SEPARATOR)) return true;
  const end = head.indexOf('\n');
  const first = head.slice(0, end < 0 ? head.length : end).trim();
  if (end < 0 || head.slice(end).trim() === '' || !/^\{.*\}$/.test(first)) return false;
  return !/"type"\s*:\s*"FeatureCollection"/.test(first);
}

async function* inLines(file: string): AsyncIterable<ReadFeature> {
  let line = 0;
  for await (const text of textLines(file, { encoding: 'utf8', maxChars: MAX_FEATURE_CHARS })) {
    line++;
    const json = text.replace(BYTE_ORDER_MARK, '').replace(RECORD_SEPARATOR, '').trim();
    if (json !== '') yield { line, value: jsonOf(json) };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [123, 125, 91, 93];

/**
 * Follows braces, brackets and strings, and cuts out the members of the array `features` of the outermost object; where that has
 * none, it is the one Feature.
 */
async function* inDocument(file: string): AsyncIterable<ReadFeature> {
  let text = ''; //     what was read from the beginning of the value in hand
  let at = 0; //        place in `text`
  let start = -1; //    where the value in hand begins; −1 between features
  let depth = 0;
  let inString = false;
  let escaped = false;
  let stringFrom = 0;
  let key = ''; //      the last string at depth 1: a name, where an array follows
  let inFeatures = false;
  let count = 0;
  let ended = false;

  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    text += chunk as string;
    for (; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (inString) {
        if (escaped) escaped = false;
        else if (c === BACKSLASH) escaped = true;
        else if (c === QUOTE) {
          inString = false;
          if (depth === 1) key = text.slice(stringFrom + 1, at);
        }
      } else if (c === QUOTE) {
        inString = true;
        stringFrom = at;
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        if (depth === 0 && (c !== OPEN_BRACE || ended)) throw notGeoJson(file);
        if (depth === 1 && c === OPEN_BRACKET && key === 'features') {
          inFeatures = true;
          start = -1;
        } else if (start < 0 && (depth === 0 || (inFeatures && depth === 2))) {
          start = at;
        }
        depth++;
      } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
        depth--;
        if (start >= 0 && depth === (inFeatures ? 2 : 0)) {
          yield { line: ++count, value: jsonOf(text.slice(start, at + 1)) };
          start = -1;
        }
        if (depth === 1) inFeatures = false;
        if (depth === 0) ended = true;
        if (depth < 0) throw notGeoJson(file);
      }
    }
    // What was given out is let go; a string that is under way is kept, because it may be a name.
    const keep = start >= 0 ? start : inString ? stringFrom : at;
    text = text.slice(keep);
    at -= keep;
    stringFrom -= keep;
    if (start >= 0) start = 0;
    if (text.length > MAX_FEATURE_CHARS) {
      throw new BadFileError(`${file}: feature ${count + 1} is longer than ${MAX_FEATURE_CHARS} characters`);
    }
  }
  if (!ended) throw notGeoJson(file);
}

function notGeoJson(file: string): BadFileError {
  return new BadFileError(`${file}: neither a whole GeoJSON document nor a Feature per line; is it cut off?`);
}
