import type { TerminalFacts } from '../model/change.js';
import type { CommandProblem, CommandReason, CommandTypeInfo } from '../model/command.js';
import type { Datum } from '../model/datum.js';
import type { AreaKind, Fence } from '../model/fence.js';
import type { Position } from '../model/position.js';
import type { ProtocolTools } from '../model/protocol-tools.js';
import type { QuirkBook } from '../model/quirks.js';
import type { RejectReason } from '../model/reject.js';
import type { SafetyAlarm } from '../model/safety-alarm.js';
import type { SourceName } from '../model/source.js';
import type { UploadFact } from '../model/upload.js';
import type { MediaOutcome, MediaPart, MediaPeer } from './media.js';

/** A way in which terminals or platforms speak. A new one is a folder and a line in protocols/index.ts. */
export interface Protocol {
  readonly name: SourceName;
  /** What its coordinates always refer to, where its text says so. */
  readonly datum?: Datum;
  /** Starts one conversation: reassembly, edition and serial numbers live inside it. */
  open(sink: Sink): Conversation;
  /** The source's additional items (`Position.items`) as named values, for people; never throws. */
  describeItems(items: Uint8Array): Record<string, unknown>;
  /** Alarms of driver assistance in the additional items; never throws. The same bytes always give the same. */
  safetyAlarms?(items: Uint8Array): readonly SafetyAlarm[];
  /** What its terminals can be told; absent where nothing. */
  readonly commands?: CommandSet;
  /** How its terminals keep fences of ours; absent where they cannot. */
  readonly fences?: FenceSet;
  /** Frames taken apart and built by hand; absent where there are no frames. */
  readonly tools?: ProtocolTools;
  /** Ways in which its terminals differ from the text; absent where none is known. */
  readonly quirks?: QuirkBook;
}

/** A way of speaking, as far as its terminals can be told something. */
export type Commanded = Pick<Protocol, 'name' | 'commands' | 'fences'>;

/** The commands of a protocol. Types and parameters are the protocol's own words; others hand them on. */
export interface CommandSet {
  readonly types: readonly CommandTypeInfo[];
  /** The parameters as they are kept, defaults filled in; or what is wrong with them. Null where there is no such type. */
  check(type: string, params: unknown): { params: Record<string, unknown> } | { problems: CommandProblem[] } | null;
  /** True where the acknowledgement of a command is not the last word on it. */
  expectsAnswer(type: string): boolean;
  /** How long the answer may take after the acknowledgement, ms. */
  answerWithinMs(type: string): number;
  /** Why an answer tells of a failure; null where it does not. */
  judge(type: string, params: Record<string, unknown>, answer: Record<string, unknown>): CommandReason | null;
}

/** A command in the words of a protocol, not checked yet. */
export interface AreaCommand {
  type: string;
  params: Record<string, unknown>;
}

/** Fences of ours on the terminals of a protocol. Fences have been through geo/on-terminal.ts. */
export interface FenceSet {
  /** Puts the fence into a terminal, under its own number; `present`: an older form of it is there. */
  put(fence: Fence, present: boolean): AreaCommand;
  remove(kind: AreaKind, no: number): AreaCommand;
  /** Asks which of these areas the terminal has. */
  query(kind: AreaKind, nos: readonly number[]): AreaCommand;
  /** Areas in an answer to `query`, by number. */
  read(answer: Record<string, unknown>): Map<number, Record<string, unknown>>;
  /** Whether an area that `read` gave is what `put` makes of the fence. */
  same(fence: Fence, reported: Record<string, unknown>): boolean;
}

/** A command as one conversation sends it. */
export interface SentCommand {
  /** Serial number of the first frame; the frames that follow count on. */
  serial: number;
  frames: Buffer[];
}

/** What a terminal says to a command. */
export interface CommandResponse {
  /** Number of the terminal, without leading zeros. */
  terminal: string;
  /** The command that this answers, where the terminal names it; then nothing else is asked. */
  id?: string;
  /** Serial number of the message that this answers; null where the answer does not name it. */
  serial: number | null;
  /** Types of command that this can be the response to. */
  types: readonly string[];
  /** An acknowledgement, good (null) or bad; or a dedicated answer with its fields. */
  says: { refused: CommandReason | null } | { answer: Record<string, unknown> };
}

export interface Conversation {
  /** Takes bytes as they arrive, in pieces of any size; keeps nothing of `bytes` that it does not copy. */
  receive(bytes: Buffer): void;
  /**
   * As `receive`, while the log has no room: answers heartbeats, which ask nothing of it. Every other good frame goes to
   * `keep`, for `handle` to take later, in the same order. Absent where the peer is better not read meanwhile.
   */
  receiveWhileFull?(bytes: Buffer, keep: (frame: Buffer) => void): void;
  /** A frame that was kept. */
  handle?(frame: Buffer): void;
  /** Called about once a second with epoch ms: gives up split messages that wait too long. */
  tick(now: number): void;
  /**
   * A checked command as frames to this terminal, in its edition and under its number; `again` is the serial number of a
   * frame that is repeated. Null where this conversation has not heard of the terminal. Absent where nothing can be sent.
   */
  command?(
    terminal: string,
    type: string,
    params: Record<string, unknown>,
    again?: number,
  ): SentCommand | { refused: CommandReason; detail: string } | null;
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
  /** Names of the quirks that hold for a terminal (`Protocol.quirks`), known or not. */
  quirksOf(terminalNumber: string): readonly string[];
  /**
   * The position is the sink's from now on. False: it was refused for ever, and counted; it is acknowledged all the same,
   * or else it would come again for ever. A sink that can take nothing more ends the connection instead.
   */
  position(p: Position): boolean;
  /** `bytes` are borrowed: there is a reply for each location, and the next is written over this one. */
  reply(bytes: Buffer, when: ReplyWhen): void;
  /** A report that is neither a fix nor a response; whatever is replied to it waits until it is durable. */
  upload(fact: UploadFact): void;
  /** A part of a picture, a sound or a video. */
  media(part: MediaPart, peer: MediaPeer): MediaOutcome;
  /** A terminal that is welcome responds to a command, or says by itself what could be such a response. */
  response(response: CommandResponse): void;
  /** `bytes` is the refused frame or part; `detail` says what and where, for people. */
  reject(reason: RejectReason, bytes: Buffer, detail?: string): void;
}
