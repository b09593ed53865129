import type { Block } from '../model/block.js';

export interface SegmentLogOptions {
  dir: string;
  segmentBytes?: number;
  shared?: SharedArrayBuffer;
}

export class SegmentLog {
  readonly shared = new SharedArrayBuffer(16);
  readonly nextSeq: number = 1;
  readonly committedSeq: number = 0;
  readonly committedFixes: number = 0;
  readonly bytes: number = 0;
  readonly state: 'ok' | 'failed' = 'ok';
  static async open(_options: SegmentLogOptions): Promise<SegmentLog> {
    throw new Error('not yet');
  }
  /** Resolves once the blocks are durable; they must begin at nextSeq and follow each other. */
  async append(_blocks: readonly Block[]): Promise<void> {}
  /** Deletes whole segments of which every record is below `seq`. */
  async truncateBefore(_seq: number): Promise<void> {}
  async close(): Promise<void> {}
}
