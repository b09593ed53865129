import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answer, Request } from './endpoint.js';

const deflate = promisify(gzip);

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.geojson': 'application/geo+json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pbf': 'application/x-protobuf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** What a packer would not make smaller. */
const PACKED = new Set(['.png', '.webp', '.woff2', '.ico']);
const PACK_ABOVE_BYTES = 1024;

interface StaticFile {
  bytes: Buffer;
  type: string;
  etag: string;
  headers: Answer['headers'];
  /** Packed at the first request that takes it; null where packing is no use. */
  packed: Promise<Buffer> | null | undefined;
}

/**
 * Files that are read once and served from memory under the very names that were found: a path in a request is looked
 * up in a map and never touches the disk, so there is nothing to traverse.
 */
export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();

  /** Adds every file below `dir` under `prefix`; names that begin with a dot are left out. Nothing where there is no `dir`. */
  addDirectory(
    dir: string,
    prefix: string,
    headers: Answer['headers'],
    wanted: (path: string) => boolean = () => true,
  ): void {
    let names: string[];
    try {
      names = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      throw error;
    }
    for (const name of names) {
      const path = name.split(sep).join('/');
      if (path.split('/').some((part) => part.startsWith('.')) || !wanted(path)) continue;
      this.add(`${prefix}${path}`, readFileSync(join(dir, name)), headers);
      if (path === 'index.html') this.add(prefix, readFileSync(join(dir, name)), headers, '.html');
    }
  }

  add(path: string, bytes: Buffer, headers: Answer['headers'], extension = extname(path)): void {
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    // Vite puts a hash of the content into these names: they never change.
    const forever = path.startsWith('/assets/');
    this.#files.set(path, {
      bytes,
      type: TYPES[extension] ?? 'application/octet-stream',
      etag,
      headers: [
        ...headers,
        ['ETag', etag],
        ['Cache-Control', forever ? 'public, max-age=31536000, immutable' : 'no-cache'],
      ],
      packed: PACKED.has(extension) || bytes.length < PACK_ABOVE_BYTES ? null : undefined,
    });
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The file as the request wants it; undefined where there is none of this name. */
  answer(request: Request): Answer | Promise<Answer> | undefined {
    const file = this.#files.get(request.path);
    if (!file) return undefined;
    if (request.headers['if-none-match'].split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.etag)) {
      return { status: 304, headers: file.headers, body: null };
    }
    const headers: Answer['headers'] = [...file.headers, ['Content-Type', file.type], ['Vary', 'Accept-Encoding']];
    if (file.packed === null || !/\bgzip\b/.test(request.headers['accept-encoding'])) {
      return { status: 200, headers, body: file.bytes };
    }
    file.packed ??= deflate(file.bytes);
    return file.packed.then((body) => ({ status: 200, headers: [...headers, ['Content-Encoding', 'gzip']], body }));
  }
}
