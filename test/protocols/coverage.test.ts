import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { coverageDocument } from '../../protocols/coverage.js';

const FILE = new URL('../../docs/protocol-coverage.md', import.meta.url);

// `npx vitest run test/protocols/coverage -u` writes it anew.
test('docs/protocol-coverage.md is what the code says', async () => {
  await expect(coverageDocument()).toMatchFileSnapshot(FILE.pathname);
  expect(readFileSync(FILE, 'utf8')).toContain('| 0x0200 | LocationReport | 位置信息汇报 |');
});
