import { type Datum, datumFlags, usualDatum } from '../../model/datum.js';
import { BACKFILLED, Position } from '../../model/position.js';
import type { RejectReason } from '../../model/reject.js';
import { sourceNumber } from '../../model/source.js';
import { count } from '../../model/stats.js';
import type { MqttEvent, MqttFix, MqttRefusal, PayloadCodec } from '../../protocols/mqtt/payload.js';
import type { Identity } from '../identity.js';
import type { Intake, Origin } from '../intake.js';
import type { Quarantine } from '../quarantine.js';
import type { ReceiveClock } from '../receive-clock.js';
import type { Uploads } from '../uploads.js';
import type { FeedMessage } from './feed-message.js';
import type { JsonLinks } from './json-links.js';
import type { Jt808Links } from './jt808-links.js';
import { MessageCounts } from './mqtt-stats.js';
import type { Routed, RouteTable } from './topic-routes.js';

export interface MqttSourceOptions {
  routes: RouteTable;
  intake: Intake;
  identity: Identity;
  uploads: Uploads;
  quarantine: Quarantine;
  clock: ReceiveClock;
  frames: Jt808Links;
  links: JsonLinks;
}

const SOURCE = sourceNumber('mqtt');
/** Longer topics and names are nobody's, and would be remembered at the wish of whoever publishes. */
const MAX_TOPIC = 256;
const MAX_NAME = 64;
/** Events that are counted and not kept: they say nothing that a fix does not, and there are many. */
const NOT_KEPT: ReadonlySet<string> = new Set(['heartbeat', 'telemetry', 'online']);

/**
 * Where messages of every broker enter: the topic says how a payload is read, its fixes go to the intake, what it tells besides
 * becomes a report of its vehicle. A message that is refused is counted, kept in quarantine and handled for good: whoever
 * acknowledges it does not see it again.
 */
export class MqttSource implements Origin {
  readonly counts = new MessageCounts();
  // Of the message in hand: Origin.
  peer: string | null = null;
  address: string | null = null;
  bytes: Uint8Array = EMPTY;
  readonly #o: MqttSourceOptions;
  /** Vehicle numbers by terminal, right as long as the registry stands still. */
  readonly #vehicles = { mqtt: new Map<string, number>(), jt808: new Map<string, number>() };
  #revision = -1;

  constructor(options: MqttSourceOptions) {
    this.#o = options;
  }

  /** True while nothing more should be handed over. */
  get full(): boolean {
    return this.#o.intake.full;
  }

  get routes(): RouteTable {
    return this.#o.routes;
  }

  /**
   * Takes a message, while not `full`: what is in one always fits, because the intake keeps more beyond the log's room than a
   * message can hold.
   */
  take(message: FeedMessage): void {
    const { counts } = this;
    counts.received++;
    if (message.repeated) counts.repeated++;
    if (message.retained) counts.retained++;
    this.bytes = message.payload;
    this.address = message.address;
    this.peer = null;
    const routed = message.topic.length > MAX_TOPIC ? null : this.#o.routes.find(message.topic);
    let refusal: Refusal | null;
    if (routed === null) {
      refusal = { reason: 'unknown-topic', detail: 'the settings name no codec for it' };
    } else if (isBadName(routed.names.terminal)) {
      refusal = { reason: 'bad-item', detail: `the terminal of the topic must have 1 to ${MAX_NAME} characters` };
    } else {
      count(counts.byCodec, routed.route.codecName);
      try {
        if (routed.route.codec === null) refusal = this.#o.frames.receive(message, routed);
        else refusal = this.#payload(message, routed, routed.route.codec);
      } catch (error) {
        refusal = { reason: 'decoder-bug', detail: error instanceof Error ? (error.stack ?? '') : String(error) };
      }
    }
    if (refusal === null) counts.handled++;
    else this.#refused(message, refusal.reason, refusal.detail);
    this.bytes = EMPTY;
  }

