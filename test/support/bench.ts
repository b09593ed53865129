import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { ROOT } from './cheji.js';

/** Runs a bench as it is built, in a process of its own, which must end well; what it printed. */
export async function benchOutput(bench: string, options: string[]): Promise<string> {
  const script =
    `import('./dist/bench/${bench}.js').then((bench) => bench.run(${JSON.stringify(options)}))` +
    '.catch((error) => { console.error(error); process.exitCode = 1; })';
  const child = spawn(process.execPath, ['--eval', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  return text;
}
