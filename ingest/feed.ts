import type { TerminalFacts } from '../model/change.js';
import { type Datum, datumFlags, usualDatum } from '../model/datum.js';
import type { Position } from '../model/position.js';
import type { RejectReason } from '../model/reject.js';
import { sourceNumber } from '../model/source.js';
import type { UploadFact } from '../model/upload.js';
import type { Vehicle } from '../model/vehicle.js';
import type { MediaOutcome, MediaPart, MediaPeer } from '../protocols/media.js';
import type {
  CommandResponse,
  Conversation,
  Protocol,
  Registration,
  RegistrationAnswer,
  ReplyWhen,
  Sink,
} from '../protocols/protocol.js';
import { FrameTally } from './frame-tally.js';
import type { Identity } from './identity.js';
import type { IngestStats } from './ingest-stats.js';
import type { Intake, Origin } from './intake.js';
import type { Quarantine } from './quarantine.js';
import type { ReceiveClock } from './receive-clock.js';
import type { Uploads } from './uploads.js';

/** What a feed asks of the server that it belongs to. */
export interface FeedHost {
  protocol: Protocol;
  intake: Intake;
  identity: Identity;
  stats: IngestStats;
  quarantine: Quarantine;
  uploads: Uploads;
  clock: ReceiveClock;
  /** What its coordinates refer to. */
  datum?: Datum;
}

/**
 * A conversation without a connection to log in on: every terminal that the registry serves is welcome. Nothing is answered,
 * unless who builds on this knows a way back.
 */
export class Feed implements Sink, Origin {
  peer: string | null = null;
  readonly #host: FeedHost;
  protected readonly conversation: Conversation;
  readonly #tally: FrameTally;
  readonly #source: number;

  constructor(
    readonly address: string,
    host: FeedHost,
  ) {
    this.#host = host;
    this.#tally = new FrameTally(host.stats);
    this.#source = sourceNumber(host.protocol.name);
    this.conversation = host.protocol.open(this);
  }

  get bytes(): Uint8Array {
    return this.conversation.current;
  }

  /** Bytes in pieces of any size. */
  receive(bytes: Buffer): void {
    this.run(() => this.conversation.receive(bytes));
  }

  tick(now: number): void {
    this.run(() => this.conversation.tick(now));
  }

  close(): void {
    this.run(() => this.conversation.close());
  }

  protected run(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.reject('decoder-bug', this.bytes, error instanceof Error ? error.stack : String(error));
    }
    this.#tally.settle();
  }

  frame(): void {
    this.#tally.frame();
    this.peer = null;
  }

  register(registration: Registration): RegistrationAnswer {
    return this.#host.identity.register(registration);
  }

  authenticate(_terminal: TerminalFacts, _code: string): boolean {
    return false;
  }

  admits(terminalNumber: string): boolean {
    const { identity, protocol, clock } = this.#host;
    if (identity.isHeld(protocol.name, terminalNumber, clock.now())) return false;
    this.peer = terminalNumber;
    return true;
  }

  quirksOf(): readonly string[] {
    return [];
  }

  deregister(): void {}

  position(p: Position): boolean {
    const { intake, clock, identity, protocol, datum } = this.#host;
    p.source = this.#source;
    p.receivedTime = clock.now();
    p.vehicleNo = this.#vehicleNo();
    p.flags |= datumFlags(usualDatum(protocol, identity.vehicle(p.vehicleNo), datum));
    if (p.vehicleNo !== 0) return intake.accept(p, this) === null;
    intake.refuse(p, 'unknown-terminal', this, 'the registry has no vehicle with this terminal');
    return false;
  }

  reply(_bytes: Buffer, _when: ReplyWhen): void {}

  upload(fact: UploadFact): void {
    const { uploads, protocol, clock } = this.#host;
    const vehicle = this.vehicle();
    if (vehicle !== undefined) uploads.take(fact, vehicle, protocol.name, clock.now());
    else this.reject('unknown-terminal', this.bytes, 'the registry has no vehicle with this terminal');
  }

  media(_part: MediaPart, _peer: MediaPeer): MediaOutcome {
    return { reason: 'unknown-message', detail: 'no pictures on this way' };
  }

  response(_response: CommandResponse): void {}

  reject(reason: RejectReason, bytes: Uint8Array, detail = ''): void {
    this.#tally.reject(reason);
    const { quarantine, clock, protocol } = this.#host;
    const { peer, address } = this;
    const at = clock.now();
    if (quarantine.wants(reason, at))
      quarantine.add({ at, reason, detail, source: protocol.name, peer, address, bytes });
  }

  /** Of the terminal in hand; undefined where registration is required and there is none. */
  protected vehicle(): Vehicle | undefined {
    return this.#host.identity.vehicle(this.#vehicleNo());
  }

  #vehicleNo(): number {
    return this.peer === null ? 0 : this.#host.identity.vehicleNo(this.#host.protocol.name, this.peer);
  }
}
