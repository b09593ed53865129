import type { MqttPayload, PayloadCodec, Speaker } from '../../protocols/mqtt/payload.js';
import type { CommandResponse } from '../../protocols/protocol.js';
import type { CommandPort, TerminalLink } from '../commands.js';
import type { ReceiveClock } from '../receive-clock.js';
import type { Outlet } from './outlet.js';
import { SilentLinks } from './silent-links.js';
import type { Routed } from './topic-routes.js';

export interface JsonLinksOptions {
  commands: CommandPort;
  outlet: Outlet;
  clock: Pick<ReceiveClock, 'now'>;
}

/** A whole fleet that speaks our own JSON: a link is but a name and a topic. */
const MAX_LINKS = 100_000;

/** Terminals that take commands as payloads, by themselves or by a gateway: known from what they publish. */
export class JsonLinks {
  readonly #o: JsonLinksOptions;
  /** By whose numbers the terminals are. */
  readonly #links: Record<PayloadCodec['terminals'], SilentLinks<JsonLink>>;

  constructor(options: JsonLinksOptions) {
    this.#o = options;
    const { commands } = options;
    const close = (link: JsonLink) => commands.disconnected(link.protocol, link.speaker.terminal, link);
    this.#links = { mqtt: new SilentLinks(close, MAX_LINKS), jt808: new SilentLinks(close, MAX_LINKS) };
  }

  /** A payload of a terminal that can be told something on a topic of its own, that takes no commands, or that is going. */
  heard({ speaker, events }: MqttPayload, { route: { codec }, down }: Routed): void {
    if (speaker === undefined || codec === null) return;
    // It takes commands, on a way that the settings do not name: who else may tell it something we do not know.
    if (down === null && codec.command !== undefined) return;
    const { commands, clock } = this.#o;
    const links = this.#links[codec.terminals];
    if (events.length > 0 && events[0].event === 'offline') {
      links.delete(speaker.terminal);
      return;
    }
    let isNew = false;
    const topic = down ?? '';
    const link = links.heard(speaker.terminal, clock.now(), () => {
      isNew = true;
      return new JsonLink(codec, speaker, topic, this.#o);
    });
    link.codec = codec;
    link.speaker = speaker;
    link.topic = topic;
    if (isNew) commands.connected(link.protocol, speaker.terminal, link);
  }

  response(protocol: string, response: CommandResponse): void {
    this.#o.commands.response(protocol, response);
  }

  /** About once a second. */
  sweep(): void {
    for (const links of Object.values(this.#links)) links.sweep(this.#o.clock.now(), () => {});
  }

  close(): void {
    for (const links of Object.values(this.#links)) links.closeAll();
  }
}

class JsonLink implements TerminalLink {
  readonly protocol: string;
  #serial = 0;

  constructor(
    public codec: PayloadCodec,
    public speaker: Speaker,
    public topic: string,
    readonly options: JsonLinksOptions,
  ) {
    this.protocol = codec.terminals;
  }

  command(...[command, again]: Parameters<TerminalLink['command']>): ReturnType<TerminalLink['command']> {
    const serial = again ?? this.#serial;
    const { acknowledges, name } = this.codec;
    const payload = this.codec.command?.(command, this.speaker, serial) ?? {
      refused: 'not-supported',
      detail: `${name} has no commands`,
    };
    if ('refused' in payload) return payload;
    if (again === undefined) this.#serial = (serial + 1) & 0xffff;
    const { outlet, commands } = this.options;
    const { terminal } = this.speaker;
    const { id, type } = command;
    const says = (refused: string | null) =>
      commands.response(this.protocol, { terminal, id, serial, types: [type], says: { refused } });
    outlet.publish(this.topic, payload).then(
      (outcome) => {
        if (outcome === 'nobody') says('not-connected');
        else if (acknowledges === 'broker') says(null);
      },
      () => {}, // the broker is away: the command is sent again
    );
    return { serial, parts: 1 };
  }
}
