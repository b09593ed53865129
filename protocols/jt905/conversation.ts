import { BACKFILLED, Position } from '../../model/position.js';
import type { RejectReason } from '../../model/reject.js';
import type { Fields } from '../common/codecs.js';
import { FrameCutter, frameBytes } from '../common/frame.js';
import { Reader } from '../common/wire.js';
import type { Conversation, ReplyWhen, Sink } from '../protocol.js';
import { idText } from './codecs.js';
import { encodeBody, isuNumber } from './decode.js';
import { EDITION } from './edition.js';
import { type Header, readHeader, withHeader } from './header.js';
import { vehicleControlResponse } from './messages/control.js';
import { MESSAGES_BY_ID } from './messages/index.js';
import { orderBid, orderCancelledByDriver, orderDone } from './messages/orders.js';
import { upgradeResult } from './messages/parameters.js';
import { positionBackfill, positionQueryResponse, positionReport, trackedPosition } from './messages/positions.js';
import {
  centreGeneralResponse,
  heartbeat,
  RESULT_FAILED,
  RESULT_MALFORMED,
  RESULT_OK,
  terminalGeneralResponse,
} from './messages/replies.js';
import { shiftSignIn, shiftSignOut } from './messages/shifts.js';
import { tripData } from './messages/trip.js';
import { POSITION_BYTES, readPosition } from './position.js';
import { REPORTS } from './reports.js';

/** Images come in one frame each piece, of a size that nothing bounds but the length field: this is what we hold of one. */
const MAX_WIRE_BYTES = 32 * 1024;
const SERIAL_BYTES = 2;

/** Where positions lie in the body: behind so many bytes, with the items that follow, or alone. */
const POSITIONS: ReadonlyMap<number, { at: number; items: boolean }> = new Map([
  [positionReport.id, { at: 0, items: true }],
  [trackedPosition.id, { at: 0, items: true }],
  [positionQueryResponse.id, { at: SERIAL_BYTES, items: true }],
  [vehicleControlResponse.id, { at: SERIAL_BYTES, items: false }],
  [shiftSignIn.id, { at: 0, items: false }],
  [shiftSignOut.id, { at: 0, items: false }],
]);

/** Messages that are taken note of by their acknowledgement alone. */
const NOTED: ReadonlySet<number> = new Set([
  heartbeat.id,
  orderBid.id,
  orderDone.id,
  orderCancelledByDriver.id,
  upgradeResult.id,
]);

/** Messages that are answers themselves and want none. */
const UNANSWERED: ReadonlySet<number> = new Set([
  terminalGeneralResponse.id,
  positionQueryResponse.id,
  trackedPosition.id,
  vehicleControlResponse.id,
]);

/** Messages that are handled here; the rest is answered as failed. */
export const SUPPORTED: ReadonlySet<number> = new Set([
  ...POSITIONS.keys(),
  ...NOTED,
  ...UNANSWERED,
  ...REPORTS.keys(),
  positionBackfill.id,
  tripData.id,
]);

/**
 * One connection that speaks JT/T 905. There is no registration and no authentication: a terminal is its ISU id, and
 * whether it is welcome the sink says (`admits`).
 *
 * Each frame ends as handled or rejected. It is answered as the sheet asks: a position only where it carries an alarm.
 */
export class Jt905Conversation implements Conversation {
  readonly #sink: Sink;
  readonly #cutter: FrameCutter;
  /** Where frames go that have to wait for room in the log; null while there is room. */
  #keep: ((frame: Buffer) => void) | null = null;
  #seq = 0; // of what we send

