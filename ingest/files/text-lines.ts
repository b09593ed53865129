import { createReadStream } from 'node:fs';
import { BadFileError } from './bad-file.js';

/**
 * The lines of a text file without their ends (LF, CRLF or CR). One that is longer than `maxChars` is a BadFileError: a file that is no
 * text may have none at all, and would take all memory.
 */
export async function* textLines(
  file: string,
  { encoding, maxChars }: { encoding: 'utf8' | 'latin1'; maxChars: number },
): AsyncIterable<string> {
  let rest = '';
  let line = 0;
  for await (const chunk of createReadStream(file, { encoding }) as AsyncIterable<string>) {
    const text = rest + chunk;
    // What follows a CR at the end may be its LF.
    const lines = text.endsWith('\r') ? text.slice(0, -1).split(LINE_END) : text.split(LINE_END);
    rest = lines.pop() as string;
    if (text.endsWith('\r')) rest += '\r';
    for (const one of lines) {
      line++;
      yield one;
    }
    if (rest.length > maxChars) {
      throw new BadFileError(`${file}:${line + 1}: a line of more than ${maxChars} characters`);
    }
  }
  if (rest !== '') yield rest.replace(/\r$/, '');
}

const LINE_END = /\r\n|\n|\r/;
