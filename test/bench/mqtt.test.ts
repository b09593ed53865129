import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ROOT } from '../support/cheji.js';
import { needs } from '../support/needs.js';

// The subscribers of the bench end only when every message is acknowledged and every fix is in the log.
needs('mosquitto', 'the mqtt bench', () => {
  test('runs with every design', async () => {
    const options = ['--messages', '500', '--batches', '50', '--rounds', '1', '--designs'];
    const script = `import('./dist/bench/mqtt.js').then((bench) => bench.run(${JSON.stringify(options)}))`;
    const child = spawn(process.execPath, ['--eval', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    for (const design of ['nothing', 'pipeline', 'serial', 'parallel'])
      expect(output.split(`  ${design} `).length).toBe(3);
  }, 120_000);
});
