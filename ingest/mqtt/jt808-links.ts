import type { RejectReason } from '../../model/reject.js';
import { stripZeros } from '../../model/vehicle.js';
import { jt808 } from '../../protocols/jt808/index.js';
import type { MediaOutcome, MediaPart, MediaPeer } from '../../protocols/media.js';
import { MAX_PAYLOAD_BYTES } from '../../protocols/mqtt/payload.js';
import type { CommandResponse, ReplyWhen } from '../../protocols/protocol.js';
import type { CommandPort, TerminalLink } from '../commands.js';
import { Feed, type FeedHost } from '../feed.js';
import type { MediaUploads } from '../media-uploads.js';
import { AckPipeline, type AckPipelineOptions } from './ack-pipeline.js';
import type { FeedMessage } from './feed-message.js';
import type { Outlet } from './outlet.js';
import { SilentLinks } from './silent-links.js';
import type { Routed } from './topic-routes.js';

export interface Jt808LinksOptions extends Omit<FeedHost, 'protocol'> {
  media: Pick<MediaUploads, 'add'>;
  commands: CommandPort;
  outlet: Outlet;
  whenAccepted: AckPipelineOptions<unknown>['whenAccepted'];
}

/** A reply that waits for the log. */
interface OwedReply {
  link: Jt808Link;
  bytes: Buffer;
}

const DELIMITER = Buffer.of(0x7e);

/** Terminals of JT/T 808 whose frames come as payloads, whole and any number in one, each on a topic of its own. */
export class Jt808Links {
  readonly #host: Host;
  readonly #links = new SilentLinks<Jt808Link>((link) => link.close());
  readonly #replies: AckPipeline<OwedReply>;

  constructor(options: Jt808LinksOptions) {
    const { intake, whenAccepted } = options;
    this.#replies = new AckPipeline({
      intake,
      whenAccepted,
      release: (owed) => {
        for (const { link, bytes } of owed) link.send(bytes);
      },
    });
    this.#host = { ...options, protocol: jt808, owe: (link, bytes) => this.#replies.owe({ link, bytes }) };
  }

  /** Why the payload is none; null where it has frames, which are counted one by one. */
  receive({ topic, payload, address }: FeedMessage, routed: Routed): { reason: RejectReason; detail: string } | null {
    if (payload.length > MAX_PAYLOAD_BYTES) {
      return { reason: 'too-large', detail: `${payload.length} bytes, at most ${MAX_PAYLOAD_BYTES}` };
    }
    if (!payload.includes(DELIMITER)) return { reason: 'no-frame', detail: 'no frame of JT/T 808 in it' };
    const make = () => new Jt808Link(address ?? '', routed, this.#host);
    this.#links.heard(topic, this.#host.clock.now(), make).payload(payload);
    return null;
  }

  /** About once a second. */
  sweep(): void {
    const now = this.#host.clock.now();
    this.#links.sweep(now, (link) => link.tick(now));
  }

  close(): void {
    this.#links.closeAll();
  }
}

/** A terminal on a topic that leads to it. */
interface Told extends TerminalLink {
  readonly number: string;
}

interface Host extends Jt808LinksOptions, FeedHost {
  owe(link: Jt808Link, bytes: Buffer): void;
}

/** One topic, which is one terminal where the topic names it. */
class Jt808Link extends Feed {
  readonly #host: Host;
  readonly #terminal: string | null;
  readonly #down: string | null;
  /** Terminals that can be told something through here: any number may speak on a topic that names none. */
  readonly #told: SilentLinks<Told>;

  constructor(address: string, { route, names, down }: Routed, host: Host) {
    super(address, { ...host, datum: route.datum });
    this.#host = host;
    this.#terminal = names.terminal === undefined ? null : stripZeros(names.terminal);
    this.#down = down;
    this.#told = new SilentLinks((told) => host.commands.disconnected(jt808.name, told.number, told));
  }

  /** Frames do not go on in the next message. */
  payload(bytes: Buffer): void {
    this.receive(bytes);
    if (this.conversation.insideFrame) this.receive(DELIMITER);
  }

  send(bytes: Buffer): void {
    if (this.#down === null) return;
    // A terminal that is not answered sends again: nothing is lost with a broker that is away.
    this.#host.outlet.publish(this.#down, bytes).catch(() => {});
  }

  override admits(number: string): boolean {
    if (this.#terminal !== null && this.#terminal !== number) return false;
    if (!super.admits(number)) return false;
    if (this.#down !== null) this.#told.heard(number, this.#host.clock.now(), () => this.#connect(number));
    return true;
  }

  override authenticate(terminal: Parameters<Feed['authenticate']>[0]): boolean {
    return this.admits(terminal.number); // the broker knows who may publish here
  }

  override reply(bytes: Buffer, when: ReplyWhen): void {
    if (this.#down === null) return;
    const copy = Buffer.from(bytes);
    if (when === 'now') this.send(copy);
    else this.#host.owe(this, copy);
  }

  override media(part: MediaPart, peer: MediaPeer): MediaOutcome {
    const vehicle = this.vehicle();
    return vehicle === undefined ? 'repeated' : this.#host.media.add(part, peer, vehicle, jt808.name);
  }

  override response(response: CommandResponse): void {
    this.#host.commands.response(jt808.name, response);
  }

  override reject(reason: RejectReason, bytes: Uint8Array, detail = ''): void {
    const other = reason === 'not-authenticated' && this.#terminal !== null;
    super.reject(other ? 'other-terminal' : reason, bytes, detail);
  }

  override tick(now: number): void {
    this.#told.sweep(now, () => {});
    super.tick(now);
  }

  override close(): void {
    this.#told.closeAll();
    super.close();
  }

  #connect(number: string): Told {
    const told: Told = {
      number,
      command: ({ type, params }, again) => {
        const sent = this.conversation.command?.(number, type, params, again) ?? null;
        if (sent === null || 'refused' in sent) return sent;
        for (const frame of sent.frames) this.send(frame);
        return { serial: sent.serial, parts: sent.frames.length };
      },
    };
    this.#host.commands.connected(jt808.name, number, told);
    return told;
  }
}
