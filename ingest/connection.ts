import type { Socket } from 'node:net';
import type { TerminalFacts } from '../model/change.js';
import { datumFlags, usualDatum } from '../model/datum.js';
import type { Position } from '../model/position.js';
import type { RejectReason } from '../model/reject.js';
import type { UploadFact } from '../model/upload.js';
import type { Vehicle } from '../model/vehicle.js';
import type { MediaOutcome, MediaPart, MediaPeer } from '../protocols/media.js';
import type {
  CommandResponse,
  Conversation,
  Registration,
  RegistrationAnswer,
  ReplyWhen,
  Sink,
} from '../protocols/protocol.js';
import type { TerminalLink } from './commands.js';
import type { Awaiting, ConnectionHost } from './connection-host.js';
import { FrameTally, NEVER_A_FRAME } from './frame-tally.js';
import type { CloseReason } from './ingest-stats.js';
import type { Origin } from './intake.js';
import { Manners } from './manners.js';
import { PacedFrames } from './paced-frames.js';
import { PAUSED_RATE, PAUSED_SPOOL, PAUSED_TURN, Reading } from './reading.js';
import { ReplyQueue } from './reply-queue.js';
import type { Session, SessionPeer } from './session.js';
import { Sessions } from './sessions.js';
import { WaitingFrames } from './waiting-frames.js';

/**
 * One peer: who it is, what it may still do, and the replies it is owed. Mostly it is one terminal; a gateway, which has to
 * be declared, speaks for many, and none of them answers for what another does.
 */
