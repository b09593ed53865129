import { fillTopic } from '../../model/topic-pattern.js';
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

/** Terminals behind a gateway that takes commands as payloads of its own: known from what they publish. */
export class JsonLinks {
  readonly #o: JsonLinksOptions;
  readonly #links: SilentLinks<JsonLink>;

  constructor(options: JsonLinksOptions) {
    this.#o = options;
    this.#links = new SilentLinks((link) => options.commands.disconnected(link.protocol, link.speaker.terminal, link));
  }

  /** A payload of a terminal that can be told something on a topic of its own. */
  heard({ speaker }: MqttPayload, { route: { codec }, names, down }: Routed & { down: string }): void {
    if (speaker === undefined || codec?.command === undefined) return;
    const { commands, clock } = this.#o;
    const topic = fillTopic(down, names);
    let isNew = false;
    const link = this.#links.heard(`${codec.terminals}:${speaker.terminal}`, clock.now(), () => {
      isNew = true;
      return new JsonLink(codec, speaker, topic, this.#o);
    });
    link.speaker = speaker;
    link.topic = topic;
    if (isNew) commands.connected(link.protocol, speaker.terminal, link);
  }

  response(protocol: string, response: CommandResponse): void {
    this.#o.commands.response(protocol, response);
  }

  /** About once a second. */
  sweep(): void {
    this.#links.sweep(this.#o.clock.now(), () => {});
  }

  close(): void {
    this.#links.closeAll();
  }
}

class JsonLink implements TerminalLink {
  readonly protocol: string;
  #serial = 0;

  constructor(
    readonly codec: PayloadCodec,
    public speaker: Speaker,
    public topic: string,
    readonly options: JsonLinksOptions,
  ) {
    this.protocol = codec.terminals;
  }

  command(...[type, params, again]: Parameters<TerminalLink['command']>): ReturnType<TerminalLink['command']> {
    const serial = again ?? this.#serial;
    const payload = this.codec.command?.(type, params, this.speaker, serial) ?? null;
    if (payload === null || 'refused' in payload) return payload;
    if (again === undefined) this.#serial = (serial + 1) & 0xffff;
    const { outlet, commands } = this.options;
    const { terminal } = this.speaker;
    // Such gateways keep the terminal's acknowledgement for themselves: what we hear is that they have taken the command.
    outlet.publish(this.topic, payload).then(
      (outcome) => {
        const refused = outcome === 'sent' ? null : 'not-connected';
        commands.response(this.protocol, { terminal, serial, types: [type], says: { refused } });
      },
      () => {}, // the broker is away: the command is sent again
    );
    return { serial, parts: 1 };
  }
}
