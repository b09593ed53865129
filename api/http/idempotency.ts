import { createHash } from 'node:crypto';
import type { AnswerBook } from '../../model/answer-book.js';
import type { KeptAnswer } from '../../model/kept-answer.js';
import type { Answer, Request } from './endpoint.js';
import { ApiError, errorAnswer } from './errors.js';

/** Where answers are kept through a restart: main.ts joins it with the log. */
export interface AnswerKeeper {
  readonly book: Pick<AnswerBook, 'get' | 'takes'>;
  /** Resolves once it is durable, and in the book. */
  keep(answer: KeptAnswer): Promise<void>;
}

const KEY = /^[\x21-\x7e]{1,255}$/;
const REPLAYED = ['Idempotency-Replayed', 'true'] as const;
/** Members of the request that change what it means. */
const MEANING = ['content-type', 'content-encoding', 'if-match'] as const;

/** A first request that has not been answered yet. */
interface UnderWay {
  fingerprint: string;
  outcome: Promise<Answer>;
}

/**
 * Answers of POST by the header Idempotency-Key (reliability sheet §5): who asks again with the same key gets the same answer,
 * and nothing is done twice. A key belongs to its path; with another body it is refused. An answer leaves when it is in the
 * log: a restart, or a kill, forgets none that anybody had. Answers that say "not now" (5xx) are not kept, nor are those that
 * are streamed.
 */
export class IdempotentAnswers {
  readonly #underWay = new Map<string, UnderWay>();

  constructor(
    readonly kept: AnswerKeeper,
    readonly now: () => number = Date.now,
  ) {}

  /** What `run` answers, or what it answered to this key before. Throws where the key is none, or another body's. */
  answer(request: Request, body: Uint8Array, run: () => Answer | Promise<Answer>): Answer | Promise<Answer> {
    const key = request.headers['idempotency-key'];
    if (key === '') return run();
    if (!KEY.test(key)) {
      throw new ApiError('bad-request', 'Idempotency-Key: must be 1 to 255 visible characters of ASCII', [
        { path: 'Idempotency-Key', message: 'must be 1 to 255 visible characters of ASCII' },
      ]);
    }
    const place = `${request.path}\n${key}`;
    const fingerprint = fingerprintOf(request, body);
    const underWay = this.#underWay.get(place);
    const kept = this.kept.book.get(place, this.now());
    const known = underWay ?? kept;
    if (known !== undefined && known.fingerprint !== fingerprint) {
      throw new ApiError('key-reused', 'this Idempotency-Key was used for another request to the same path', [
        { path: 'Idempotency-Key', message: 'use a new key for each new request' },
      ]);
    }
    if (underWay) return this.#again(underWay.outcome, () => this.answer(request, body, run));
    return kept ? replayed(kept) : this.#first(place, fingerprint, run);
  }

  async #first(place: string, fingerprint: string, run: () => Answer | Promise<Answer>): Promise<Answer> {
    const outcome = this.#run(place, fingerprint, run);
    this.#underWay.set(place, { fingerprint, outcome });
    try {
      return await outcome;
    } finally {
      this.#underWay.delete(place);
    }
  }

  async #run(place: string, fingerprint: string, run: () => Answer | Promise<Answer>): Promise<Answer> {
    const answer = await orRefusal(run);
    if (!isWhole(answer) || answer.status >= 500) return answer;
    const { status, headers, body } = answer;
    const text = body === null || typeof body === 'string' ? body : Buffer.from(body).toString();
    const kept = { place, fingerprint, status, headers, body: text };
    if (this.kept.book.takes(kept)) await this.kept.keep(kept);
    return answer;
  }

  /** A stream is for one reader: of those who waited for it one is the next first, and the others wait for that one. */
  async #again(outcome: Promise<Answer>, anew: () => Answer | Promise<Answer>): Promise<Answer> {
    const answer = await outcome;
    return isWhole(answer) ? replayed(answer) : anew();
  }
}

/** A refusal is an answer too, unless it says "not now": that is thrown on. */
async function orRefusal(run: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return errorAnswer(error);
    throw error;
  }
}

type WholeAnswer = Answer & { body: string | Uint8Array | null };

function isWhole(answer: Answer): answer is WholeAnswer {
  const { body } = answer;
  return body === null || typeof body === 'string' || body instanceof Uint8Array;
}

function replayed({ status, headers, body }: Pick<WholeAnswer, 'status' | 'headers' | 'body'>): Answer {
  return { status, headers: [...headers, REPLAYED], body };
}

function fingerprintOf({ query, headers }: Request, body: Uint8Array): string {
  const hash = createHash('sha256').update(query);
  for (const name of MEANING) hash.update(`\n${headers[name]}`);
  return hash.update('\n').update(body).digest('base64');
}
