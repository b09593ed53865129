import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const KEY_BYTES = 32;

/** The key file is there but is no key: made by something else, or cut short. */
export class TerminalKeyError extends Error {
  readonly code = 'bad-terminal-key';
}

/**
 * The secret that terminals' authentication codes are derived from: `<dataDir>/keys/terminal.key`, 32 bytes in
 * hexadecimal, made on first start and readable by its owner only. Whoever moves an installation takes it along, or every
 * terminal must register again.
 */
export async function loadTerminalKey(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, 'keys', 'terminal.key');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return makeKey(path);
  const key = Buffer.from(text.trim(), 'hex');
  if (key.length !== KEY_BYTES) {
    throw new TerminalKeyError(
      `${path}: not ${KEY_BYTES} bytes in hexadecimal; restore it from a copy, or delete it to let every terminal register anew`,
    );
  }
  return key;
}

async function makeKey(path: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Written beside and renamed, so that a crash leaves no half a key.
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${key.toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const dir = await open(dirname(path), 'r');
  await dir.sync().finally(() => dir.close());
  return key;
}
