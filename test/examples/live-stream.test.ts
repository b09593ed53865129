import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { alert, KEY, startTestApi, transition } from '../api/support.js';
import { ROOT } from '../support/cheji.js';

const FILE = 'examples/live-stream.mjs';

test('the example prints vehicles and alerts as they come', async () => {
  const api = await startTestApi();
  api.put('v1', { lon: 120.3, lat: 31.5 });
  const child = spawn(process.execPath, [FILE, api.url, KEY], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const printed = (line: string) => expect.poll(() => output, { timeout: 20_000 }).toContain(line);
  await printed('connected\n');
  await printed('1 vehicles in view: 1 told, 0 gone\n');
  api.feed.push([transition(1, alert({ severity: 'info' })), transition(2, alert({ vehicleId: 'v1' }))]);
  await printed('v1 fence-enter raised, e1-0\n');
  await api.delete('v1');
  await printed('0 vehicles in view: 0 told, 1 gone\n');
  expect(output.match(/raised/g)).toHaveLength(1);
});

test('the documentation shows the example as it is, in about 20 lines', async () => {
  const text = await readFile(join(ROOT, FILE), 'utf8');
  expect(await readFile(join(ROOT, 'docs/stream.md'), 'utf8')).toContain(text);
  expect(text.trim().split('\n').length).toBeLessThanOrEqual(20);
});
