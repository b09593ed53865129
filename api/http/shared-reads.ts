/**
 * The same question asked again within a moment gets the same answer, and asked at the same time is asked once: a
 * hundred screens that poll one list cost the database one query. Failures are not kept.
 */
export class SharedReads<T> {
  readonly #answers = new Map<string, { until: number; answer: Promise<T> }>();

  constructor(
    readonly keepMs: number,
    readonly most: number,
  ) {}

  read(question: string, ask: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const known = this.#answers.get(question);
    if (known && known.until > now) return known.answer;
    if (this.#answers.size >= this.most) this.#answers.clear();
    const entry = { until: now + this.keepMs, answer: ask() };
    this.#answers.set(question, entry);
    entry.answer.catch(() => {
      if (this.#answers.get(question) === entry) this.#answers.delete(question);
    });
    return entry.answer;
  }
}
