import type { TerminalFacts } from '../model/change.js';
import type { Position } from '../model/position.js';
import type { RejectReason } from '../model/reject.js';
import type { SourceName } from '../model/source.js';

/** A way in which terminals or platforms speak. A new one is a folder and a line in protocols/index.ts. */
export interface Protocol {
  readonly name: SourceName;
  /** Starts one conversation: reassembly, edition and serial numbers live inside it. */
  open(sink: Sink): Conversation;
  /** The source's additional items (`Position.items`) as named values, for people; never throws. */
  describeItems(items: Uint8Array): Record<string, unknown>;
}

export interface Conversation {
  /** Takes bytes as they arrive, in pieces of any size; keeps nothing of `bytes` that it does not copy. */
  receive(bytes: Buffer): void;
  /** Called about once a second with epoch ms: gives up split messages that wait too long. */
  tick(now: number): void;
  /** The connection is over: gives up, and rejects, the parts of split messages that are held back. */
  close(): void;
  /** Bytes held back: an unfinished frame and unfinished split messages. */
  readonly held: number;
  /** True while a frame has begun and not ended: the slow-sender time-out watches it. */
  readonly insideFrame: boolean;
  /** The frame being handled, as it came over the wire: for the quarantine. Borrowed; empty when nothing is in hand. */
  readonly current: Uint8Array;
}

/** What a terminal says when it registers (终端注册). */
export interface Registration {
  terminal: TerminalFacts;
  plate: string | null;
  plateColor: number | null;
}

/** JT/T 808 §8.6: 0 success, 1 vehicle registered already, 2 no such vehicle, 3 terminal registered already, 4 no such terminal. */
export type RegistrationAnswer = { result: 0; authCode: string } | { result: 1 | 2 | 3 | 4 };

/** When a reply may leave. `accepted`: only once everything this conversation has given so far is durable. */
export type ReplyWhen = 'now' | 'accepted';

/** Where a conversation puts what it finds. No I/O here, so hex in a test is enough. */
export interface Sink {
  /** One complete frame with a good check code was cut out; called before anything that comes of it. */
  frame(messageId: number): void;
  register(registration: Registration): RegistrationAnswer;
  /** True where the code is the terminal's own, so that its data is welcome from now on. */
  authenticate(terminal: TerminalFacts, authCode: string): boolean;
  /** True where data of this terminal number (without leading zeros) is welcome on this conversation. */
  admits(terminalNumber: string): boolean;
  deregister(terminalNumber: string): void;
  /**
   * The position is the sink's from now on. False: it was refused for ever, and counted; it is acknowledged all the same,
   * or else it would come again for ever. A sink that can take nothing more ends the connection instead.
   */
  position(p: Position): boolean;
  reply(bytes: Buffer, when: ReplyWhen): void;
  /** `bytes` is the refused frame or part; `detail` says what and where, for people. */
  reject(reason: RejectReason, bytes: Buffer, detail?: string): void;
}
