import type { Position } from '../model/position.js';
import type { RejectReason } from '../model/reject.js';
import type { MediaOutcome } from '../protocols/media.js';
import type { RegistrationAnswer, Sink } from '../protocols/protocol.js';

/** Takes whatever a conversation finds, and does nothing with it: to see what would come out. */
export class TrialSink implements Sink {
  /** Complete frames with a good check code. */
  frames = 0;
  readonly positions: Position[] = [];
  /** The first one. */
  rejected: { reason: RejectReason; detail: string } | null = null;

  /** `quirks`: those of a terminal, by its number. */
  constructor(private readonly quirks: (terminalNumber: string) => readonly string[]) {}

  frame(): void {
    this.frames++;
  }

  position(p: Position): boolean {
    if (p.items !== null) p.items = Uint8Array.from(p.items); // borrowed
    this.positions.push(p);
    return true;
  }

  reject(reason: RejectReason, _bytes: Uint8Array, detail = ''): void {
    this.rejected ??= { reason, detail };
  }

  quirksOf(terminalNumber: string): readonly string[] {
    return this.quirks(terminalNumber);
  }

  register(): RegistrationAnswer {
    return { result: 0, authCode: '' };
  }

  authenticate(): boolean {
    return true;
  }

  admits(): boolean {
    return true;
  }

  media(): MediaOutcome {
    return 'repeated';
  }

  deregister(): void {}
  reply(): void {}
  response(): void {}
  upload(): void {}
}
