import { COMMAND_REASONS } from '../../../model/command.js';
import { PARAMETERS } from '../messages/parameters-table.js';
import { COMMAND_TYPES, commandSet } from './index.js';
import { parameterRule } from './parameter-rules.js';
import type { Schema } from './params.js';

/** The whole of docs/commands.md, from the code's own tables. */
export function commandsDocument(): string {
  return `# Commands to terminals

Written from the tables in the code (\`npx vitest run test/protocols/jt808/commands/document -u\`); a test fails when it is
out of date. \`GET /v1/command-types\` has the same as JSON Schema.

## Giving one

\`\`\`
POST /v1/vehicles/13912345678/commands
{"type": "text", "params": {"text": "请减速", "urgent": true}, "expiresIn": 600, "neverLate": false}
\`\`\`

201 with the command: \`sent\` where the terminal is connected, \`queued\` where it is not. \`expiresIn\` is in seconds, a day at
most and where absent. With \`neverLate\` it goes only to a terminal that is connected now, and fails otherwise.

\`POST /v1/commands\` tells many vehicles the same: \`{"vehicles": [ids], …}\` or \`{"filter": {"category": ["truck"]}, …}\`. Its
answer has one result for each vehicle, and a \`batch\` that \`GET /v1/commands?batch=\` lists what became of all of them by.

| answer | means |
| --- | --- |
| 400 | the type or its parameters are wrong: \`details\` says what, where, and what is allowed |
| 404 | no such vehicle |
| 409 | 100 commands wait for this terminal already |
| 422 | the vehicle has no terminal that takes such a command |
| 503 | too many commands are under way in all, or the log takes nothing just now |

## Its life

\`queued\` → \`sent\` → \`acknowledged\` → \`answered\`, or \`failed\` or \`expired\` on the way. A command without an answer of its own ends
as \`acknowledged\`. \`endedAt\` says that nothing more will happen; \`GET /v1/commands/{id}\` and channel \`commands\` of the stream
(docs/stream.md) tell each step.

Commands are written into the log like everything else: those that wait survive a crash, and go out when the terminal comes
back. What was sent and not answered is sent again under the same serial number after 10, 20, 60 s, and given up 240 s later
(each further frame of a split message adds 0.25 s to the first wait); on a new connection it is sent anew. A terminal that
carries a command out and whose response is lost may therefore get it twice; by its serial number it can tell on the same
connection. The answer may take five minutes after the acknowledgement (an upgrade an hour). At most 16 commands of one
terminal wait for their acknowledgement at once; the others follow in order.

| reason | |
| --- | --- |
${Object.entries({ ...COMMAND_REASONS, ...TERMINAL_REASONS })
  .map(([reason, about]) => `| ${reason} | ${about} |`)
  .join('\n')}

Others are named with the answer that they belong to: \`no-such-channel\` of a photo, \`doors-did-not-move\` of a vehicle control,
\`cancelled\` of an upgrade.

## Our own JSON over MQTT

Some of these types, in the same words: [mqtt.md](mqtt.md) has which, and how devices acknowledge them.

## JT/T 808 (2011, 2013, 2019)

The body follows the edition that the terminal speaks; one of more than 1,023 bytes is split, and parts that the terminal
asks for are sent again.

| type | what it does | message | answered by |
| --- | --- | --- | --- |
${commandSet.types
  .map(({ type, summary, message, answer }) => `| [${type}](#${type}) | ${summary} | ${message} | ${answer ?? ''} |`)
  .join('\n')}

${COMMAND_TYPES.map(({ type, params }) => `### ${type}\n\n${paramsTable(params.schema)}`).join('\n\n')}

## Terminal parameters

For \`set-parameters\` and \`get-parameters\`, by name or by id. Any of them, and those of makers (0xF000 and up), may be given as
\`{"hex": "…"}\` instead: the bytes of its value.

| id | name | type | from | to | unit | meaning |
| --- | --- | --- | --- | --- | --- | --- |
${PARAMETERS.map((known) => {
  const { low, high, unit, about } = parameterRule(known);
  const bounds = known.type === 'STRING' || known.type === 'STRUCT' ? ['', ''] : [low, high];
  const id = `0x${known.id.toString(16).toUpperCase().padStart(4, '0')}`;
  return `| ${[id, known.name, known.type, ...bounds, unit, about].join(' | ')} |`;
}).join('\n')}
| 0x0110–0x01FF | | STRUCT | | | | sampling of one CAN id each: {hex} of 8 bytes |
`;
}

/** Results of a terminal's general response. */
const TERMINAL_REASONS = {
  failed: 'the terminal says that it could not',
  malformed: 'the terminal says that the message is wrong',
  'not-supported': 'the terminal says that it does not know it',
};

function paramsTable(schema: Schema): string {
  const rows = rowsOf(schema, '');
  if (rows.length === 0) return 'No parameters.';
  return ['| parameter | value | if absent | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** A row for each named parameter; those inside objects and lists go by their path. */
function rowsOf(schema: Schema, path: string): string[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const required = (schema.required ?? []) as string[];
  if (Object.keys(properties).length > MOST_ROWS) return [];
  return Object.entries(properties).flatMap(([name, inner]) => {
    const at = `${path}${name}`;
    const absent = required.includes(name) ? 'must be there' : inner.default === undefined ? '' : defaultText(inner);
    const row = `| ${at} | ${valueText(inner)} | ${absent} | ${inner.description ?? ''} |`;
    if (inner.type === 'object') return [row, ...rowsOf(inner, `${at}.`)];
    return inner.type === 'array' ? [row, ...rowsOf(inner.items as Schema, `${at}[].`)] : [row];
  });
}

/** The table of terminal parameters has its own place. */
const MOST_ROWS = 50;

function defaultText({ default: value }: Schema): string {
  if (value === '') return 'empty';
  return Array.isArray(value) ? value.join(', ') || 'none' : String(value);
}

function valueText(schema: Schema): string {
  if (Array.isArray(schema.enum)) return schema.enum.join(', ');
  const { minimum, maximum, minItems, maxItems, minLength, maxLength } = schema as Record<string, number>;
  switch (schema.type) {
    case 'integer':
      return `whole number, ${minimum} to ${maximum}`;
    case 'number':
      return `number, ${minimum} to ${maximum}`;
    case 'boolean':
      return 'true, false';
    case 'array':
      return `list of ${minItems} to ${maxItems}${valuesOf(schema.items as Schema)}`;
    case 'object':
      return 'object';
    default:
      if (schema.format === 'date-time') return 'RFC 3339 time';
      if (schema.contentEncoding === 'base64') return 'base64';
      if (String(schema.pattern).includes('{2}')) return `hex digits, ${minLength / 2} to ${maxLength / 2} bytes`;
      return schema.pattern === undefined && maxLength !== undefined
        ? `text, ${minLength} to ${maxLength} bytes`
        : 'text';
  }
}

/** What a list holds, where it is not objects, which follow by themselves. */
function valuesOf(items: Schema): string {
  if (items.type === 'object') return '';
  return Array.isArray(items.enum) ? ` of ${items.enum.join(', ')}` : ` (${valueText(items)})`;
}
