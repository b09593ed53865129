import type { TerminalFacts } from '../model/change.js';
import { datumFlags, usualDatum } from '../model/datum.js';
import type { Position } from '../model/position.js';
import type { RejectReason } from '../model/reject.js';
import type { UploadFact } from '../model/upload.js';
import type { Vehicle } from '../model/vehicle.js';
import type { MediaOutcome, MediaPart, MediaPeer } from '../protocols/media.js';
import type { CommandResponse, Registration, RegistrationAnswer, ReplyWhen, Sink } from '../protocols/protocol.js';
import type { ConnectionHost } from './connection-host.js';
import { FrameTally, NEVER_A_FRAME } from './frame-tally.js';
import type { CloseReason } from './ingest-stats.js';
import type { Origin } from './intake.js';
import type { Manners } from './manners.js';
import type { OwedReplies } from './owed-replies.js';
import type { Sessions } from './sessions.js';

/** The connection, as what comes over it sees it. */
export interface SinkPeer {
  readonly address: string;
  readonly isGateway: boolean;
  /** When the bytes in hand came: monotonic ms, and epoch ms. */
  readonly receivedAt: number;
  readonly receivedTime: number;
  /** The frame in hand, as it came. */
  readonly current: Uint8Array;
  /** Takes no more, and closes when what is owed has left. */
  finish(reason: CloseReason): void;
  /** Closes at once. */
  drop(reason: CloseReason): void;
}

/** Takes what the conversation of one connection finds: who speaks, and what is theirs to the parts that keep it. */
export class ConnectionSink implements Sink, Origin {
  readonly #tally: FrameTally;
  #refusal: RejectReason = 'not-authenticated';

  constructor(
    private readonly connection: SinkPeer,
    private readonly host: ConnectionHost,
    private readonly sessions: Sessions,
    private readonly manners: Manners,
    private readonly replies: OwedReplies,
  ) {
    this.#tally = new FrameTally(host.stats);
  }

  frame(_messageId: number): void {
    this.#tally.frame();
    this.manners.frames++;
    this.replies.afterChange = false;
  }

  register(registration: Registration): RegistrationAnswer {
    this.replies.afterChange = true;
    const answer = this.host.identity.register(registration);
    if (answer.result !== 0) {
      this.reject('unknown-terminal', this.connection.current, `registration of ${registration.terminal.number}`);
    }
    return answer;
  }

  authenticate(terminal: TerminalFacts, authCode: string): boolean {
    this.replies.afterChange = true;
    if (!this.connection.isGateway && this.sessions.any && this.sessions.get(terminal.number) === undefined) {
      this.connection.finish('other-terminal');
      return false;
    }
    const result = this.host.identity.authenticate(terminal, authCode, this.connection.receivedTime);
    if (result === 'ok') return this.#logIn(terminal.number);
    this.host.stats.authFailures++;
    if (result === 'unknown-terminal') {
      this.reject(result, this.connection.current, `authentication of ${terminal.number}`);
    }
    if (result === 'held' && !this.connection.isGateway) this.connection.finish('terminal-held');
    return false;
  }

  admits(terminalNumber: string): boolean {
    if (this.sessions.turnTo(terminalNumber)) return true;
    if (this.sessions.any && !this.connection.isGateway) {
      this.#refusal = 'other-terminal';
      return false;
    }
    this.#refusal = 'not-authenticated';
    const { identity, protocol } = this.host;
    if (identity.auth !== 'off' || identity.isHeld(protocol.name, terminalNumber, this.connection.receivedTime))
      return false;
    return this.#logIn(terminalNumber);
  }

  quirksOf(terminalNumber: string): readonly string[] {
    return this.host.identity.quirksOf(this.host.protocol, terminalNumber);
  }

  deregister(terminalNumber: string): void {
    const session = this.sessions.get(terminalNumber);
    if (session === undefined) return;
    this.replies.afterChange = true;
    this.host.identity.deregister(this.host.protocol.name, terminalNumber);
    this.sessions.logOut(session);
  }

