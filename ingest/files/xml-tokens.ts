import { createReadStream } from 'node:fs';
import { BadFileError } from './bad-file.js';

/** A beginning, an end or a text of XML; names are without their prefix. */
export type XmlToken =
  | { kind: 'open'; line: number; name: string; attributes: Record<string, string> }
  | { kind: 'close'; line: number; name: string }
  | { kind: 'text'; line: number; text: string };

/** A tag or text that is longer is a mistake, and would take all memory. */
const MAX_PIECE_CHARS = 1024 * 1024;
const MAX_DEPTH = 64;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/**
 * Tags and texts of an XML file in UTF-8, one after the other, so that a file of any size takes the memory of its longest piece.
 * As much of XML as files of tracks use: no document type, whose entities can grow without bound. Throws BadFileError for
 * that, for what is no XML, and where the file is cut off.
 */
export async function* xmlTokens(file: string): AsyncGenerator<XmlToken> {
  let text = '';
  let line = 1;
  const open: string[] = [];
  let begun = false;
  const bad = (what: string) => new BadFileError(`${file}:${line}: ${what}`);

  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    text += chunk as string;
    let at = 0; // what lies before it has been given out
    for (;;) {
      const piece = pieceAt(text, at);
      if (piece === null) break;
      const { end, body, kind } = piece;
      if (kind === 'doctype') throw bad('a document type is not taken');
      if (kind === 'text' || kind === 'cdata') {
        const words = kind === 'cdata' ? body : unescaped(body);
        if (words.trim() !== '') {
          if (open.length === 0) throw bad('text outside of any element: this is no XML');
          yield { kind: 'text', line, text: words };
        }
      } else if (kind === 'tag') {
        begun = true;
        const [, slash, full, rest, alone] = /^(\/?)([^\s/>]+)([\s\S]*?)(\/?)$/.exec(body) ?? [];
        if (full === undefined) throw bad('a tag without a name');
        const name = full.slice(full.indexOf(':') + 1);
        if (slash) {
          if (open.pop() !== full) throw bad(`</${full}> ends what did not begin`);
          yield { kind: 'close', line, name };
        } else {
          yield { kind: 'open', line, name, attributes: attributesOf(rest) };
          if (alone) yield { kind: 'close', line, name };
          else if (open.push(full) > MAX_DEPTH) throw bad(`elements nested deeper than ${MAX_DEPTH}`);
        }
      }
      line += newlines(text, at, end);
      at = end;
    }
    text = text.slice(at);
    if (text.length > MAX_PIECE_CHARS) throw bad(`a tag or text of more than ${MAX_PIECE_CHARS} characters`);
  }
  if (!begun || open.length > 0 || text.trim() !== '') throw bad('not a whole XML document; is it cut off?');
}

interface Piece {
  kind: 'tag' | 'text' | 'cdata' | 'aside' | 'doctype';
  body: string;
  /** Where the next begins. */
  end: number;
}

/** What stands at a place; null where its end has not been read yet. */
function pieceAt(text: string, at: number): Piece | null {
  if (at >= text.length) return null;
  if (text[at] !== '<') {
    const end = text.indexOf('<', at);
    return end < 0 ? null : { kind: 'text', body: text.slice(at, end), end };
  }
  // The longest beginning that tells them apart has nine characters.
  if (text[at + 1] === '!' && text.length - at < 9) return null;
  if (text.startsWith('<!--', at)) return until(text, at, 4, '-->', 'aside');
  if (text.startsWith('<![CDATA[', at)) return until(text, at, 9, ']]>', 'cdata');
  if (text.startsWith('<?', at)) return until(text, at, 2, '?>', 'aside');
  if (text.startsWith('<!', at)) return { kind: 'doctype', body: '', end: at };
  return until(text, at, 1, '>', 'tag');
}

function until(text: string, at: number, head: number, tail: string, kind: Piece['kind']): Piece | null {
  const end = text.indexOf(tail, at + head);
  return end < 0 ? null : { kind, body: text.slice(at + head, end), end: end + tail.length };
}

/** Sticky: what is no attribute ends them, instead of being tried again from every place in it. */
const ATTRIBUTE = /\s*(?<name>[^\s=]+)\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)')/gy;

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null);
  for (const match of text.matchAll(ATTRIBUTE)) {
    const { name, double, single } = match.groups as { name: string; double?: string; single?: string };
    attributes[name] = unescaped(double ?? single ?? '');
  }
  return attributes;
}

function unescaped(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w+);/g, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES.get(name) ?? whole;
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function newlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = text.indexOf('\n', start); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) count++;
  return count;
}
