import { EDITIONS } from '../common/edition.js';
import { clauseOf } from './message.js';
import { MESSAGE_IDS } from './message-id.js';
import { MESSAGES_BY_ID } from './messages/index.js';
import { SUPPORTED } from './supported.js';

/** The table of docs/protocol-coverage.md: which messages are read and written, by which clause, and what is done with them. */
export function coverageTable(): string {
  const rows = MESSAGE_IDS.map(({ id, name, chinese, direction, since, droppedIn2019 }) => {
    const message = MESSAGES_BY_ID.get(id);
    const clauses =
      message?.standard !== undefined
        ? clauseOf(message, '2019')
        : EDITIONS.map((e) => message?.clauses[e] && `${e} ${message.clauses[e]}`)
            .filter(Boolean)
            .join(', ');
    return [
      `0x${id.toString(16).padStart(4, '0').toUpperCase()}`,
      name,
      chinese,
      direction === 'up' ? 'terminal → platform' : 'platform → terminal',
      droppedIn2019 ? `${since}, not in 2019` : since,
      message === undefined ? '' : 'yes',
      direction === 'down' ? '' : SUPPORTED.has(id) ? 'yes' : 'answered “not supported”',
      clauses,
    ];
  });
  const head = ['id', 'message', '中文', 'direction', 'since', 'decode and encode', 'acted on', 'described in'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** The section of docs/protocol-coverage.md. */
export function coverageSection(): string {
  return `## JT/T 808 (2011, 2013, 2019)

Every message is decoded to JSON and encoded from it, in both directions (\`cheji decode\`, \`cheji encode\`). “Acted on” are
the messages of a living terminal that a conversation handles by itself.

${coverageTable()}

Additional information items of a location (0x0200, 0x0201, 0x0500, 0x0704): 0x01–0x06, 0x11–0x13, 0x25, 0x2A, 0x2B, 0x30,
0x31; JT/T 1078-2016 0x14–0x18; T/JSATL 12-2017 0x64–0x67. All others, and these with another length, are kept as hex.`;
}
