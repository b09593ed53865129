import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import type { ProtocolTools } from '../model/protocol-tools.js';
import { allTools } from '../protocols/index.js';
import { examples, InputError } from './support/command.js';

/** Sentences of ships we only read. */
const WRITABLE = allTools.filter(({ input }) => input !== 'text');

export function encodeCommand(): Command {
  const command = new Command('encode')
    .description('Make frames of the JSON that decode prints, one line of hex for each.')
    .argument('<json>', 'one object; - reads one object per line from stdin')
    .addOption(
      new Option('--protocol <name>', 'what the frames speak')
        .choices(WRITABLE.map(({ name }) => name))
        .default('jt808'),
    )
    .action(async (json: string, { protocol }: { protocol: string }) => {
      const tools = WRITABLE.find(({ name }) => name === protocol) as ProtocolTools;
      let bad = 0;
      if (json === '-') {
        let line = 0;
        for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
          line++;
          if (text.trim() !== '' && !encodeLine(tools, text, `line ${line}: `)) bad++;
        }
      } else if (!encodeLine(tools, json, '')) {
        bad++;
      }
      if (bad > 0) throw new InputError(bad === 1 ? '1 object is bad' : `${bad} objects are bad`);
    });
  return examples(
    command,
    `cheji encode '{"msgId":"0x8300","edition":"2013","phone":"13800138000","seq":1,"flag":8,"text":"前方拥堵"}'`,
    'cheji decode - < frames.txt | cheji encode -',
  );
}

/** False, after saying why, where the line is no message. */
function encodeLine(tools: ProtocolTools, text: string, where: string): boolean {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new RangeError('not a JSON object');
    for (const frame of tools.encode(json as Record<string, unknown>)) console.log(frame.toString('hex'));
    return true;
  } catch (error) {
    // Syntax and values are the user's; anything else is a fault of ours and shows itself.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    console.error(`cheji encode: ${where}${error.message}`);
    return false;
  }
}
