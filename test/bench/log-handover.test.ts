import { expect, test } from 'vitest';
import { benchOutput } from '../support/bench.js';

// The bench itself adds up what both workers have read, and fails where a fix is missing or comes twice.
test('both ways of handing the log over give every worker every fix', async () => {
  const output = await benchOutput('log-handover', ['--fixes', '5003', '--block', '97']);
  expect(output.match(/^(files|port) /gm)).toHaveLength(6);
});
