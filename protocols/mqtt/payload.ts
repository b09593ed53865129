import type { CommandMessage, CommandReason } from '../../model/command.js';
import type { Datum } from '../../model/datum.js';
import type { Position } from '../../model/position.js';
import type { RejectReason } from '../../model/reject.js';
import type { SpeedUnit } from '../../model/units.js';
import type { UploadKind } from '../../model/upload.js';
import type { Edition } from '../common/edition.js';
import type { CommandResponse } from '../protocol.js';

/** One fix of a payload. `position.items` has what else was said of it, as JSON (`extras.ts`). */
export interface MqttFix {
  /** As the topic, or else the payload, names it. */
  terminal: string;
  position: Position;
  /** What its coordinates refer to, where the payload itself says so; whoever takes the fix converts it. */
  datum?: Datum;
}

/** What a payload tells besides fixes: that a terminal came or went, crossed a fence of its own, sent something unknown. */
export interface MqttEvent {
  terminal: string;
  /** online, offline, enter, leave, heartbeat, unknown … */
  event: string;
  /** Where it is a report of a kind that is known by itself: `content` is that of the kind. */
  kind?: UploadKind;
  /** Epoch ms; NaN where it is not said. */
  time: number;
  content: Record<string, unknown>;
}

/** An item, or the whole payload, that is none; `field` is '' for the whole. */
export interface MqttRefusal {
  reason: RejectReason;
  field: string;
  message: string;
}

/** Everything that a payload says. A bad item costs the others nothing. */
export interface MqttPayload {
  fixes: MqttFix[];
  events: MqttEvent[];
  refused: MqttRefusal[];
  /** What it says to commands. */
  responses: CommandResponse[];
  /** Whose it is, where it is of one terminal, and not of a gateway for many. */
  speaker?: Speaker;
}

/** A terminal that speaks for itself, so that it may be told something. */
export interface Speaker {
  terminal: string;
  /** Of JT/T 808, where it speaks that behind its gateway. */
  edition?: Edition;
}

export interface MqttMessage {
  topic: string;
  payload: Buffer;
  /** Epoch ms: the time of what names none. */
  receivedTime: number;
  /** The terminal, where the settings say which level of the topic names it. */
  terminal?: string;
  /** Likewise the command that is answered. */
  command?: string;
  /** What speeds are in, where the settings say so; km/h where absent. */
  speedUnit?: SpeedUnit;
  /** Of MQTT 5. */
  contentType?: string;
}

/** How one family of publishers writes. Pure: the same message gives the same payload, and nothing throws. */
export interface PayloadCodec {
  readonly name: string;
  /** Whose numbers its terminals are: of this protocol, or names that are known over MQTT only. */
  readonly terminals: 'mqtt' | 'jt808';
  /** Topics where the settings name no others (model/topic-pattern.ts). */
  readonly topics: readonly string[];
  /** The topic that answers and commands go to, by the names of those; absent where there are none. */
  readonly down?: string;
  /** True where payloads do not say what their speeds are in, so that the settings may. */
  readonly speedsWithoutUnit?: true;
  /** True where a level `{terminal}` of the topic may say whose payload it is. */
  readonly namesByTopic: boolean;
  decode(message: MqttMessage): MqttPayload;
  /** A checked command of `terminals` as a payload; absent where nothing can be told. */
  command?(command: CommandMessage, to: Speaker, serial: number): Buffer | { refused: CommandReason; detail: string };
  /** Who acknowledges a command: the terminal itself, or the broker, where the terminal's word does not come through. */
  readonly acknowledges?: 'terminal' | 'broker';
}

export function emptyPayload(): MqttPayload {
  return { fixes: [], events: [], refused: [], responses: [] };
}

export const MAX_PAYLOAD_BYTES = 256 * 1024;
export const MAX_ITEMS = 1000;
