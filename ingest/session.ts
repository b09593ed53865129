import type { Protocol } from '../protocols/protocol.js';
import type { TerminalLink } from './commands.js';
import type { Identity } from './identity.js';

/** The connection, as its terminals see it. */
export interface SessionPeer {
  command(terminal: string, ...what: Parameters<TerminalLink['command']>): ReturnType<TerminalLink['command']>;
  /** The terminal has logged in elsewhere. */
  supersede(session: Session): void;
}

/** A terminal that a connection speaks for: who can be told something through it, and whose vehicle its data is of. */
export class Session implements TerminalLink {
  #vehicleNo = 0;
  #vehicleRevision = -1;

  /** `terminal`: its number, without leading zeros. */
  constructor(
    readonly terminal: string,
    readonly peer: SessionPeer,
  ) {}

  command(...what: Parameters<TerminalLink['command']>): ReturnType<TerminalLink['command']> {
    return this.peer.command(this.terminal, ...what);
  }

  /** Looked up once, and again after the registry changed: a terminal may move to another vehicle while it is connected. */
  vehicleNo(identity: Identity, protocol: Protocol): number {
    if (this.#vehicleRevision !== identity.revision) {
      this.#vehicleNo = identity.vehicleNo(protocol.name, this.terminal);
      this.#vehicleRevision = identity.revision;
    }
    return this.#vehicleNo;
  }
}
