import type { Socket } from 'node:net';
import type { Conversation } from '../protocols/protocol.js';
import type { TerminalLink } from './commands.js';
import type { ConnectionHost } from './connection-host.js';
import { ConnectionSink, type SinkPeer } from './connection-sink.js';
import type { CloseReason } from './ingest-stats.js';
import { Manners } from './manners.js';
import { OwedReplies } from './owed-replies.js';
import { PacedFrames } from './paced-frames.js';
import { PAUSED_RATE, PAUSED_SPOOL, PAUSED_TURN, Reading } from './reading.js';
import type { Session, SessionPeer } from './session.js';
import { Sessions } from './sessions.js';
import { WaitingFrames } from './waiting-frames.js';

/**
 * One peer: when it is read, what it may still do, and when it ends. Mostly it is one terminal; a gateway, which has to
 * be declared, speaks for many, and none of them answers for what another does.
 */
export class Connection implements SinkPeer, SessionPeer {
  /** Why it ends, from the moment that is decided. */
  closing: CloseReason | null = null;
  // The bytes in hand.
  receivedAt = 0; //     monotonic ms
  receivedTime = NaN; // epoch ms
  #inHand = false;
  #conversation: Conversation;
  readonly #reading: Reading;
  readonly #manners: Manners;
  readonly #replies: OwedReplies;
  readonly #sessions: Sessions;
  readonly #sink: ConnectionSink;
  readonly #commands: PacedFrames;
  #finishBy = Infinity; // monotonic ms
  // While the log has no room.
  #waiting: WaitingFrames | null = null;
  #endedMeanwhile = false;
  readonly #keep = (frame: Buffer): void => {
    this.#manners.frames++;
    this.#waiting?.add(frame);
  };

  constructor(
    readonly socket: Socket,
    readonly address: string,
    readonly host: ConnectionHost,
    readonly isGateway: boolean,
  ) {
    this.#reading = new Reading(socket);
    // The rate is that of one terminal.
    this.#manners = new Manners(isGateway ? { ...host.limits, rate: 0 } : host.limits, performance.now());
    this.#replies = new OwedReplies(host, () => this.#write());
    this.#commands = new PacedFrames(socket);
    this.#sessions = new Sessions(this, host);
    this.#sink = new ConnectionSink(this, host, this.#sessions, this.#manners, this.#replies);
    this.#conversation = host.protocol.open(this.#sink);
  }

  receive(bytes: Buffer): void {
    if (this.closing !== null) return;
    this.receivedAt = performance.now();
    this.receivedTime = this.host.clock.now();
    this.#inHand = true;
    try {
      if (this.#waiting === null) this.#conversation.receive(bytes);
      else this.#conversation.receiveWhileFull?.(bytes, this.#keep);
    } catch (error) {
      this.#decoderFailed(error, bytes);
    }
    this.#putDown();
    const reason = this.#manners.read(bytes.length, this.#conversation.insideFrame, this.receivedAt);
    if (reason !== null) this.drop(reason);
    else if (this.#manners.tooFast(this.receivedAt)) this.#slowDown();
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
    const reason = this.#manners.overdue(now, this.#sessions.any || this.host.identity.auth === 'off');
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
    this.receivedAt = performance.now();
    this.receivedTime = this.host.clock.now();
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

  /** The frame in hand, as it came. */
  get current(): Uint8Array {
    return this.#conversation.current;
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

  // Replies and the end.

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
    if (this.closing === null || this.#replies.waiting) return;
    if (this.socket.writable) this.socket.end();
  }

  #putDown(): void {
    this.#inHand = false;
    this.#sink.settle();
    this.#write();
  }

  /** A fault of ours: the state of the conversation is in doubt, the peer is not. A new one takes its place. */
  #decoderFailed(error: unknown, bytes: Buffer): void {
    this.#sink.reject('decoder-bug', bytes, error instanceof Error ? (error.stack ?? error.message) : String(error));
    const failed = this.#conversation;
    this.#conversation = this.host.protocol.open(this.#sink);
    try {
      failed.close(); // gives back the room that its split messages took
    } catch (again) {
      this.#sink.reject('decoder-bug', EMPTY, again instanceof Error ? (again.stack ?? again.message) : String(again));
    }
  }
}

const EMPTY = Buffer.alloc(0);
