import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCheji } from '../support/cheji.js';
import { freePorts } from '../support/free-port.js';
import { tempDir } from '../support/temp-dir.js';

const COMMANDS = ['serve', 'decode', 'replay', 'simulate', 'import', 'export', 'demo', 'doctor'];
const HEARTBEAT = '7e0002000001380013800000017f7e';

describe('every command', () => {
  test.each(COMMANDS)('%s --help shows an example, on stdout, with exit code 0', async (command) => {
    const { code, stdout, stderr } = await runCheji([command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n(.*\\n)*?.*cheji ${command}`));
  });

  test.each(COMMANDS)('%s with an option that does not exist is wrong usage', async (command) => {
    const { code, stdout, stderr } = await runCheji([command, '--nonsense']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain("unknown option '--nonsense'");
  });
});

test('cheji --version prints the version, cheji alone the commands', async () => {
  expect(await runCheji(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  const alone = await runCheji([]);
  expect(alone.code).toBe(2);
  for (const command of COMMANDS) expect(alone.stderr).toContain(`  ${command} `);
});

test('a slip of the pen is met with what was meant', async () => {
  expect(await runCheji(['serv'])).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean serve?') });
  const option = await runCheji(['replay', 'x.csv', '--too', '1:1']);
  expect([option.code, option.stderr]).toEqual([2, expect.stringContaining('Did you mean --to?')]);
});

test.each([
  [['replay', 'x.csv', '--to', 'nowhere'], 'host:port'],
  [['replay', 'x.csv'], "required option '--to <host:port>' not specified"],
  [['replay', 'x.csv', '--to', '127.0.0.1:1', '--speed', '-3'], 'a number above 0'],
  [['replay', 'x.csv', '--to', '127.0.0.1:1', '--map', 'a=b'], 'column=field'],
  [['replay', 'x.csv', '--to', '127.0.0.1:1', '--protocol', 'morse'], 'jt808'],
  [['export', 'tracks', '--from', '2026-01-01', '--to', '2026-01-02', '--format', 'xls'], 'add --help for the options'],
  [['import', 'tracks'], "missing required argument 'file'"],
  [['simulate', '--to', '127.0.0.1:1', '--vehicles', '0'], 'a whole number, 1 to 100000'],
  [['simulate', '--to', '127.0.0.1:1', '--vehicles', '1', '--truth', 't.json'], '--truth and --api need --scenario'],
])('wrong usage: cheji %j', async (args, message) => {
  const { code, stdout, stderr } = await runCheji(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

test('decode: one JSON object per frame on stdout; a bad frame is exit code 1', async () => {
  const good = await runCheji(['decode', '--protocol', 'jt808', HEARTBEAT]);
  expect(good.stdout.trim().split('\n').length).toBe(1);
  expect(JSON.parse(good.stdout)).toHaveProperty('ok');
  const bad = await runCheji(['decode', '--protocol', 'jt808', '7e000200000138001380000001007e']);
  expect(bad.code).toBe(1);
  expect(JSON.parse(bad.stdout)).toMatchObject({ ok: false, error: { code: 'bad-checksum' } });
});

test('replay of a file with bad lines names them and ends with 1; --strict sends nothing', async () => {
  const file = join(await tempDir(), 'tracks.csv');
  await writeFile(file, 'id,time,lon,lat\n1,2020-07-18T09:00:00Z,220,31\n');
  const strict = await runCheji(['replay', file, '--to', '127.0.0.1:1', '--strict']);
  expect([strict.code, strict.stdout]).toEqual([1, '']);
  expect(strict.stderr).toBe(`cheji: ${file}:2: lon "220" is not a longitude\n`);
  const lenient = await runCheji(['replay', file, '--to', '127.0.0.1:1']);
  expect(lenient.code).toBe(1);
  expect(lenient.stderr).toContain(`${file}:2: lon "220" is not a longitude; skipped\n`);
  expect(JSON.parse(lenient.stdout)).toMatchObject({ terminals: 0, fixes: 0, badLines: 1 });
});

test('serve --print-config shows what is in force, from file and environment, with secrets masked', async () => {
  const file = join(await tempDir(), 'cheji.yaml');
  await writeFile(file, 'CHEJI_HTTP_PORT: 9999\nCHEJI_JT808_PORT: 7777\nCHEJI_ADMIN_KEY: a-very-secret-key-indeed\n');
  const { code, stdout, stderr } = await runCheji(['serve', '--config', file, '--print-config'], {
    env: { CHEJI_JT808_PORT: '7778' },
  });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('CHEJI_HTTP_PORT=9999\n');
  expect(stdout).toContain('CHEJI_JT808_PORT=7778\n');
  expect(stdout).not.toContain('secret');
});

test('doctor says what is well and what is not, and how to mend it', async () => {
  const [http, jt808] = await freePorts(2);
  const env = { CHEJI_DATA_DIR: await tempDir(), CHEJI_HTTP_PORT: String(http), CHEJI_JT808_PORT: String(jt808) };
  const well = await runCheji(['doctor', '--json'], { env });
  const checks = well.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; outcome: string });
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'node',
      'native code',
      'clock',
      'settings',
      'data directory',
      'CHEJI_HTTP_PORT',
      'database',
    ]),
  );
  expect(checks.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  expect(well.code).toBe(0);

  const ill = await runCheji(['doctor'], { env: { ...env, CHEJI_DATABASE_URL: `postgres://a:b@127.0.0.1:${http}/c` } });
  expect(ill.code).toBe(1);
  expect(ill.stdout).toMatch(/BROKEN +database/);
  expect(ill.stdout).not.toContain('a:b@');
  expect(ill.stderr).toBe('cheji: 1 thing is broken\n');
});
