import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from './endpoint.js';
import { ApiError } from './errors.js';

/** Tells the one key there is from everything else, in a time that says nothing about how much of it was right. */
export class KeyCheck {
  readonly #digest: Buffer;

  constructor(key: string) {
    this.#digest = digest(key);
  }

  /** Keys of any length and content may be tried. */
  matches(key: string): boolean {
    return timingSafeEqual(this.#digest, digest(key));
  }

  /** Throws the one answer for a missing, malformed or wrong key alike. */
  demand(request: Request): void {
    if (this.matches(bearer(request) ?? '')) return;
    throw new ApiError(
      'unauthorized',
      'a valid key is needed: Authorization: Bearer <key>',
      [],
      [['WWW-Authenticate', 'Bearer']],
    );
  }
}

/** The key of `Authorization: Bearer <key>`. */
export function bearer(request: Request): string | null {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization);
  return match ? match[1] : null;
}

/** True where a browser page of another origin is asking; programs send no Origin. */
export function foreignOrigin(request: Request, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === '' || allowed.includes(origin)) return false;
  try {
    return new URL(origin).host !== host;
  } catch {
    return true; // "null", as sandboxed pages send it, and garbage
  }
}

// Digests are of one length, which timingSafeEqual wants, and hide the key's own.
function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
