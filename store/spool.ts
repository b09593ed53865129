import type { Block } from '../model/block.js';
import type { Change } from '../model/change.js';
import type { Position } from '../model/position.js';
import type { SpoolState } from '../model/stats.js';

export interface SpoolOptions {
  dir: string;
  segmentBytes?: number;
  maxBytes?: number;
  ackLevel?: 'write' | 'fsync';
  fsyncMs?: number;
  /** The next record gets at least this number: more than any number a reader has a watermark for. */
  notBefore?: number;
}

export interface SpoolStats {
  flushes: number;
  flushMsSum: number;
  /** Longest flush since the last call of `takeFlushMax`. */
  flushMsMax: number;
  tornTails: number;
  tornBytes: number;
  failures: number;
  segments: number;
}

export class Spool {
  readonly shared = new SharedArrayBuffer(16);
  readonly committedSeq: number = 0;
  /** Number of the last record added, committed or not. */
  readonly lastSeq: number = 0;
  readonly fixesAccepted: number = 0;
  readonly pendingFixes: number = 0;
  readonly state: SpoolState = 'ok';
  readonly bytes: number = 0;
  readonly maxBytes: number = 0;
  /** False while `addFix` refuses. */
  readonly accepting: boolean = true;
  static async open(_options: SpoolOptions): Promise<Spool> {
    throw new Error('not yet');
  }
  addFix(_p: Position): boolean {
    return false;
  }
  addChange(_change: Change): void {}
  whenAccepted(_fn: () => void): void {}
  onCommit(_fn: (blocks: readonly Block[]) => void): void {}
  onDrain(_fn: () => void): void {}
  onState(_fn: (state: SpoolState, detail: string) => void): void {}
  stats(): SpoolStats {
    throw new Error('not yet');
  }
  async truncateBefore(_seq: number): Promise<void> {}
  async close(): Promise<void> {}
}
