import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { environment } from '../../bench/support/server-process.js';
import type { LiveStats } from '../../model/stats.js';
import { CLI } from '../support/cheji.js';
import { freePorts } from '../support/free-port.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

test('the demo shows life, opens with the key it prints, and leaves nothing behind', { timeout: 120_000 }, async () => {
  const [http, jt808] = await freePorts(2);
  const env = environment({ CHEJI_HTTP_PORT: String(http), CHEJI_JT808_PORT: String(jt808), CHEJI_LOG_LEVEL: 'warn' });
  const child = spawn(process.execPath, [CLI, 'demo', '--vehicles', '50', '--rate', '1'], { env });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [, key, dataDir] = await waitFor(
    'the demo to say where it is',
    () => /on their way: .*\?key=(\S+)\n.*removes (\S+)\n/.exec(output) ?? [],
    (match) => match.length > 0,
    { timeoutMs: 60_000 },
  );
  const page = await fetch(`http://127.0.0.1:${http}/?key=${key}`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  await waitFor(
    'vehicles on the road and alerts of them',
    async () => {
      const answer = await fetch(`http://127.0.0.1:${http}/v1/stats/live`, {
        headers: { authorization: `Bearer ${key}` },
      });
      return (await answer.json()) as LiveStats;
    },
    ({ vehicles, engine }) => vehicles.online === 50 && Object.keys(engine.alerts).length > 0,
    { timeoutMs: 60_000 },
  );
  const gone = once(child, 'close');
  child.kill('SIGINT');
  expect((await gone)[0]).toBe(0);
  expect(output).not.toMatch(/warning|error/i);
  expect(existsSync(dataDir)).toBe(false);
});

test('a demo that cannot start says why, ends, and leaves nothing behind', { timeout: 60_000 }, async () => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const tmp = await tempDir();
  const env = environment({
    CHEJI_HTTP_PORT: String(port),
    CHEJI_JT808_PORT: '0',
    CHEJI_LOG_LEVEL: 'warn',
    TMPDIR: tmp,
  });
  const child = spawn(process.execPath, [CLI, 'demo', '--vehicles', '5'], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(output).toContain(`cannot listen on 127.0.0.1:${port}`);
  expect(await readdir(tmp)).toEqual([]);
});
