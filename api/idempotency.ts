import { createHash } from 'node:crypto';
import { ApiError } from './errors.js';
import type { Answer, Request } from './http.js';

/** What is remembered of answers; beyond any bound the oldest go first. */
export const IDEMPOTENCY_LIMITS = { ageMs: 24 * 3_600_000, answers: 20_000, bytes: 32 * 1024 * 1024 } as const;

type Limits = Record<keyof typeof IDEMPOTENCY_LIMITS, number>;

const KEY = /^[\x21-\x7e]{1,255}$/;
const REPLAYED = ['Idempotency-Replayed', 'true'] as const;
/** What an entry takes beside the body of its answer, about. */
const ENTRY_BYTES = 500;
/** Members of the request that change what it means. */
const MEANING = ['content-type', 'content-encoding', 'if-match'] as const;

interface Entry {
  /** Of the request's query, headers that change its meaning, and body. */
  fingerprint: string;
  /** Epoch ms. */
  since: number;
  /** The answer, or the error thrown instead; pending while the first request is under way. */
  outcome: Promise<Answer>;
  /** 0 while it is under way. */
  bytes: number;
}

/**
 * Answers of POST by the header Idempotency-Key (reliability sheet §5): who asks again with the same key gets the same answer,
 * and nothing is done twice. A key belongs to its path; with another body it is refused. Answers that say "not now" (5xx) are
 * not kept, nor are those that are streamed. Kept in memory: a restart forgets them.
 */
export class IdempotentAnswers {
  readonly #entries = new Map<string, Entry>(); // oldest first
  #bytes = 0;

  constructor(
    readonly now: () => number = Date.now,
    readonly limits: Limits = IDEMPOTENCY_LIMITS,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  /** Bytes of remembered answers. */
  get held(): number {
    return this.#bytes;
  }

  /** What `run` answers, or what it answered to this key before. Throws where the key is none, or another body's. */
  answer(request: Request, body: Uint8Array, run: () => Answer | Promise<Answer>): Answer | Promise<Answer> {
    const key = request.headers['idempotency-key'];
    if (key === '') return run();
    if (!KEY.test(key)) {
      throw new ApiError('bad-request', 'Idempotency-Key: must be 1 to 255 visible characters of ASCII', [
        { path: 'Idempotency-Key', message: 'must be 1 to 255 visible characters of ASCII' },
      ]);
    }
    this.#forget(this.now() - this.limits.ageMs);
    const place = `${request.path}\n${key}`;
    const fingerprint = fingerprintOf(request, body);
    const known = this.#entries.get(place);
    if (known === undefined) return this.#first(place, fingerprint, run);
    if (known.fingerprint !== fingerprint) {
      throw new ApiError('key-reused', 'this Idempotency-Key was used for another request to the same path', [
        { path: 'Idempotency-Key', message: 'use a new key for each new request' },
      ]);
    }
    return this.#again(known.outcome, run);
  }

  #first(place: string, fingerprint: string, run: () => Answer | Promise<Answer>): Promise<Answer> {
    const outcome = (async () => run())();
    const entry = { fingerprint, since: this.now(), outcome, bytes: 0 };
    this.#entries.set(place, entry);
    outcome.then(
      (answer) => this.#settle(place, entry, isKept(answer) ? lengthOf(answer) : null),
      (error) => this.#settle(place, entry, error instanceof ApiError && error.status < 500 ? ENTRY_BYTES : null),
    );
    return outcome;
  }

  async #again(outcome: Promise<Answer>, run: () => Answer | Promise<Answer>): Promise<Answer> {
    const answer = await outcome;
    if (!isKept(answer)) return run();
    return { ...answer, headers: [...answer.headers, REPLAYED] };
  }

  /** `bytes`: null where it is not to be remembered. */
  #settle(place: string, entry: Entry, bytes: number | null): void {
    if (this.#entries.get(place) !== entry) return; // forgotten meanwhile
    if (bytes === null) {
      this.#entries.delete(place);
      return;
    }
    entry.bytes = bytes + ENTRY_BYTES;
    this.#bytes += entry.bytes;
    this.#forget(-Infinity);
  }

  /** Those from before `time`, and as many more as are too many. One under way stays: its answer is not known yet. */
  #forget(time: number): void {
    for (const [place, { since, bytes }] of this.#entries) {
      const tooMany = this.#entries.size > this.limits.answers || this.#bytes > this.limits.bytes;
      if (since > time && !tooMany) return;
      if (bytes === 0) continue;
      this.#entries.delete(place);
      this.#bytes -= bytes;
    }
  }
}

function isKept({ status, body }: Answer): boolean {
  return status < 500 && (body === null || typeof body === 'string' || body instanceof Uint8Array);
}

function lengthOf({ body }: Answer): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.length : 0;
}

function fingerprintOf({ query, headers }: Request, body: Uint8Array): string {
  const hash = createHash('sha256').update(query);
  for (const name of MEANING) hash.update(`\n${headers[name]}`);
  return hash.update('\n').update(body).digest('base64');
}
