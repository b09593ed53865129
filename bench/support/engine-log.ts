import { allocBlock, BLOCK_HEADER_BYTES, type Block, closeBlock, KIND_CHANGE, KIND_FIXES } from '../../model/block.js';
import type { Change } from '../../model/change.js';
import { FixBatchBuilder } from '../../model/fix-batch.js';
import type { Position } from '../../model/position.js';

/** Blocks as a spool would have written them: what an engine in this process is fed with. */
export class EngineLog {
  #seq: number;
  #fixes = 0;
  readonly #batch = new FixBatchBuilder();

  constructor(firstSeq = 1) {
    this.#seq = firstSeq;
  }

  change(change: Change): Block {
    const body = Buffer.from(JSON.stringify(change));
    const bytes = allocBlock(body.length);
    body.copy(bytes, BLOCK_HEADER_BYTES);
    return this.#close(bytes, KIND_CHANGE, 1);
  }

  /** Whoever gives the fixes may use one Position for all. */
  *fixes(fixes: Iterable<Position>): Generator<Block> {
    for (const p of fixes) {
      if (this.#batch.add(p)) continue;
      yield this.#flush();
      this.#batch.add(p);
    }
    if (this.#batch.count > 0) yield this.#flush();
  }

  #flush(): Block {
    const { count } = this.#batch;
    return this.#close(this.#batch.take(), KIND_FIXES, count);
  }

  #close(bytes: Buffer, kind: typeof KIND_CHANGE | typeof KIND_FIXES, count: number): Block {
    const block = closeBlock(bytes, { kind, firstSeq: this.#seq, count, fixesBefore: this.#fixes, closedAt: 0 });
    this.#seq += count;
    if (kind === KIND_FIXES) this.#fixes += count;
    return block;
  }
}
