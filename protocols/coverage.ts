import type { ProtocolTools } from '../model/protocol-tools.js';
import { tools as ais } from './ais/tools.js';
import * as jt808 from './jt808/coverage.js';
import { tools as jt905 } from './jt905/tools.js';

/** The whole of docs/protocol-coverage.md. */
export function coverageDocument(): string {
  return `# Protocol coverage

Written from the tables in the code (\`npx vitest run test/protocols/coverage -u\`); a test fails when it is out of date.

${jt808.coverageSection()}

## JT/T 905 (2014)

Every message with a known body is decoded to JSON and encoded from it (\`--protocol jt905\`); the others are kept as hex.

${messageTable(jt905)}

Additional information items of a position (0x0200, 0x0201, 0x0202): 0x01–0x03, 0x11–0x14. All others, and these with another
length, are kept as hex.

## AIS (ITU-R M.1371 over NMEA 0183)

Read from sentences (\`--protocol ais\`), and never written. Messages of other types are taken apart as far as type and identity.

| type | message | 中文 |
| --- | --- | --- |
${ais.messages.map(({ id, name, chinese }) => `| ${id} | ${name} | ${chinese} |`).join('\n')}
`;
}

function messageTable({ messages }: ProtocolTools): string {
  const rows = messages.map(({ id, name, chinese, direction, covered, actedOn }) => [
    id,
    name,
    chinese,
    direction === 'up' ? 'terminal → centre' : 'centre → terminal',
    covered ? 'yes' : 'as hex',
    direction === 'down' ? '' : actedOn ? 'yes' : 'answered “failed”',
  ]);
  const head = ['id', 'message', '中文', 'direction', 'decode and encode', 'acted on'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
