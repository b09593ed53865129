import type { Position } from '../../model/position.js';
import type { Registration, RegistrationAnswer, Sink } from '../../protocols/protocol.js';

/** Frames that broke before they were any message. */
const BROKEN = new Set(['no-frame', 'frame-too-long', 'bad-escape', 'bad-checksum', 'bad-length', 'short-header']);

/**
 * A sink that counts each frame once: as handled unless it is refused. Parts of split messages that are dropped later were
 * counted as handled. It throws where a conversation breaks its word.
 */
export class FrameCounter implements Sink {
  received = 0;
  handled = 0;
  rejected: Record<string, number> = {};
  positions = 0;
  droppedParts = 0;
  #open = false;

  /** `stranger`: a terminal number whose data is not welcome. */
  constructor(readonly stranger: string) {}

  get rejectedSum(): number {
    return Object.values(this.rejected).reduce((sum, n) => sum + n, 0);
  }

  frame(): void {
    this.received++;
    this.handled++;
    this.#open = true;
  }
  reject(reason: string, bytes: Buffer, detail?: string): void {
    if (!detail) throw new Error(`${reason} without a word`);
    if (reason === 'decoder-bug') throw new Error(`${detail}\nframe ${bytes.toString('hex')}`);
    if (/^part \d+ of message/.test(detail)) {
      this.droppedParts++;
      return;
    }
    if (BROKEN.has(reason)) this.received++;
    else if (this.#open) this.handled--;
    else throw new Error(`${reason} for a frame that was refused already: ${detail}`);
    this.#open = false;
    this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
  }
  register(_: Registration): RegistrationAnswer {
    return { result: 0, authCode: 'x' };
  }
  authenticate(): boolean {
    return true;
  }
  admits(number: string): boolean {
    return number !== this.stranger;
  }
  quirksOf(): readonly string[] {
    return [];
  }
  deregister(): void {}
  position(_: Position): boolean {
    this.positions++;
    return true;
  }
  response(): void {}
  upload(): void {}
  media(): 'taken' {
    return 'taken';
  }
  reply(bytes: Buffer): void {
    if (bytes[0] !== 0x7e || bytes[bytes.length - 1] !== 0x7e) throw new Error(`no frame: ${bytes.toString('hex')}`);
  }
}
