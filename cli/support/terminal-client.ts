import { EventEmitter, once } from 'node:events';
import { decodeText } from '../../protocols/common/text.js';
import { type PlatformMessage, TerminalLink } from './terminal-link.js';
import {
  AUTHENTICATE,
  authentication,
  type Content,
  GENERAL_RESPONSE,
  HEARTBEAT,
  hexId,
  locations,
  PLATFORM_RESPONSE,
  REGISTER,
  REGISTER_RESPONSE,
  registration,
  type TerminalFix,
} from './terminal-messages.js';

export interface TerminalOptions {
  host: string;
  port: number;
  /** Digits; more than 12 without leading zeros need the 2019 edition. */
  number: string;
  edition?: '2013' | '2019';
  plate?: string;
  plateColor?: number;
  /** Messages sent and not yet acknowledged, at most. */
  window?: number;
  /** Fixes in one message, at most: above 1 they travel as 0x0704. */
  batch?: number;
  /** Silence after which a heartbeat is sent. */
  heartbeatMs?: number;
  /** First wait for an answer, T(1); T(n+1) = T(n) × (n+1) (2019 §7.1, 2013 §7.1). */
  replyMs?: number;
  /** Times that a message is sent again before the link counts as dead. */
  retries?: number;
  /** Pause before the first new attempt to connect; it doubles up to the longest. */
  backOffMs?: number;
  longestBackOffMs?: number;
  /** Answers what the platform wants of it; without it everything is honestly declined. */
  answer?: (message: PlatformMessage, edition: '2013' | '2019') => Content[];
}

const DEFAULTS = {
  plateColor: 2,
  window: 4,
  batch: 1,
  heartbeatMs: 30_000,
  replyMs: 10_000,
  retries: 3,
  backOffMs: 200,
  longestBackOffMs: 10_000,
};

interface Events {
  /** The platform says that it has them. */
  accepted: [fixes: TerminalFix[]];
  /** The platform will not take them; `result` is that of 0x8001, or −1 when it does not want the terminal. */
  refused: [fixes: TerminalFix[], result: number];
  resent: [fixes: TerminalFix[]];
  online: [];
  offline: [reason: string];
  /** The platform does not want this terminal; it has stopped for good. */
  unwelcome: [reason: string];
  /** There may be room for another message, or nothing left to wait for. */
  progress: [];
}

/** A message that wants an answer. */
interface Message extends Content {
  fixes: TerminalFix[];
  /** Times sent on this connection. */
  sent: number;
  /** Current wait and its end, on the clock of performance.now(). */
  waitMs: number;
  deadline: number;
}

const SUCCEEDED = 0;
const NOT_SUPPORTED = 3;
/** "Alarm handled": the answer to a report with an alarm that a person has confirmed. */
const ALARM_CONFIRMED = 4;
const REGISTRATION_RESULTS = [
  'registered',
  'the vehicle is registered already',
  'no such vehicle',
  'the terminal is registered already',
  'no such terminal',
];
const TICK_MS = 250;
/** What another connection says anew. */
const OF_THE_LINK: ReadonlySet<number> = new Set([REGISTER, AUTHENTICATE, HEARTBEAT]);

/**
 * One JT/T 808 terminal over real TCP: registers, authenticates, reports, waits for 0x8001 by serial number and message
 * id, sends again what stays unanswered, and comes back after a lost connection with all that was not acknowledged.
 */
export class TerminalClient extends EventEmitter<Events> {
  readonly number: string;
  readonly edition: '2013' | '2019';
  readonly #o: TerminalOptions & typeof DEFAULTS;
  #link: TerminalLink | null = null;
  #online = false;
  #ended = false;
  #authCode: string | null = null;
  /** Authentications refused in a row: the first leads to a new registration, the second to the end. */
  #authRefusals = 0;
  #backOffMs: number;
  #timer: NodeJS.Timeout | null = null;
  #lastSent = 0;
  /** Sent and not answered, oldest first, by serial number. */
  readonly #inFlight = new Map<number, Message>();
  /** Was in flight when the connection broke, oldest first: leaves before anything new. */
  #again: Message[] = [];
  /** Not sent yet, oldest first. */
  #queue: TerminalFix[] = [];

