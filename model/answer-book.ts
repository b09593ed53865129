import type { Change } from './change.js';
import type { KeptAnswer } from './kept-answer.js';

/** What is kept of answers: not those that are longer, and of the others the newest. */
export const ANSWER_LIMITS = {
  ageMs: 24 * 3_600_000,
  answers: 20_000,
  bytes: 32 * 1024 * 1024,
  longestBody: 4 * 1024 * 1024,
} as const;

export type AnswerLimits = Record<keyof typeof ANSWER_LIMITS, number>;

/** A book as JSON, oldest first, each with its time: what checkpoints keep. */
export type AnswerBookSnapshot = [at: number, answer: KeptAnswer][];

/** What an entry takes beside the body of its answer, about. */
const ENTRY_BYTES = 500;

/**
 * Answers to requests with an Idempotency-Key as the log has told them so far. The same changes in the same order make the
 * same book.
 */
export class AnswerBook {
  /** Oldest first. */
  readonly #answers = new Map<string, { at: number; answer: KeptAnswer }>();
  #bytes = 0;

  constructor(readonly limits: AnswerLimits = ANSWER_LIMITS) {}

  get size(): number {
    return this.#answers.size;
  }

  /** Bytes of the kept answers, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The answer that was kept at this place, unless that is too long ago; `now` in epoch ms. */
  get(place: string, now: number): KeptAnswer | undefined {
    const kept = this.#answers.get(place);
    return kept && kept.at > now - this.limits.ageMs ? kept.answer : undefined;
  }

  /** False where the answer is one that is not kept. */
  takes({ body }: Pick<KeptAnswer, 'body'>): boolean {
    return body === null || Buffer.byteLength(body) <= this.limits.longestBody;
  }

  apply(change: Change): void {
    if (change.type === 'answer-put') this.#put(change.at, change.answer);
  }

  snapshot(): AnswerBookSnapshot {
    return [...this.#answers.values()].map(({ at, answer }) => [at, answer]);
  }

  static from(snapshot: AnswerBookSnapshot, limits: AnswerLimits = ANSWER_LIMITS): AnswerBook {
    const book = new AnswerBook(limits);
    for (const [at, answer] of snapshot) book.#put(at, answer);
    return book;
  }

  #put(at: number, answer: KeptAnswer): void {
    this.#drop(answer.place);
    this.#answers.set(answer.place, { at, answer });
    this.#bytes += bytesOf(answer);
    for (const [place, oldest] of this.#answers) {
      const tooMany = this.#answers.size > this.limits.answers || this.#bytes > this.limits.bytes;
      if (oldest.at > at - this.limits.ageMs && !tooMany) return;
      this.#drop(place);
    }
  }

  #drop(place: string): void {
    const kept = this.#answers.get(place);
    if (!kept) return;
    this.#answers.delete(place);
    this.#bytes -= bytesOf(kept.answer);
  }
}

function bytesOf({ body }: KeptAnswer): number {
  return ENTRY_BYTES + (body?.length ?? 0);
}
