import type { RejectReason } from '../../model/reject.js';
import type { Edition } from './edition.js';

/** One line of an explanation: `length` bytes at `offset` of the unescaped frame are `field`, which is `value`. */
export interface Explained {
  offset: number;
  length: number;
  field: string;
  value: unknown;
  /** The text that says so. */
  clause: string;
}

export interface Failure {
  reason: RejectReason;
  offset: number;
  message: string;
  /** Where in the JSON the field would be, once it is known. */
  field?: string;
}

/**
 * Reads a body from `bytes[at…end)`. Never reads outside and never throws: the first field that is cut off is kept as
 * `failure`, and from there on every read gives zero or nothing and leaves no name behind.
 */
export class Reader {
  failure: Failure | null = null;
  /** The text that describes what is being read, for explanations. */
  clause = '';
  #path = '';

  constructor(
    readonly bytes: Buffer,
    public at: number,
    readonly end: number,
    readonly edition: Edition,
    readonly explained: Explained[] | null = null,
  ) {}

  get remaining(): number {
    return this.end - this.at;
  }

  /** Where the next `n` bytes are; -1, and a failure, when they are not all there. */
  take(n: number): number {
    const at = this.at;
    if (this.failure !== null) return -1;
    if (at + n > this.end) {
      this.fail('short-body', `${n} bytes wanted, ${this.end - at} left`);
      return -1;
    }
    this.at = at + n;
    return at;
  }

  fail(reason: RejectReason, message: string): void {
    this.failure ??= { reason, offset: this.at, message };
  }

  /** Says which field a failure belongs to; the innermost says it first. */
  blame(name: string): void {
    if (this.failure !== null) this.failure.field ??= this.#join(name);
  }

  uint(bytes: number): number {
    const at = this.take(bytes);
    return at < 0 ? 0 : this.bytes.readUIntBE(at, bytes);
  }

  raw(n: number): Buffer {
    const at = this.take(n);
    return at < 0 ? EMPTY : this.bytes.subarray(at, at + n);
  }

  /** Reads the next `length` bytes as a part of their own, which cannot reach beyond them. */
  within(length: number, name: string, read: (part: Reader) => void): void {
    const at = this.take(length);
    if (at < 0) return;
    const part = new Reader(this.bytes, at, at + length, this.edition, this.explained);
    part.clause = this.clause;
    part.#path = this.#join(name);
    read(part);
  }

  /** Runs `read` with `name` in front of the names it explains or fails on. */
  named<T>(name: string, read: () => T): T {
    const before = this.#path;
    this.#path = this.#join(name);
    const value = read();
    this.#path = before;
    return value;
  }

  explain(offset: number, name: string, value: unknown): void {
    const { clause } = this;
    this.explained?.push({ offset, length: this.at - offset, field: this.#join(name), value, clause });
  }

  #join(name: string): string {
    return this.#path === '' ? name : name === '' ? this.#path : `${this.#path}.${name}`;
  }
}

/** Collects a body. */
export class Writer {
  #bytes = Buffer.allocUnsafe(64);
  #length = 0;

  constructor(readonly edition: Edition) {}

  uint(value: number, bytes: number): void {
    this.#room(bytes);
    this.#length = this.#bytes.writeUIntBE(value, this.#length, bytes);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What `write` writes, apart from what is already here: for lengths that come before what they measure. */
  part(write: (w: Writer) => void): Buffer {
    const w = new Writer(this.edition);
    write(w);
    return w.take();
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(n: number): void {
    if (this.#length + n <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe((this.#length + n) * 2);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

const EMPTY = Buffer.alloc(0);
