import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { parseHex } from '../model/hex-text.js';
import type { ExplainedFrame, ProtocolTools } from '../model/protocol-tools.js';
import { allTools } from '../protocols/index.js';
import { examples, InputError } from './support/command.js';

const NAMES = allTools.map(({ name }) => name);

interface Options {
  protocol: string;
  edition: 'auto' | '2011' | '2013' | '2019';
  explain?: boolean;
  lenient?: boolean;
}

export function decodeCommand(): Command {
  const command = new Command('decode')
    .description('Print frames as JSON, one object per frame and line, or with --explain byte by byte.')
    .argument(
      '[hex...]',
      'frames as hex digits, with or without spaces and 0x, or sentences and messages as text; - reads lines from stdin',
    )
    .addOption(new Option('--protocol <name>', 'what the frames speak').choices(NAMES).default('jt808'))
    .addOption(
      new Option('--edition <year>', 'edition of the standard, where the frame does not show it')
        .choices(['auto', '2011', '2013', '2019'])
        .default('auto'),
    )
    .option('--explain', 'print a table instead: offset, bytes, field, value, and the clause that says so')
    .option('--lenient', 'go on in spite of a wrong check code or length')
    .action(async (hex: string[], options: Options) => {
      let bad = 0;
      if (hex.length === 0) command.error('error: give hex digits, or - to read lines from stdin', { exitCode: 2 });
      if (hex.length === 1 && hex[0] === '-') {
        let line = 0;
        for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
          line++;
          if (text.trim() !== '') bad += decodeLine(text, `line ${line}, `, options);
        }
      } else {
        bad = decodeLine(hex.join(' '), '', options);
      }
      if (bad > 0) throw new InputError(bad === 1 ? '1 frame is bad' : `${bad} frames are bad`);
    });
  return examples(
    command,
    'cheji decode 7e000200000138001380000001a97e',
    'cheji decode --explain "7e 00 02 00 00 04 30 48 32 54 65 00 b7 ca 7e"',
    'cheji decode --lenient - < frames.txt',
    "cheji decode --protocol ais '!AIVDM,1,1,,B,B6:VU2P0<:;2r84N5obLOwR2P0S9,0*23'",
    'cheji decode --protocol mqtt - < messages.txt   # lines of topic, space, payload',
  );
}

/** Prints what a line holds; `where` begins the messages about it. Returns how many frames were bad. */
function decodeLine(text: string, where: string, { protocol, edition, lenient, explain }: Options): number {
  const tools = allTools.find(({ name }) => name === protocol) as ProtocolTools;
  const parsed = bytesOf(text, tools);
  if ('wrong' in parsed) {
    const error = { code: 'bad-hex', message: parsed.wrong, offset: parsed.at };
    console.log(JSON.stringify({ ok: false, protocol, error }));
    console.error(`cheji decode: ${where}character ${parsed.at + 1}: ${parsed.wrong}`);
    return 1;
  }
  let bad = 0;
  for (const frame of tools.explain(parsed.bytes, { edition: edition === 'auto' ? undefined : edition, lenient })) {
    const { decoded } = frame;
    console.log(explain && frame.rows.length > 0 ? table(frame, tools.title) : JSON.stringify(decoded));
    if (decoded.ok) continue;
    bad++;
    const { offset, code, message } = decoded.error;
    console.error(`cheji decode: ${where}byte ${offset}: ${code}: ${message}`);
  }
  return bad;
}

function bytesOf(text: string, { input }: ProtocolTools): { bytes: Buffer } | { wrong: string; at: number } {
  if (input === 'text') return { bytes: Buffer.from(text) };
  const parsed = parseHex(text);
  return 'wrong' in parsed ? parsed : { bytes: Buffer.from(parsed.digits, 'hex') };
}

const LONGEST_HEX = 24;

function table({ rows, escapes, decoded }: ExplainedFrame, title: string): string {
  const cells = rows.map((row) => [
    String(row.offset),
    row.hex.length > LONGEST_HEX ? `${row.hex.slice(0, LONGEST_HEX - 1)}…` : row.hex,
    row.field,
    row.value,
    row.clause,
  ]);
  const head = ['offset', 'hex', 'field', 'value', 'clause'];
  const widths = head.map((title, i) => Math.max(width(title), ...cells.map((row) => width(row[i]))));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell + ' '.repeat(widths[i] - width(cell)))
      .join('  ')
      .trimEnd();
  const lines = [line(head), ...cells.map(line)];
  if (decoded.ok) lines.unshift([decoded.msgId, `${decoded.name},`, title, decoded.edition].filter(Boolean).join(' '));
  if (escapes > 0) lines.push(`(offsets leave out ${escapes} bytes that escaping added on the wire)`);
  return lines.join('\n');
}

/** Columns that text takes on a terminal: Chinese characters take two. */
function width(text: string): number {
  let columns = 0;
  for (const c of text) columns += c >= '\u2e80' ? 2 : 1;
  return columns;
}
