import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDirError, openDataDir, secretFile } from '../../store/data-dir.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cheji-dir-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('makes its parts, keeps keys to itself, and gives the directory free again', () => {
  const first = openDataDir(join(dir, 'deep', 'data'));
  expect(statSync(first.keys).mode & 0o777).toBe(0o700);
  expect(statSync(first.spool).isDirectory()).toBe(true);
  first.release();
  expect(() => openDataDir(join(dir, 'deep', 'data'))).not.toThrow();
});

test('a directory in use by a living process is refused with its number; a dead or reborn number is not', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    const stat = readFileSync(`/proc/${other.pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    writeFileSync(join(dir, 'lock'), `${other.pid} ${started}`);
    expect(() => openDataDir(dir)).toThrow(DataDirError);
    expect(() => openDataDir(dir)).toThrow(`in use by process ${other.pid}`);
    writeFileSync(join(dir, 'lock'), `${other.pid} ${Number(started) - 1}`);
    expect(() => openDataDir(dir)).not.toThrow();
    writeFileSync(join(dir, 'lock'), `${other.pid} ${started}`);
  } finally {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
  expect(() => openDataDir(dir)).not.toThrow();
});

test('a place that cannot be a directory is refused with what to do', () => {
  writeFileSync(join(dir, 'file'), '');
  expect(() => openDataDir(join(dir, 'file', 'data'))).toThrow(/CHEJI_DATA_DIR/);
});

test.skipIf(!existsSync('/proc/self'))('a place where nothing can be made is refused, at any depth', () => {
  for (const place of ['/proc/cheji', '/proc/cheji/deep/data', '/proc/self'])
    expect(() => openDataDir(place)).toThrow(/^data directory \/proc\/.*mkdir.*; give CHEJI_DATA_DIR a directory/);
});

test('a secret is made once, readable by its owner only', () => {
  const secret = secretFile(dir, 'admin.key');
  expect(secret).toMatch(/^[\w-]{32}$/);
  expect(secretFile(dir, 'admin.key')).toBe(secret);
  expect(statSync(join(dir, 'admin.key')).mode & 0o777).toBe(0o600);
});

test('a file that is too short for a secret stops the start and says what to do', () => {
  writeFileSync(join(dir, 'admin.key'), '\n');
  expect(() => secretFile(dir, 'admin.key')).toThrow(/admin\.key: too short for a secret; restore it .* or delete it/);
});