  constructor(options: TerminalOptions) {
    super();
    this.#o = { ...DEFAULTS, ...options };
    this.number = options.number;
    this.edition = options.edition ?? (options.number.replace(/^0+/, '').length > 12 ? '2019' : '2013');
    this.#backOffMs = this.#o.backOffMs;
  }

  /** True once registered and authenticated on a living connection. */
  get online(): boolean {
    return this.#online;
  }

  /** Fixes that are not acknowledged yet. */
  get pending(): number {
    let fixes = this.#queue.length;
    for (const message of this.#unanswered()) fixes += message.fixes.length;
    return fixes;
  }

  /** Connects; `send` does it by itself. */
  start(): void {
    if (!this.#link && !this.#timer && !this.#ended) this.#connect();
  }

  /**
   * Takes one fix, in the order of its calls. Resolves when there is room for the next, so that a caller who waits
   * keeps no more than the window in memory.
   */
  async send(fix: TerminalFix): Promise<void> {
    if (this.#ended) {
      this.emit('refused', [fix], -1);
      return;
    }
    this.#queue.push(fix);
    this.start();
    this.#pump();
    while (this.#queue.length >= this.#o.batch && !this.#ended) await once(this, 'progress');
  }

  /** Sends a message that is not a fix once all fixes given before it are on their way, and resolves when it is. */
  async tell(message: Content): Promise<void> {
    this.start();
    while (!this.#ended && !(this.#online && this.#queue.length === 0 && this.#inFlight.size < this.#o.window)) {
      await once(this, 'progress');
    }
    if (!this.#ended) this.#send({ ...message, fixes: [] });
  }

  /** Resolves when every fix is acknowledged or refused, or the signal comes. */
  async drained(signal?: AbortSignal): Promise<void> {
    while (this.pending > 0 && !this.#ended && !signal?.aborted) {
      await once(this, 'progress', { signal }).catch(() => {});
    }
  }

  /** Closes the connection and gives up what is not acknowledged. */
  stop(): void {
    this.#ended = true;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#link?.close('stopped');
    this.emit('progress');
  }

  *#unanswered(): Iterable<Message> {
    yield* this.#again;
    yield* this.#inFlight.values();
  }

  #connect(): void {
    const link = new TerminalLink(this.#o, this, {
      connected: () => this.#introduce(),
      message: (message) => this.#receive(message),
      closed: (reason) => this.#disconnected(reason),
    });
    this.#link = link;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** The first message of a connection: authentication, or registration on first contact. */
  #introduce(): void {
    if (this.#authCode !== null) {
      this.#send({ ...authentication(this.#authCode, this.edition), fixes: [] });
    } else {
      this.#send({ ...registration(this.number, this.#o.plate, this.#o.plateColor), fixes: [] });
    }
  }

  #send(message: Content & Pick<Message, 'fixes'>): void {
    const link = this.#link as TerminalLink;
    const now = performance.now();
    const serial = link.send(message.msgId, message.fields);
    const waitMs = this.#o.replyMs;
    this.#inFlight.set(serial, { ...message, sent: 1, waitMs, deadline: now + waitMs });
    this.#lastSent = now;
  }

  /** Sends as much as the window allows: first what a broken connection left, then what is new. */
  #pump(): void {
    let moved = false;
    while (this.#online && this.#inFlight.size < this.#o.window) {
      const again = this.#again.shift();
      if (again) {
        this.emit('resent', again.fixes);
        this.#send(again);
        continue;
      }
      if (this.#queue.length === 0) break;
      const fixes = this.#queue.splice(0, this.#o.batch);
      this.#send({ ...locations(fixes), fixes });
      moved = true;
    }
    if (moved) this.emit('progress');
  }

