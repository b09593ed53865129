import type { Socket } from 'node:net';

/** Why reading stands still: bits. */
export const PAUSED_TURN = 1; //  newly accepted, waits for its turn
export const PAUSED_SPOOL = 2; // the log has no room
export const PAUSED_RATE = 4; //  the terminal sends more than it may

/** Whether a socket is read: only while there is no reason not to. */
export class Reading {
  #paused = 0;

  constructor(private readonly socket: Socket) {}

  get paused(): boolean {
    return this.#paused !== 0;
  }

  pausedFor(why: number): boolean {
    return (this.#paused & why) !== 0;
  }

  pause(why: number): void {
    if (this.#paused === 0) this.socket.pause();
    this.#paused |= why;
  }

  /** True where this was the last reason. */
  resume(why: number): boolean {
    if (!this.pausedFor(why)) return false;
    this.#paused &= ~why;
    if (this.#paused !== 0) return false;
    this.socket.resume();
    return true;
  }
}
