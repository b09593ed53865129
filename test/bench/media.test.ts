import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ROOT } from '../support/cheji.js';

// The bench itself compares every picture with what was sent, and fails where one is wrong or a bound is passed.
test('the media bench runs, and every photo is complete and equal, or reported', async () => {
  const options = ['--photos', '20', '--kib', '6'];
  const script = `import('./dist/bench/media.js').then((bench) => bench.run(${JSON.stringify(options)}))`;
  const child = spawn(process.execPath, ['--eval', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  const [, complete, incomplete] = /(\d+) complete and equal, (\d+) reported as incomplete/.exec(output) ?? [];
  expect(Number(complete) + Number(incomplete)).toBe(20);
  expect(Number(complete)).toBeGreaterThan(10);
}, 120_000);
