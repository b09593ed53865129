import type { Position } from '../../model/position.js';
import type { UploadFact } from '../../model/upload.js';
import type { MediaOutcome, MediaPart, MediaPeer } from '../../protocols/media.js';
import type {
  CommandResponse,
  Conversation,
  Protocol,
  Registration,
  RegistrationAnswer,
  ReplyWhen,
  Sink,
} from '../../protocols/protocol.js';

/** Everything that a conversation gave, in order; bytes as hex, so that two logs can be compared. */
export type LogEntry =
  | { frame: number }
  | { register: Registration }
  | { authenticate: string; authCode: string }
  | { deregister: string }
  | { position: Omit<Position, 'items'> & { items: string | null } }
  | { reply: string; when: ReplyWhen }
  | { response: CommandResponse }
  | { upload: UploadFact }
  | { media: Omit<MediaPart, 'data'> & { data: string } }
  | { reject: string; bytes: string; detail: string | undefined };

/** A sink that writes down what it is given. Its answers can be set. */
export class SinkLog implements Sink {
  readonly log: LogEntry[] = [];
  answer: RegistrationAnswer = { result: 0, authCode: 'code-1' };
  goodCode = 'code-1';
  mediaOutcome: MediaOutcome = 'taken';
  /** Of the parts of media, in order. */
  readonly peers: MediaPeer[] = [];
  admitted: (number: string) => boolean = () => true;
  quirks: (number: string) => readonly string[] = () => [];

  frame(messageId: number): void {
    this.log.push({ frame: messageId });
  }
  register(registration: Registration): RegistrationAnswer {
    this.log.push({ register: registration });
    return this.answer;
  }
  authenticate(terminal: { number: string }, authCode: string): boolean {
    this.log.push({ authenticate: terminal.number, authCode });
    return authCode === this.goodCode;
  }
  admits(number: string): boolean {
    return this.admitted(number);
  }
  quirksOf(number: string): readonly string[] {
    return this.quirks(number);
  }
  deregister(number: string): void {
    this.log.push({ deregister: number });
  }
  position(p: Position): boolean {
    const items = p.items === null ? null : Buffer.from(p.items).toString('hex');
    this.log.push({ position: { ...p, items } });
    return Number.isFinite(p.fixTime);
  }
  reply(bytes: Buffer, when: ReplyWhen): void {
    this.log.push({ reply: bytes.toString('hex'), when });
  }
  upload(fact: UploadFact): void {
    this.log.push({ upload: fact });
  }
  media(part: MediaPart, peer: MediaPeer): MediaOutcome {
    this.peers.push(peer);
    this.log.push({ media: { ...part, data: part.data.toString('hex') } });
    return this.mediaOutcome;
  }
  response(response: CommandResponse): void {
    this.log.push({ response });
  }
  reject(reason: string, bytes: Buffer, detail?: string): void {
    this.log.push({ reject: reason, bytes: bytes.toString('hex'), detail });
  }

  all<K extends string>(kind: K): Extract<LogEntry, Record<K, unknown>>[] {
    return this.log.filter((entry): entry is Extract<LogEntry, Record<K, unknown>> => kind in entry);
  }
}

/** A conversation and its log after the given pieces arrived. */
export function converse(protocol: Pick<Protocol, 'open'>, ...pieces: Buffer[]): { talk: Conversation; sink: SinkLog } {
  const sink = new SinkLog();
  const talk = protocol.open(sink);
  for (const piece of pieces) talk.receive(piece);
  return { talk, sink };
}

export function readAll(protocol: Pick<Protocol, 'open'>, pieces: Buffer[]): LogEntry[] {
  return converse(protocol, ...pieces).sink.log;
}