  #receive({ msgId, seq, body }: PlatformMessage): void {
    if (msgId === REGISTER_RESPONSE && body.length >= 3) {
      if (this.#inFlight.delete(body.readUInt16BE(0))) this.#registered(body[2], decodeText(body.subarray(3)));
    } else if (msgId === PLATFORM_RESPONSE && body.length >= 5) {
      const serial = body.readUInt16BE(0);
      const message = this.#inFlight.get(serial);
      if (message?.msgId !== body.readUInt16BE(2)) return; // the answer to something that was given up
      this.#inFlight.delete(serial);
      this.#answered(message, body[4]);
    } else if (msgId !== PLATFORM_RESPONSE && msgId !== REGISTER_RESPONSE) {
      const declined = { replySeq: seq, replyId: hexId(msgId), result: NOT_SUPPORTED };
      const answers = this.#o.answer?.({ msgId, seq, body }, this.edition);
      for (const { msgId: id, fields } of answers ?? [{ msgId: GENERAL_RESPONSE, fields: declined }]) {
        this.#link?.send(id, fields);
      }
    }
  }

  #registered(result: number, authCode: string): void {
    if (result !== SUCCEEDED) {
      this.#giveUp(`registration refused: ${REGISTRATION_RESULTS[result] ?? `result ${result}`}`);
      return;
    }
    this.#authCode = authCode;
    this.#introduce();
  }

  #answered(message: Message, result: number): void {
    if (message.msgId === AUTHENTICATE) this.#authenticated(result);
    else if (message.msgId === REGISTER) this.#giveUp(`registration refused: general response, result ${result}`);
    else if (message.fixes.length > 0) {
      if (result === SUCCEEDED || result === ALARM_CONFIRMED) this.emit('accepted', message.fixes);
      else this.emit('refused', message.fixes, result);
    }
    this.#pump();
    this.emit('progress');
  }

  #authenticated(result: number): void {
    if (result === SUCCEEDED) {
      this.#authRefusals = 0;
      this.#backOffMs = this.#o.backOffMs;
      this.#online = true;
      this.emit('online');
      this.emit('progress');
    } else if (++this.#authRefusals < 2) {
      this.#authCode = null;
      this.#introduce();
    } else {
      this.#giveUp(`authentication refused: result ${result}`);
    }
  }

  #giveUp(reason: string): void {
    const lost = [...[...this.#unanswered()].flatMap((message) => message.fixes), ...this.#queue];
    this.#again = [];
    this.#inFlight.clear();
    this.#queue = [];
    this.emit('unwelcome', reason);
    if (lost.length > 0) this.emit('refused', lost, -1);
    this.stop();
  }

  #tick(): void {
    const now = performance.now();
    for (const [serial, message] of this.#inFlight) {
      if (now < message.deadline) continue;
      if (message.sent > this.#o.retries) {
        this.#link?.close(`no answer to ${hexId(message.msgId)} after ${message.sent} attempts`);
        return;
      }
      message.sent++;
      message.waitMs *= message.sent;
      message.deadline = now + message.waitMs;
      this.#link?.send(message.msgId, message.fields, serial);
      if (message.fixes.length > 0) this.emit('resent', message.fixes);
    }
    if (this.#online && now - this.#lastSent >= this.#o.heartbeatMs && this.#inFlight.size < this.#o.window) {
      this.#send({ msgId: HEARTBEAT, fields: {}, fixes: [] });
    }
  }

  #disconnected(reason: string): void {
    this.#link = null;
    this.#online = false;
    const data = [...this.#inFlight.values()].filter(({ msgId }) => !OF_THE_LINK.has(msgId));
    this.#again = [...data, ...this.#again];
    this.#inFlight.clear();
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    if (this.#ended) return;
    this.emit('offline', reason);
    this.#timer = setTimeout(() => this.#connect(), this.#backOffMs);
    this.#backOffMs = Math.min(this.#backOffMs * 2, this.#o.longestBackOffMs);
  }
}