  constructor(sink: Sink) {
    this.#sink = sink;
    this.#cutter = new FrameCutter(
      (bytes, start, end) => this.#frame(bytes, start, end),
      (reason, bytes, detail) => sink.reject(reason, bytes, detail),
      MAX_WIRE_BYTES,
    );
  }

  get held(): number {
    return this.#cutter.held;
  }

  get insideFrame(): boolean {
    return this.#cutter.insideFrame;
  }

  get current(): Buffer {
    return this.#cutter.current;
  }

  receive(bytes: Buffer): void {
    this.#cutter.push(bytes);
  }

  receiveWhileFull(bytes: Buffer, keep: (frame: Buffer) => void): void {
    this.#keep = keep;
    this.#cutter.push(bytes);
    this.#keep = null;
  }

  handle(frame: Buffer): void {
    this.#cutter.again(frame);
  }

  tick(): void {} // nothing is held back for a time

  close(): void {}

  #frame(bytes: Buffer, start: number, end: number): void {
    const h = readHeader(bytes, start, end);
    if (h === null) {
      this.#sink.reject('short-header', this.current, `${end - start} bytes are too few for a header`);
      return;
    }
    const there = h.bodyEnd - h.bodyStart;
    if (there !== h.declaredLength) {
      this.#sink.reject('bad-length', this.current, `${h.declaredLength} body bytes declared, ${there} are there`);
      return;
    }
    if (this.#keep !== null && !(h.messageId === heartbeat.id && this.#sink.admits(isuNumber(h.isu)))) {
      this.#keep(Buffer.from(this.current));
      return;
    }
    this.#sink.frame(h.messageId);
    try {
      this.#message(bytes, h);
    } catch (error) {
      this.#sink.reject('decoder-bug', this.current, error instanceof Error ? error.stack : String(error));
    }
  }

  #message(bytes: Buffer, h: Header): void {
    const terminal = isuNumber(h.isu);
    if (!this.#sink.admits(terminal)) {
      this.#refuse(h, 'not-authenticated', RESULT_FAILED, `message ${idText(h.messageId)} of terminal ${terminal}`);
    } else if (!SUPPORTED.has(h.messageId)) {
      this.#refuse(h, 'unknown-message', RESULT_FAILED, `message ${idText(h.messageId)}`);
    } else {
      const fields = this.#fields(bytes, h);
      if (fields !== null) this.#handle(bytes, h, fields);
    }
  }

  /** The body by names; null, and refused, where it is cut off. Positions alone are read without. */
  #fields(bytes: Buffer, h: Header): Fields | null {
    const fields: Fields = {};
    const place = POSITIONS.get(h.messageId);
    const needed = place === undefined ? 0 : place.at + POSITION_BYTES;
    if (h.declaredLength < needed) {
      this.#refuse(h, 'short-body', RESULT_MALFORMED, `${h.declaredLength} bytes are too few for a position`);
      return null;
    }
    if (!REPORTS.has(h.messageId)) return fields;
    const r = new Reader(bytes, h.bodyStart, h.bodyEnd, EDITION);
    MESSAGES_BY_ID.get(h.messageId)?.body?.read(r, fields);
    if (r.failure === null) return fields;
    this.#refuse(h, r.failure.reason, RESULT_MALFORMED, `${r.failure.field}: ${r.failure.message}`);
    return null;
  }

  #handle(bytes: Buffer, h: Header, fields: Fields): void {
    const place = POSITIONS.get(h.messageId);
    let alarms = 0;
    if (place !== undefined) {
      const at = h.bodyStart + place.at;
      alarms = this.#position(bytes, at, place.items ? h.bodyEnd : at + POSITION_BYTES, 0);
    } else if (h.messageId === positionBackfill.id) {
      // What is left of a block that is cut off tells nothing.
      for (let at = h.bodyStart; at + POSITION_BYTES <= h.bodyEnd; at += POSITION_BYTES) {
        this.#position(bytes, at, at + POSITION_BYTES, BACKFILLED);
      }
    } else if (h.messageId === tripData.id) {
      // Sent when the trip is over: both ends of it are late.
      for (const at of [h.bodyStart, h.bodyStart + POSITION_BYTES]) {
        this.#position(bytes, at, at + POSITION_BYTES, BACKFILLED);
      }
    }
    for (const report of REPORTS.get(h.messageId)?.(fields) ?? []) this.#sink.upload({ ...report, serial: h.seq });
    if (UNANSWERED.has(h.messageId) || (h.messageId === positionReport.id && alarms === 0)) return;
    this.#respond(h, RESULT_OK, NOTED.has(h.messageId) ? 'now' : 'accepted');
  }

  /** Hands on one position, which is acknowledged even where it is refused for ever; gives the alarm word. */
  #position(bytes: Buffer, start: number, end: number, flags: number): number {
    const p = new Position();
    p.flags = flags;
    readPosition(bytes, start, end, p);
    const { alarmWord } = p;
    this.#sink.position(p);
    return alarmWord;
  }

  #refuse(h: Header, reason: RejectReason, result: number, detail: string): void {
    this.#sink.reject(reason, this.current, detail);
    if (!UNANSWERED.has(h.messageId)) this.#respond(h, result, 'now');
  }

  #respond(h: Header, result: number, when: ReplyWhen): void {
    const body = encodeBody(centreGeneralResponse.id, { replySn: h.seq, replyId: idText(h.messageId), result });
    const header = { messageId: centreGeneralResponse.id, isu: h.isu, seq: this.#seq };
    this.#seq = (this.#seq + 1) & 0xffff;
    this.#sink.reply(frameBytes(withHeader(header, body)), when);
  }
}
