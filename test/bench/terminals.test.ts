import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ROOT } from '../support/cheji.js';

// The bench itself checks every acknowledgement, the counters' equations and the rows, and fails where one is wrong.
test('the terminals bench runs, and everything it sent is acknowledged and stored', async () => {
  const options = ['--terminals', '20', '--fences', '20', '--seconds', '1', '--rounds', '1'];
  const script = `import('./dist/bench/terminals.js').then((bench) => bench.run(${JSON.stringify(options)}))`;
  const child = spawn(process.execPath, ['--eval', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  expect(output).toMatch(/(\d+) fixes acknowledged, \1 rows; every counter adds up/);
});
