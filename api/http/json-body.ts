import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Request } from './endpoint.js';
import { ApiError } from './errors.js';

const inflate = promisify(gunzip);

const INFLATE_MAX_BYTES = 32 * 1024 * 1024;
/** A body may grow to 20 times its size; below 1 MiB the ratio proves nothing. */
const INFLATE_RATIO = 20;
const INFLATE_FREE_BYTES = 1024 * 1024;

const MAX_DEPTH = 16;
const MAX_KEYS = 1000;
/** Keys that mean something to JavaScript itself. */
const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype'];

/** The bytes as sent, unpacked where they are gzip; never unpacks beyond the limits. */
export async function plainBody(bytes: Buffer, request: Request): Promise<Buffer> {
  const encoding = request.headers['content-encoding'].toLowerCase();
  if (encoding === '' || encoding === 'identity') return bytes;
  if (encoding !== 'gzip') {
    throw new ApiError('unsupported-media', `content encoding "${encoding}" is not taken here`, [
      { path: 'Content-Encoding', message: 'gzip, or none' },
    ]);
  }
  const maxOutputLength = Math.min(INFLATE_MAX_BYTES, Math.max(INFLATE_FREE_BYTES, bytes.length * INFLATE_RATIO));
  try {
    return await inflate(bytes, { maxOutputLength });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new ApiError('too-large', `the body unpacks to more than ${maxOutputLength} bytes`, [
        { path: 'body', message: `at most ${INFLATE_MAX_BYTES} bytes and ${INFLATE_RATIO} times the packed size` },
      ]);
    }
    throw new ApiError('bad-request', 'body: not gzip, although Content-Encoding says so', [
      { path: 'body', message: 'not gzip' },
    ]);
  }
}

export async function jsonBody(bytes: Buffer, request: Request): Promise<unknown> {
  return parseJson((await plainBody(bytes, request)).toString(), 'body');
}

/** JSON text to its value; refuses what is nested too deep or has keys that could reach a prototype. */
export function parseJson(text: string, where: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'not JSON';
    throw new ApiError('bad-request', `${where}: not JSON`, [{ path: where, message }]);
  }
  inspect(value, where, 1);
  return value;
}

function inspect(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value !== 'object') return;
  if (depth > MAX_DEPTH) refuse(path, `nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) {
    // Pairs of numbers make up nearly all of a large geometry: no path is built for them.
    for (let i = 0; i < value.length; i++) {
      if (typeof value[i] === 'object' && !(depth < MAX_DEPTH && isPair(value[i]))) {
        inspect(value[i], `${path}[${i}]`, depth + 1);
      }
    }
    return;
  }
  const keys = Object.keys(value);
  if (keys.length > MAX_KEYS) refuse(path, `more than ${MAX_KEYS} keys`);
  for (const key of keys) {
    if (FORBIDDEN_KEYS.includes(key)) refuse(`${path}.${key}`, 'a key that is not allowed anywhere');
    inspect((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1);
  }
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number';
}

function refuse(path: string, message: string): never {
  throw new ApiError('bad-request', `${path}: ${message}`, [{ path, message }]);
}
