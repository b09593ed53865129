import type { Writable } from 'node:stream';

/** Frames to one peer at its own pace: a long split message must not fill the buffer that its replies go through. */
export class PacedFrames {
  #frames: Buffer[] = [];
  #waits = false;

  constructor(private readonly socket: Writable) {}

  push(frames: readonly Buffer[]): void {
    this.#frames.push(...frames);
    if (!this.#waits) this.#write();
  }

  #write(): void {
    let written = 0;
    let room = true;
    while (room && written < this.#frames.length && this.socket.writable) {
      room = this.socket.write(this.#frames[written++]);
    }
    this.#frames = this.#frames.slice(written);
    if (room) return;
    this.#waits = true;
    this.socket.once('drain', () => {
      this.#waits = false;
      this.#write();
    });
  }
}