  #payload(message: FeedMessage, routed: Routed, codec: PayloadCodec): Refusal | null {
    const { route, names } = routed;
    const receivedTime = this.#o.clock.now();
    const { topic, payload, contentType } = message;
    const { terminal, command } = names;
    const read = codec.decode({
      topic,
      payload,
      receivedTime,
      terminal,
      command,
      speedUnit: route.speedUnit,
      contentType,
    });
    const { fixes, events, refused, responses } = read;
    if (fixes.length === 0 && events.length === 0 && refused.length === 1) {
      return { reason: refused[0].reason, detail: describe(refused[0]) };
    }
    for (const fix of fixes) this.#fix(fix, codec, route.datum, message.retained, receivedTime);
    for (const event of events) this.#event(event, codec, receivedTime);
    for (const refusal of refused) this.#refusedItem(refusal, receivedTime);
    if (!message.retained) this.#o.links.heard(read, routed);
    for (const response of responses) this.#o.links.response(codec.terminals, response);
    return null;
  }

  /** `usual`: what the settings say of the topic's coordinates. */
  #fix(
    { terminal, position: p, datum }: MqttFix,
    codec: PayloadCodec,
    usual: Datum | undefined,
    retained: boolean,
    receivedTime: number,
  ): void {
    p.source = SOURCE;
    p.receivedTime = receivedTime;
    asTheLogKeepsIt(p);
    // Somebody subscribed, and heard what was said long ago: nothing that an alert should come of.
    if (retained) p.flags |= BACKFILLED;
    this.peer = terminal;
    p.vehicleNo = this.#vehicleNo(codec.terminals, terminal);
    p.flags |= datumFlags(datum ?? usualDatum(null, this.#o.identity.vehicle(p.vehicleNo), usual));
    if (p.vehicleNo === 0) {
      this.#o.intake.refuse(p, 'unknown-terminal', this, 'the registry has no vehicle with this terminal');
    } else {
      this.#o.intake.accept(p, this);
    }
  }

  #event(
    { terminal, event, kind = 'report', time, content }: MqttEvent,
    codec: PayloadCodec,
    receivedTime: number,
  ): void {
    const { identity, uploads } = this.#o;
    count(this.counts.events, EVENTS.has(event) ? event : 'other');
    if (NOT_KEPT.has(event)) return;
    const vehicle = identity.vehicle(this.#vehicleNo(codec.terminals, terminal));
    if (vehicle === undefined) return;
    const fact = { kind, time, serial: 0, content: kind === 'report' ? { event, ...content } : content };
    uploads.take(fact, vehicle, 'mqtt', receivedTime);
  }

  #refusedItem(refusal: MqttRefusal, receivedTime: number): void {
    const p = new Position();
    p.source = SOURCE;
    p.receivedTime = receivedTime;
    this.#o.intake.refuse(p, refusal.reason, this, describe(refusal));
  }

  #refused({ topic }: FeedMessage, reason: RejectReason, detail: string): void {
    this.counts.reject(reason);
    const { quarantine, clock } = this.#o;
    const at = clock.now();
    if (!quarantine.wants(reason, at)) return;
    const { peer, address, bytes } = this;
    quarantine.add({ at, reason, detail: `${topic.slice(0, 200)}: ${detail}`, source: 'mqtt', peer, address, bytes });
  }

  #vehicleNo(protocol: 'mqtt' | 'jt808', terminal: string): number {
    const { identity } = this.#o;
    if (this.#revision !== identity.revision) {
      this.#vehicles.mqtt.clear();
      this.#vehicles.jt808.clear();
      this.#revision = identity.revision;
    }
    const known = this.#vehicles[protocol].get(terminal);
    if (known !== undefined) return known;
    const no = identity.vehicleNo(protocol, terminal);
    // A vehicle on first contact moves the revision by itself; what is known stays right.
    this.#vehicles[protocol].set(terminal, no);
    this.#revision = identity.revision;
    return no;
  }
}

interface Refusal {
  reason: RejectReason;
  detail: string;
}

/** Labels of the counter: whatever else a publisher calls an event is 'other'. */
const EVENTS: ReadonlySet<string> = new Set([
  ...['online', 'offline', 'enter', 'leave', 'event', 'heartbeat', 'telemetry', 'driver', 'message', 'unknown'],
]);
const EMPTY = Buffer.alloc(0);

/** Rounded, so that a fix that is sent again equals the one in the log (model/fix-batch.ts). */
function asTheLogKeepsIt(p: Position): void {
  p.lon = Math.round(p.lon * 1e7) / 1e7;
  p.lat = Math.round(p.lat * 1e7) / 1e7;
  p.speedKmh = Math.round(p.speedKmh * 10) / 10;
  p.headingDeg = Math.round(p.headingDeg) % 360;
}

function isBadName(name: string | undefined): boolean {
  return name !== undefined && (name === '' || name.length > MAX_NAME);
}

function describe({ field, message }: MqttRefusal): string {
  return field === '' ? message : `${field}: ${message}`;
}
