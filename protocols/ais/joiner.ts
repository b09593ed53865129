import type { Sentence } from './sentence.js';

/** Without its last sentence for so long, a message is given up. */
const TIMEOUT_MS = 30_000;
/** Messages of one source that may be incomplete at once; the oldest goes first. */
const MAX_OPEN = 64;

interface OpenMessage {
  parts: (Sentence | undefined)[];
  have: number;
  /** When the newest sentence came, by `tick`; NaN until the first tick after it. */
  since: number;
}

/** Joins messages of several sentences, of one source: by sequence, channel, total and receiving station. */
export class SentenceJoiner {
  readonly #open = new Map<string, OpenMessage>();
  #held = 0;

  /** `dropped` hears of each sentence that is given up, and why. */
  constructor(private readonly dropped: (sentence: Sentence, why: string) => void) {}

  /** Characters held back. */
  get held(): number {
    return this.#held;
  }

  /** All sentences of a message with its last one; null until then. */
  add(sentence: Sentence): Sentence[] | null {
    if (sentence.total === 1) return [sentence];
    const key = [sentence.station, sentence.own, sentence.sequence, sentence.channel, sentence.total].join();
    let open = this.#open.get(key);
    const before = open?.parts[sentence.number - 1];
    if (before?.payload === sentence.payload) return null;
    if (before !== undefined) {
      this.#drop(key, 'its number is used again');
      open = undefined;
    }
    if (open === undefined) {
      const [oldest] = this.#open.keys();
      if (this.#open.size >= MAX_OPEN) this.#drop(oldest, 'too many at once');
      open = { parts: new Array(sentence.total), have: 0, since: Number.NaN };
      this.#open.set(key, open);
    }
    open.parts[sentence.number - 1] = sentence;
    open.have++;
    open.since = Number.NaN;
    this.#held += sentence.payload.length;
    if (open.have < sentence.total) return null;
    this.#forget(key);
    return open.parts as Sentence[];
  }

  /** `now`: epoch ms. */
  tick(now: number): void {
    for (const [key, open] of this.#open) {
      if (Number.isNaN(open.since)) open.since = now;
      else if (now - open.since >= TIMEOUT_MS) this.#drop(key, `nothing new for ${TIMEOUT_MS / 1000} s`);
    }
  }

  close(): void {
    for (const key of [...this.#open.keys()]) this.#drop(key, 'the connection ended');
  }

  #drop(key: string, why: string): void {
    for (const sentence of this.#forget(key)) this.dropped(sentence, why);
  }

  #forget(key: string): Sentence[] {
    const sentences = (this.#open.get(key)?.parts ?? []).filter((part): part is Sentence => part !== undefined);
    this.#open.delete(key);
    for (const { payload } of sentences) this.#held -= payload.length;
    return sentences;
  }
}
