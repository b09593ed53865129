import type { ConnectionHost } from './connection-host.js';
import { Session, type SessionPeer } from './session.js';

/** The terminals that one connection speaks for: one, or many where it is a gateway's. */
export class Sessions {
  /** Whose frame is in hand. */
  current: Session | null = null;
  readonly #byTerminal = new Map<string, Session>();

  constructor(
    private readonly peer: SessionPeer,
    private readonly host: ConnectionHost,
  ) {}

  get any(): boolean {
    return this.#byTerminal.size > 0;
  }

  get first(): Session | undefined {
    return this.#byTerminal.values().next().value;
  }

  get(terminal: string): Session | undefined {
    return this.#byTerminal.get(terminal);
  }

  /** Makes it the current one; false where it is not logged in: then there is none. */
  turnTo(terminal: string): boolean {
    if (this.current?.terminal === terminal) return true;
    this.current = this.#byTerminal.get(terminal) ?? null;
    return this.current !== null;
  }

  /** Makes it the current one; false where the connection speaks for as many terminals already as one may. */
  logIn(terminal: string): boolean {
    if (this.turnTo(terminal)) return true;
    if (this.#byTerminal.size >= this.host.limits.gatewayTerminals) return false;
    if (!this.any) this.host.stats.connectionsAuthenticated++;
    this.current = new Session(terminal, this.peer);
    this.#byTerminal.set(terminal, this.current);
    this.host.loggedIn(this.current);
    return true;
  }

  logOut(session: Session): void {
    if (!this.#byTerminal.delete(session.terminal)) return;
    if (this.current === session) this.current = null;
    if (!this.any) this.host.stats.connectionsAuthenticated--;
    this.host.loggedOut(session);
  }

  logOutAll(): void {
    for (const session of [...this.#byTerminal.values()]) this.logOut(session);
  }
}