  position(p: Position): boolean {
    const { intake, source, identity, protocol, datum } = this.host;
    p.source = source;
    p.receivedTime = this.connection.receivedTime;
    p.vehicleNo = this.#vehicle();
    p.flags |= datumFlags(usualDatum(protocol, identity.vehicle(p.vehicleNo), datum));
    if (p.vehicleNo === 0) {
      intake.refuse(p, 'unknown-terminal', this, 'the registry has no vehicle with this terminal');
      return false;
    }
    const refusal = intake.accept(p, this);
    // Not taken at all: it must not be answered either, so that the terminal sends it again.
    if (refusal === 'full') this.connection.drop('overload');
    return refusal === null;
  }

  reply(bytes: Buffer, when: ReplyWhen): void {
    this.replies.add(bytes, when, this.connection.receivedAt);
  }

  upload(fact: UploadFact): void {
    const vehicle = this.#knownVehicle();
    if (vehicle === undefined) return;
    this.replies.afterChange = true;
    const { uploads, protocol } = this.host;
    const datum = usualDatum(protocol, vehicle, this.host.datum);
    // Places in it stay as they were sent.
    const content = datum === 'wgs84' ? fact.content : { ...fact.content, datum };
    uploads.take({ ...fact, content }, vehicle, protocol.name, this.connection.receivedTime);
  }

  media(part: MediaPart, peer: MediaPeer): MediaOutcome {
    const vehicle = this.#knownVehicle();
    // Refused for ever, counted and answered as if it were taken, like a fix of such a terminal.
    if (vehicle === undefined) return 'repeated';
    return this.host.media.add(part, peer, vehicle, this.host.protocol.name);
  }

  response(response: CommandResponse): void {
    this.host.commands?.response(this.host.protocol.name, response);
  }

  reject(reason: RejectReason, bytes: Uint8Array, detail = ''): void {
    if (reason === 'not-authenticated') reason = this.#refusal;
    // Of a gateway's broken frame nobody knows whose it is.
    if (this.connection.isGateway && NEVER_A_FRAME.has(reason)) this.sessions.current = null;
    this.#tally.reject(reason);
    const { quarantine, clock, protocol } = this.host;
    const at = clock.now();
    if (quarantine.wants(reason, at)) {
      const { peer, address } = this;
      quarantine.add({ at, reason, detail, source: protocol.name, peer, address, bytes });
    }
    if (reason === 'bad-checksum') this.#badChecksum();
    else if (reason === 'other-terminal') this.connection.finish('other-terminal');
    else if (reason === 'not-authenticated') this.#unauthenticated();
  }

  /** What was in hand has been dealt with. */
  settle(): void {
    this.#tally.settle();
  }

  // Whose fix it is, for the quarantine: Origin.

  get peer(): string | null {
    return this.sessions.current?.terminal ?? null;
  }

  get address(): string {
    return this.connection.address;
  }

  get bytes(): Uint8Array {
    return this.connection.current;
  }

  #logIn(number: string): boolean {
    if (this.sessions.logIn(number)) return true;
    this.#refusal = 'rate-limit';
    return false;
  }

  #vehicle(): number {
    return this.sessions.current?.vehicleNo(this.host.identity, this.host.protocol) ?? 0;
  }

  /** The terminal's vehicle; undefined, and what is in hand refused, where registration is required and there is none. */
  #knownVehicle(): Vehicle | undefined {
    const vehicle = this.host.identity.vehicle(this.#vehicle());
    if (vehicle === undefined) {
      this.reject('unknown-terminal', this.connection.current, 'the registry has no vehicle with this terminal');
    }
    return vehicle;
  }

  /** A gateway is not closed for one of its terminals. */
  #unauthenticated(): void {
    if (!this.connection.isGateway && this.manners.unauthenticated()) this.connection.finish('not-authenticated');
  }

  #badChecksum(): void {
    const { limits, identity, protocol } = this.host;
    if (this.connection.isGateway || !this.manners.badChecksum(this.connection.receivedAt)) return;
    // Thousands share an address: it is held only where nothing better is known of the peer.
    const terminal = this.sessions.first?.terminal;
    if (terminal !== undefined) identity.hold(protocol.name, terminal, this.connection.receivedTime + limits.holdMs);
    else this.host.holdAddress(this.address);
    this.connection.drop('bad-checksums');
  }
}
