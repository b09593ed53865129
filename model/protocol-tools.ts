import type { SourceName } from './source.js';

/** What people do with the frames of a protocol by hand: the command line and the API offer the same. */
export interface ProtocolTools {
  readonly name: SourceName;
  /** As people call it: JT/T 808. */
  readonly title: string;
  readonly editions: readonly string[];
  /** What people paste: hex, unless it is text that is read as it is. */
  readonly input?: 'text';
  readonly messages: readonly MessageInfo[];
  /** What the bytes hold, frame by frame, byte by byte; never throws. Offsets count from the beginning of `bytes`. */
  explain(bytes: Buffer, options?: ExplainOptions): ExplainedFrame[];
  /** The frames of a message in JSON, of one too long for one frame several. Throws RangeError saying which key is wrong. */
  encode(json: Record<string, unknown>): Buffer[];
  /** What the header of a kept frame says (`Conversation.current`); null where it shows none. Never throws. */
  head(bytes: Buffer): FrameHead | null;
  /** A kept frame as it came, with what separates it from others. */
  onTheWire(bytes: Buffer): Buffer;
}

export interface FrameHead {
  /** "0x0200". */
  messageId: string;
  edition: string;
  /** Number of the terminal without leading zeros. */
  terminal: string;
  /** Body bytes that are there beyond those that the header declares; negative where some are missing. */
  lengthOff: number;
}

export interface ExplainOptions {
  /** One of the protocol's editions; otherwise found in the frame as far as it shows. */
  edition?: string;
  /** Goes on in spite of a wrong check code or length. */
  lenient?: boolean;
}

/** A frame that was taken apart, or bytes that are none. */
export interface ExplainedFrame {
  /** Where it begins in what was given, and how many bytes of it there are. */
  offset: number;
  length: number;
  /** The message by names, or what is wrong and at which byte of what was given (outside contract §3). */
  decoded: ({ ok: true } & Record<string, unknown>) | { ok: false; protocol: string; error: FrameError };
  rows: ExplainedRow[];
  /** Bytes that escaping added on the wire. */
  escapes: number;
}

export interface FrameError {
  code: string;
  message: string;
  offset: number;
}

/** One run of bytes of a frame: where, what, and which text says so. */
export interface ExplainedRow {
  /** In the frame without its escapes, the opening delimiter being 0. */
  offset: number;
  hex: string;
  field: string;
  value: string;
  clause: string;
  /** Where the bytes, escapes included, are in what was given. */
  wireOffset: number;
  wireLength: number;
}

export interface MessageInfo {
  /** "0x0200". */
  id: string;
  /** The house name, in English. */
  name: string;
  chinese: string;
  /** `up`: from the terminal to the platform. */
  direction: 'up' | 'down';
  /** The text it first appears in. */
  since: string;
  /** Editions that have it. */
  editions: readonly string[];
  /** The body is decoded and encoded by names. */
  covered: boolean;
  /** A conversation does something with it, beyond an answer that it is not supported; always so for what we send. */
  actedOn: boolean;
  /** The text, section and tables that describe it, by edition. */
  clauses: Readonly<Record<string, string>>;
  /** The body's fields by edition, in the order of the table; those that encoding works out by itself are left out. */
  fields: Readonly<Record<string, readonly FieldInfo[]>>;
}

/** A field of a message as a form needs it. */
export type FieldInfo = {
  name: string;
  /** It may be left out. */
  optional?: true;
  /** What is sent then. */
  default?: unknown;
} & ValueShape;

/** `json`: a value whose form the layout cannot tell. `text` is as long as `bytes` in GBK at most. */
export type ValueShape =
  | { type: 'integer'; min: number; max: number }
  | { type: 'number'; min: number; max: number; step: number }
  | { type: 'text'; bytes?: number }
  | { type: 'hex'; bytes?: number }
  | { type: 'time' | 'message-id' | 'json' }
  | { type: 'list'; item: ValueShape }
  | { type: 'object'; fields: readonly FieldInfo[] };