export class Connection implements Sink, Origin, Awaiting, SessionPeer {
  /** Why it ends, from the moment that is decided. */
  closing: CloseReason | null = null;
  #conversation: Conversation;
  readonly #reading: Reading;
  readonly #manners: Manners;
  readonly #tally: FrameTally;
  readonly #replies: ReplyQueue;
  readonly #commands: PacedFrames;
  #finishBy = Infinity; // monotonic ms
  // While the log has no room.
  #waiting: WaitingFrames | null = null;
  #endedMeanwhile = false;
  readonly #keep = (frame: Buffer): void => {
    this.#manners.frames++;
    this.#waiting?.add(frame);
  };
  // The bytes in hand.
  #inHand = false;
  #receivedAt = 0; //     monotonic ms
  #receivedTime = NaN; // epoch ms
  #afterChange = false; // the frame changed the registry: its reply waits for that record
  #owed = 0; //           replies that wait for such a record
  // Identity.
  readonly #sessions: Sessions;
  #refusal: RejectReason = 'not-authenticated';

  constructor(
    readonly socket: Socket,
    readonly address: string,
    readonly host: ConnectionHost,
    readonly isGateway: boolean,
  ) {
    this.#reading = new Reading(socket);
    // The rate is that of one terminal.
    this.#manners = new Manners(isGateway ? { ...host.limits, rate: 0 } : host.limits, performance.now());
    this.#tally = new FrameTally(host.stats);
    this.#replies = new ReplyQueue(host.stats.ackLatency);
    this.#commands = new PacedFrames(socket);
    this.#sessions = new Sessions(this, host);
    this.#conversation = host.protocol.open(this);
  }

  receive(bytes: Buffer): void {
    if (this.closing !== null) return;
    this.#receivedAt = performance.now();
    this.#receivedTime = this.host.clock.now();
    this.#inHand = true;
    try {
      if (this.#waiting === null) this.#conversation.receive(bytes);
      else this.#conversation.receiveWhileFull?.(bytes, this.#keep);
    } catch (error) {
      this.#decoderFailed(error, bytes);
    }
    this.#putDown();
    const reason = this.#manners.read(bytes.length, this.#conversation.insideFrame, this.#receivedAt);
    if (reason !== null) this.drop(reason);
    else if (this.#manners.tooFast(this.#receivedAt)) this.#slowDown();
    if (this.#waiting !== null && this.#waiting.bytes >= this.host.limits.waitingBytes)
      this.#reading.pause(PAUSED_SPOOL);
  }

  /** About once a second. `now` is monotonic ms. */
  sweep(now: number): void {
    if (this.closing !== null) {
      if (now > this.#finishBy) this.socket.destroy();
      return;
    }
    this.#inHand = true;
    try {
      this.#conversation.tick(this.host.clock.now());
    } catch (error) {
      this.#decoderFailed(error, EMPTY);
    }
    this.#putDown();
    if (this.#reading.pausedFor(PAUSED_RATE) && !this.#manners.tooFast(now)) this.#resume(PAUSED_RATE);
    if (this.#reading.paused || this.#waiting !== null) return;
    const reason = this.#manners.overdue(now, this.authenticated || this.host.identity.auth === 'off');
    if (reason !== null) this.drop(reason);
  }

  // Reading and not reading.

  /** Waits unread until `start`. */
  waitTurn(): void {
    this.#reading.pause(PAUSED_TURN);
  }

  start(): void {
    this.#manners.begin(performance.now());
    this.#resume(PAUSED_TURN);
  }

  /** The log has no room: what comes waits, but for heartbeats; or, where they cannot be told apart, stays unread. */
  waitForSpool(): void {
    if (this.#conversation.receiveWhileFull === undefined) this.#reading.pause(PAUSED_SPOOL);
    else this.#waiting ??= new WaitingFrames((frames, bytes) => this.host.keeps(frames, bytes));
  }

  /** The log has no room, and there is none for what waits for it either. */
  pauseForSpool(): void {
    this.#reading.pause(PAUSED_SPOOL);
  }

  /** The log has room, perhaps only for some of what waits: then the rest goes on waiting. */
  goOnAfterSpool(): void {
    if (this.#waiting !== null && !this.#catchUp(this.#waiting)) return;
    this.#waiting = null;
    this.#manners.goOn(performance.now());
    this.#resume(PAUSED_SPOOL);
    if (this.#endedMeanwhile) this.finish('peer');
  }

  /** Handles what waits, as long as there is room; true where all of it has been. */
  #catchUp(waiting: WaitingFrames): boolean {
    this.#receivedAt = performance.now();
    this.#receivedTime = this.host.clock.now();
    this.#inHand = true;
    while (this.closing === null && !this.host.intake.full) {
      const frame = waiting.take();
      if (frame === undefined) break;
      try {
        this.#conversation.handle?.(frame);
      } catch (error) {
        this.#decoderFailed(error, frame);
      }
    }
    this.#putDown();
    this.#manners.caughtUp();
    return waiting.empty;
  }

  #slowDown(): void {
    if (!this.#reading.pausedFor(PAUSED_RATE)) this.host.stats.ratePauses++;
    this.#reading.pause(PAUSED_RATE);
  }

  #resume(why: number): void {
    if (this.#reading.resume(why)) this.#manners.goOn(performance.now());
  }

  // What the conversation finds: Sink.

  frame(_messageId: number): void {
    this.#tally.frame();
    this.#manners.frames++;
    this.#afterChange = false;
  }

  register(registration: Registration): RegistrationAnswer {
    this.#afterChange = true;
    const answer = this.host.identity.register(registration);
    if (answer.result !== 0) {
      this.reject('unknown-terminal', this.#conversation.current, `registration of ${registration.terminal.number}`);
    }
    return answer;
  }

  authenticate(terminal: TerminalFacts, authCode: string): boolean {
    this.#afterChange = true;
    if (!this.isGateway && this.authenticated && this.#sessions.get(terminal.number) === undefined) {
      this.finish('other-terminal');
      return false;
    }
    const result = this.host.identity.authenticate(terminal, authCode, this.#receivedTime);
    if (result === 'ok') return this.#logIn(terminal.number);
    this.host.stats.authFailures++;
    if (result === 'unknown-terminal') {
      this.reject(result, this.#conversation.current, `authentication of ${terminal.number}`);
    }
    if (result === 'held' && !this.isGateway) this.finish('terminal-held');
    return false;
  }

  admits(terminalNumber: string): boolean {
    if (this.#sessions.turnTo(terminalNumber)) return true;
    if (this.authenticated && !this.isGateway) {
      this.#refusal = 'other-terminal';
      return false;
    }
    this.#refusal = 'not-authenticated';
    const { identity, protocol } = this.host;
    if (identity.auth !== 'off' || identity.isHeld(protocol.name, terminalNumber, this.#receivedTime)) return false;
    return this.#logIn(terminalNumber);
  }

  quirksOf(terminalNumber: string): readonly string[] {
    return this.host.identity.quirksOf(this.host.protocol, terminalNumber);
  }

  deregister(terminalNumber: string): void {
    const session = this.#sessions.get(terminalNumber);
    if (session === undefined) return;
    this.#afterChange = true;
    this.host.identity.deregister(this.host.protocol.name, terminalNumber);
    this.#sessions.logOut(session);
  }

  position(p: Position): boolean {
    const { intake, source, identity, protocol, datum } = this.host;
    p.source = source;
    p.receivedTime = this.#receivedTime;
    p.vehicleNo = this.#vehicle();
    p.flags |= datumFlags(usualDatum(protocol, identity.vehicle(p.vehicleNo), datum));
    if (p.vehicleNo === 0) {
      intake.refuse(p, 'unknown-terminal', this, 'the registry has no vehicle with this terminal');
      return false;
    }
    const refusal = intake.accept(p, this);
    // Not taken at all: it must not be answered either, so that the terminal sends it again.
    if (refusal === 'full') this.drop('overload');
    return refusal === null;
  }

  reply(bytes: Buffer, when: ReplyWhen): void {
    const { taken, durable } = this.host.intake;
    if (when === 'now' || (taken === durable && !this.#afterChange)) {
      this.#replies.add(bytes);
    } else if (this.#afterChange) {
      this.#owed++;
      const owed = Buffer.from(bytes);
      const since = this.#receivedAt;
      this.host.whenAccepted(() => {
        this.#owed--;
        // The log may have filled between the record and a fix of the same frame, which then comes to the disk later.
        if (this.host.intake.durable < taken) this.#awaitFixes(owed, taken, since);
        else this.#replies.add(owed);
        this.#write();
      });
    } else {
      this.#awaitFixes(bytes, taken, this.#receivedAt);
    }
    if (!this.#inHand) this.#write();
  }

  /** A reply leaves when `taken` fixes are durable; `since`: monotonic ms of the frame's arrival. */
  #awaitFixes(bytes: Buffer, taken: number, since: number): void {
    if (!this.#replies.waiting) this.host.awaits(this);
    this.#replies.addWaiting(bytes, taken, since);
  }

  upload(fact: UploadFact): void {
    const vehicle = this.#knownVehicle();
    if (vehicle === undefined) return;
    this.#afterChange = true;
    const { uploads, protocol } = this.host;
    const datum = usualDatum(protocol, vehicle, this.host.datum);
    // Places in it stay as they were sent.
    const content = datum === 'wgs84' ? fact.content : { ...fact.content, datum };
    uploads.take({ ...fact, content }, vehicle, protocol.name, this.#receivedTime);
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
    if (this.isGateway && NEVER_A_FRAME.has(reason)) this.#sessions.current = null;
    this.#tally.reject(reason);
    const { quarantine, clock, protocol } = this.host;
    const at = clock.now();
    if (quarantine.wants(reason, at)) {
      const { peer, address } = this;
      quarantine.add({ at, reason, detail, source: protocol.name, peer, address, bytes });
    }
    if (reason === 'bad-checksum') this.#badChecksum();
    else if (reason === 'other-terminal') this.finish('other-terminal');
    else if (reason === 'not-authenticated') this.#unauthenticated();
  }

  /** Tells one of its terminals something. */
  command(
    terminal: string,
    ...[{ type, params }, again]: Parameters<TerminalLink['command']>
  ): ReturnType<TerminalLink['command']> {
    if (this.closing !== null || !this.socket.writable) return null;
    const sent = this.#conversation.command?.(terminal, type, params, again) ?? null;
    if (sent === null || 'refused' in sent) return sent;
    this.#commands.push(sent.frames);
    return { serial: sent.serial, parts: sent.frames.length };
  }

  // Whose fix it is, for the quarantine: Origin.

  get peer(): string | null {
    return this.#sessions.current?.terminal ?? null;
  }

  get bytes(): Uint8Array {
    return this.#conversation.current;
  }

  // Replies and the end.

  /** Sends what has become durable; `now` in monotonic ms. False where nothing waits for fixes any more. */
  release(durable: number, now: number): boolean {
    this.#replies.release(durable, now);
    this.#write();
    return this.#replies.waiting;
  }

  /** The peer will send no more; it may still read. */
  ended(): void {
    // What it sent before is not lost for want of room.
    if (this.#waiting !== null && !this.#waiting.empty) this.#endedMeanwhile = true;
    else this.finish('peer');
  }

  /** Takes no more, sends the replies that are still owed, then closes. */
  finish(reason: CloseReason): void {
    if (this.closing !== null) return;
    this.closing = reason;
    this.#waiting?.drop();
    this.#finishBy = performance.now() + this.host.limits.closeGraceMs;
    // What still comes is read and thrown away, unanswered: closing over unread bytes would reset the connection and
    // cost the peer the replies that are on their way.
    this.socket.resume();
    this.#write();
  }

  /** Closes at once. */
  drop(reason: CloseReason): void {
    this.closing ??= reason;
    this.socket.destroy();
  }

  /** The socket is gone. */
  closed(): void {
    this.#waiting?.drop();
    this.#conversation.close();
    this.#sessions.logOutAll();
  }

  /** The terminal has logged in elsewhere: the newest login is the valid one (JT/T 808 §5). */
  supersede(session: Session): void {
    if (this.isGateway) this.#sessions.logOut(session);
    else this.finish('superseded');
  }

  #write(): void {
    if (this.#inHand) return;
    const bytes = this.#replies.take();
    if (bytes !== null && this.socket.writable) {
      this.socket.write(bytes);
      if (this.socket.writableLength > this.host.limits.writeBufferBytes) this.drop('write-buffer');
    }
    if (this.closing === null || this.#replies.waiting || this.#owed > 0) return;
    if (this.socket.writable) this.socket.end();
  }

  #putDown(): void {
    this.#inHand = false;
    this.#tally.settle();
    this.#write();
  }

  /** A fault of ours: the state of the conversation is in doubt, the peer is not. A new one takes its place. */
  #decoderFailed(error: unknown, bytes: Buffer): void {
    this.reject('decoder-bug', bytes, error instanceof Error ? (error.stack ?? error.message) : String(error));
    const failed = this.#conversation;
    this.#conversation = this.host.protocol.open(this);
    try {
      failed.close(); // gives back the room that its split messages took
    } catch (again) {
      this.reject('decoder-bug', EMPTY, again instanceof Error ? (again.stack ?? again.message) : String(again));
    }
  }

  /** True while it speaks for a terminal that may send data. */
  get authenticated(): boolean {
    return this.#sessions.any;
  }

  #logIn(number: string): boolean {
    if (this.#sessions.logIn(number)) return true;
    this.#refusal = 'rate-limit';
    return false;
  }

  #vehicle(): number {
    return this.#sessions.current?.vehicleNo(this.host.identity, this.host.protocol) ?? 0;
  }

  /** The terminal's vehicle; undefined, and what is in hand refused, where registration is required and there is none. */
  #knownVehicle(): Vehicle | undefined {
    const vehicle = this.host.identity.vehicle(this.#vehicle());
    if (vehicle === undefined) {
      this.reject('unknown-terminal', this.#conversation.current, 'the registry has no vehicle with this terminal');
    }
    return vehicle;
  }

  /** A gateway is not closed for one of its terminals. */
  #unauthenticated(): void {
    if (!this.isGateway && this.#manners.unauthenticated()) this.finish('not-authenticated');
  }

  #badChecksum(): void {
    const { limits, identity, protocol } = this.host;
    if (this.isGateway || !this.#manners.badChecksum(this.#receivedAt)) return;
    // Thousands share an address: it is held only where nothing better is known of the peer.
    const terminal = this.#sessions.first?.terminal;
    if (terminal !== undefined) identity.hold(protocol.name, terminal, this.#receivedTime + limits.holdMs);
    else this.host.holdAddress(this.address);
    this.drop('bad-checksums');
  }
}

const EMPTY = Buffer.alloc(0);
