import type { AnswerBook } from '../model/answer-book.js';
import type { KeptAnswer } from '../model/kept-answer.js';
import type { Registry } from './registry.js';

/** Answers to requests with an Idempotency-Key, on their way into the log. */
export class KeptAnswers {
  constructor(
    readonly book: AnswerBook,
    readonly registry: Pick<Registry, 'recordAnswer' | 'log'>,
  ) {}

  /**
   * Resolves once the answer is durable. While the log takes nothing, a refusal is not kept: nothing was done, and asked
   * again it is judged anew; waiting for the log would only hold it up.
   */
  async keep(answer: KeptAnswer): Promise<void> {
    const { log } = this.registry;
    if (answer.status >= 400 && !log.accepting) return;
    this.book.apply(this.registry.recordAnswer(answer));
    await new Promise<void>((resolve) => log.whenAccepted(resolve));
  }
}
