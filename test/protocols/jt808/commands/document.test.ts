import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandsDocument } from '../../../../protocols/jt808/commands/document.js';
import { COMMAND_TYPES } from '../../../../protocols/jt808/commands/index.js';

const FILE = new URL('../../../../docs/commands.md', import.meta.url);

// `npx vitest run test/protocols/jt808/commands/document -u` writes it anew.
test('docs/commands.md is what the code says', async () => {
  await expect(commandsDocument()).toMatchFileSnapshot(FILE.pathname);
  const text = readFileSync(FILE, 'utf8');
  for (const { type } of COMMAND_TYPES) expect(text).toContain(`\n### ${type}\n`);
  expect(text).toContain('| 0x0001 | heartbeatIntervalS | DWORD | 1 | 86400 | s | between two heartbeats |');
  expect(text).not.toMatch(/undefined|NaN|\[object/);
});
