import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ROOT } from '../support/cheji.js';

// The bench itself adds up what both workers have read, and fails where a fix is missing or comes twice.
test('both ways of handing the log over give every worker every fix', async () => {
  const script =
    "import('./dist/bench/log-handover.js').then((bench) => bench.run(['--fixes', '5003', '--block', '97']))";
  const child = spawn(process.execPath, ['--eval', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  expect(output.match(/^(files|port) /gm)).toHaveLength(6);
});
