import type { HttpResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import type { Answer } from '../http/endpoint.js';

/** Above this a body goes out as the reader takes it; below, one copy into the socket is cheaper. */
const STREAM_ABOVE_BYTES = 256 * 1024;

/** One response and whether it may still be touched. */
export class Exchange {
  #open = true;
  #answered = false;
  #aborted = () => {};
  #wake = () => {};
  /** Made for the few who ask. */
  #listeners: Set<() => void> | null = null;

  /** `headOnly`: the answer to HEAD, which is that to GET without its body. */
  constructor(
    readonly res: HttpResponse,
    readonly headOnly = false,
  ) {}

  /** Must be called before the route's callback returns. `then` runs only where no answer has been finished. */
  onAborted(then: () => void): void {
    this.#aborted = then;
    this.res.onAborted(() => {
      this.#open = false;
      this.#wake();
      this.#finish(this.#aborted);
      for (const listener of [...(this.#listeners ?? [])]) listener();
    });
  }

  whenAborted(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  answer(answer: Answer, finished: () => void): void {
    const { body } = answer;
    if (body !== null && typeof body !== 'string' && Symbol.asyncIterator in body) {
      // An error before the first chunk is the source's to turn into an answer; later ones break the chunked response
      // off, which is how a reader tells a cut from an end.
      const stream = this.headOnly
        ? this.#noStream(answer, body)
        : answer.length === undefined
          ? this.#stream(answer, body)
          : this.#streamSized(answer, body);
      stream.catch(() => this.#open && this.res.close()).finally(() => this.#finish(finished));
      return;
    }
    if (!this.#open) return;
    if (this.headOnly) {
      this.#endHead(answer, body === null ? answer.length : Buffer.byteLength(body));
      return this.#finish(finished);
    }
    if (body !== null && typeof body !== 'string' && body.length > STREAM_ABOVE_BYTES)
      return this.#endSlowly(answer, body, finished);
    this.#open = false;
    this.res.cork(() => {
      this.#head(answer);
      if (body === null) this.res.endWithoutBody();
      else this.res.end(body, answer.close);
    });
    this.#finish(finished);
  }

  #finish(then: () => void): void {
    if (this.#answered) return;
    this.#answered = true;
    then();
  }

  #head({ status, headers }: Answer): void {
    this.res.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
    for (const [name, value] of headers) this.res.writeHeader(name, value);
  }

  /** `length`: bytes that the body has; undefined where nobody knows. */
  #endHead(answer: Answer, length: number | undefined): void {
    this.#open = false;
    this.res.cork(() => {
      this.#head(answer);
      // An undefined one would be written as a number.
      if (length === undefined) this.res.endWithoutBody();
      else this.res.endWithoutBody(length);
    });
  }

  /** What a source has taken for its answer it gives back only where it was begun. */
  async #noStream(answer: Answer, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    for await (const _ of chunks) break;
    if (this.#open) this.#endHead(answer, answer.length);
  }

  /** tryEnd keeps nothing in memory that the socket has not taken; the rest follows as the reader makes room. */
  #endSlowly(answer: Answer, body: Uint8Array, finished: () => void): void {
    const { res } = this;
    const more = (from: number) => {
      const [ok, done] = res.tryEnd(from === 0 ? body : body.subarray(from), body.length);
      if (done) {
        this.#open = false;
        this.#finish(finished);
      }
      return ok;
    };
    res.onWritable((offset) => more(offset));
    res.cork(() => {
      this.#head(answer);
      more(0);
    });
  }

  async #stream(answer: Answer, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    const { res } = this;
    let begun = false;
    // Leaving this loop early returns the iterator, which frees the source.
    for await (const chunk of chunks) {
      if (!this.#open) return;
      if (chunk.length === 0) continue; // an empty chunk would end the response
      let room = true;
      res.cork(() => {
        if (!begun) this.#head(answer);
        room = res.write(chunk);
      });
      begun = true;
      if (!room) await this.#writable();
    }
    if (!this.#open) return;
    this.#open = false;
    res.cork(() => {
      if (!begun) this.#head(answer);
      res.end();
    });
  }

  /** As many bytes as the answer says; where the source gives fewer, the connection is broken off. */
  async #streamSized(answer: Answer, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
    const { res } = this;
    const length = answer.length as number;
    let sent = 0;
    for await (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      for (let taken = 0; taken < bytes.length; ) {
        if (!this.#open) return;
        const begun = sent + taken > 0;
        let done = false;
        let ok = true;
        res.cork(() => {
          if (!begun) this.#head(answer);
          [ok, done] = res.tryEnd(taken === 0 ? bytes : bytes.subarray(taken), length);
        });
        if (done) {
          this.#open = false;
          return;
        }
        // What the socket has not taken is offered again from where it says it is.
        if (ok) taken = bytes.length;
        else taken = (await this.#writableFrom()) - sent;
      }
      sent += bytes.length;
    }
    if (this.#open) throw new Error(`the body ended after ${sent} of ${length} bytes`);
  }

  /** The offset in the body from which the socket takes more. */
  #writableFrom(): Promise<number> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(Number.POSITIVE_INFINITY);
      if (!this.#open) {
        this.#wake();
        return;
      }
      this.res.onWritable((offset) => {
        resolve(offset);
        return true;
      });
    });
  }

  #writable(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (!this.#open) return resolve();
      this.res.onWritable(() => {
        resolve();
        return true;
      });
    });
  }
}
