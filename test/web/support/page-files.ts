import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pageHeaders } from '../../../api/http/headers.js';

const WEB = join(import.meta.dirname, '../../../dist/web');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** A file of the page as vite built it; 404 where there is none. */
export async function sendPageFile(pathname: string, response: ServerResponse): Promise<void> {
  const name = pathname === '/' ? 'index.html' : normalize(pathname);
  try {
    const bytes = await readFile(join(WEB, name));
    response.writeHead(200, { 'content-type': TYPES[extname(name)], ...Object.fromEntries(pageHeaders([])) });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}
