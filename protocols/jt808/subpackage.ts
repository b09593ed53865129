import type { RejectReason } from '../../model/reject.js';
import type { Edition } from '../common/edition.js';
import type { Header } from './header.js';

/** Bytes that several holders may hold together; each takes before it keeps and gives back when it lets go. */
export class MemoryBudget {
  #used = 0;

  constructor(readonly limit: number) {}

  get used(): number {
    return this.#used;
  }

  take(bytes: number): boolean {
    if (this.#used + bytes > this.limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

/** Bounds of one connection (reliability sheet §6 row 3). */
export interface PartLimits {
  parts: number;
  messages: number;
  bytes: number;
  /** Without a new part for so long, a message is given up … */
  timeoutMs: number;
  /** … and after so long its missing parts are asked for, once. */
  askAfterMs: number;
}

export const PART_LIMITS: PartLimits = {
  parts: 512,
  messages: 4,
  bytes: 1024 * 1024,
  timeoutMs: 60_000,
  askAfterMs: 5_000,
};

/** Whose parts they are: the number for comparing, and how to write back. */
export interface PartSender {
  readonly number: string;
  readonly numberBytes: Uint8Array;
  readonly edition: Edition;
}

/** A message of which not every part has come. */
export interface OpenMessage extends PartSender {
  readonly messageId: number;
  readonly total: number;
  /** Serial number of part 1, as far as serial numbers are consecutive. */
  readonly firstSeq: number;
  /** Some terminals give every part the same serial number: then number, id and total must do. */
  looseSerials: boolean;
  lastSeq: number;
  readonly parts: (Buffer | undefined)[];
  have: number;
  bytes: number;
  /** When the newest part came, by `tick`; NaN until the first tick after it. */
  since: number;
  asked: boolean;
}

/** What became of a part: kept, come before, the last one missing (with the whole body), or refused. */
export type PartOutcome = 'held' | 'repeated' | Buffer | { reason: RejectReason; detail: string };

/**
 * Joins split messages (分包): 2011 §4.4.3, 2013 and 2019 §4.4.3; missing parts 2013 §8.4, 2019 §8.6.
 *
 * Parts of one message carry consecutive serial numbers and a repeated part keeps its own, so (terminal, id, serial −
 * index + 1, total) names the message; two uploads of equal size that interleave stay apart. Until two parts have agreed
 * on a first serial number, a part that fits nothing else may join by terminal, id and total.
 * What is dropped is given to `dropped` part by part: each part is one frame.
 */
export class PartJoiner {
  readonly #open: OpenMessage[] = []; // oldest first
  readonly #done: { key: OpenMessage; since: number }[] = []; // complete not long ago: their parts may be repeated
  #bytes = 0;

  constructor(
    readonly limits: PartLimits,
    readonly budget: MemoryBudget,
    readonly dropped: (reason: RejectReason, part: Buffer, detail: string) => void,
  ) {}

  /** Bytes held back. */
  get held(): number {
    return this.#bytes;
  }

  /** Takes one part; `body` is copied. `h` has a total above 1. */
  add(h: Header, sender: PartSender, body: Buffer): PartOutcome {
    const { packageTotal: total, packageIndex: index } = h;
    const { number } = sender;
    if (index === 0 || index > total) return { reason: 'bad-package', detail: `part ${index} of ${total}` };
    if (total > this.limits.parts) {
      return { reason: 'package-limit', detail: `${total} parts, at most ${this.limits.parts} are joined` };
    }
    const firstSeq = (h.seq - index + 1) & 0xffff;
    const same = (m: OpenMessage) => m.number === number && m.messageId === h.messageId && m.total === total;
    if (this.#done.some(({ key }) => same(key) && key.firstSeq === firstSeq)) return 'repeated';

    let message = this.#open.find((m) => same(m) && m.firstSeq === firstSeq && !m.looseSerials);
    if (message === undefined) {
      message = this.#open.find((m) => same(m) && (m.looseSerials || m.have === 1));
      if (message !== undefined) {
        if (message.parts[index - 1] !== undefined && message.lastSeq !== h.seq) message = undefined;
        else message.looseSerials = true;
      }
    }
    if (message?.parts[index - 1] !== undefined) return 'repeated';
    if (message === undefined) {
      while (this.#open.length >= this.limits.messages) this.#drop(this.#open[0], 'package-limit', 'too many at once');
      message = {
        ...sender,
        messageId: h.messageId,
        total,
        firstSeq,
        looseSerials: false,
        lastSeq: h.seq,
        parts: new Array(total),
        have: 0,
        bytes: 0,
        since: Number.NaN,
        asked: false,
      };
      this.#open.push(message);
    }
    if (!this.#makeRoom(message, body.length)) {
      if (message.have === 0) this.#forget(message);
      return { reason: 'package-limit', detail: 'no room for more parts' };
    }
    message.parts[index - 1] = Buffer.from(body);
    message.have++;
    message.bytes += body.length;
    message.lastSeq = h.seq;
    message.since = Number.NaN;
    if (message.have < total) return 'held';

    this.#forget(message);
    // With serial numbers that mean nothing, the next message could look like this one repeated.
    if (!message.looseSerials) {
      this.#done.push({ key: { ...message, parts: [] }, since: Number.NaN });
      if (this.#done.length > this.limits.messages) this.#done.shift();
    }
    return Buffer.concat(message.parts as Buffer[]);
  }

  /** Gives up what waits too long, and calls `ask` once for each message that has gone quiet with parts missing. */
  tick(now: number, ask: (message: OpenMessage, missing: number[]) => void): void {
    for (const message of [...this.#open]) {
      if (Number.isNaN(message.since)) message.since = now;
      const waited = now - message.since;
      if (waited >= this.limits.timeoutMs) {
        this.#drop(message, 'package-timeout', `no new part for ${Math.round(waited / 1000)} s`);
      } else if (waited >= this.limits.askAfterMs && !message.asked) {
        message.asked = true;
        ask(message, missingParts(message));
      }
    }
    for (const done of this.#done) if (Number.isNaN(done.since)) done.since = now;
    while (this.#done.length > 0 && now - this.#done[0].since >= this.limits.timeoutMs) this.#done.shift();
  }

  /** Gives up everything: the connection is over. */
  close(): void {
    while (this.#open.length > 0) this.#drop(this.#open[0], 'package-timeout', 'the connection ended');
  }

  /** Room for `bytes` more of `message`, at the cost of older messages of this connection. */
  #makeRoom(message: OpenMessage, bytes: number): boolean {
    while (this.#bytes + bytes > this.limits.bytes || !this.budget.take(bytes)) {
      const oldest = this.#open[0];
      if (oldest === message) return false;
      this.#drop(oldest, 'package-limit', 'newer parts needed the room');
    }
    this.#bytes += bytes;
    return true;
  }

  #drop(message: OpenMessage, reason: RejectReason, why: string): void {
    this.#forget(message);
    const what = `message 0x${message.messageId.toString(16).padStart(4, '0')}, ${message.have} of ${message.total} parts`;
    message.parts.forEach((part, i) => {
      if (part !== undefined) this.dropped(reason, part, `part ${i + 1} of ${what}: ${why}`);
    });
  }

  #forget(message: OpenMessage): void {
    this.#open.splice(this.#open.indexOf(message), 1);
    this.#bytes -= message.bytes;
    this.budget.give(message.bytes);
  }
}

function missingParts(message: OpenMessage): number[] {
  const missing: number[] = [];
  for (let i = 0; i < message.total; i++) if (message.parts[i] === undefined) missing.push(i + 1);
  return missing;
}
