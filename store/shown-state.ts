import { AnswerBook } from '../model/answer-book.js';
import { type Block, KIND_CHANGE, KIND_FIXES, readJsonBody } from '../model/block.js';
import { Catalog, type CatalogSnapshot } from '../model/catalog.js';
import type { Change } from '../model/change.js';
import { BOOK_LIMITS, CommandBook } from '../model/command-book.js';
import { FixBatch } from '../model/fix-batch.js';
import { Fleet } from '../model/fleet.js';
import { Position } from '../model/position.js';
import { TerminalAreas } from '../model/terminal-area.js';
import { compactGeometry } from '../model/written-geometry.js';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { jsonInTurns, jsonListInTurns } from './json-in-turns.js';
import { LogReader } from './log-reader.js';

const NAME = 'main';

/**
 * What the main thread knows of the log: the catalog, the commands to terminals, the answers to requests with a key and, of
 * every vehicle, the newest durable fix. Restored at start from a checkpoint and the log behind it; from then on the catalog is kept by the registry and the
 * commands by their dispatcher, ahead of the log by what is not flushed yet, and the fleet by `apply`, exactly as far as
 * the log is committed.
 */
export class ShownState {
  readonly #p = new Position(); // reused: a fleet copies what it keeps

  private constructor(
    readonly dir: string,
    readonly catalog: Catalog,
    readonly fleet: Fleet,
    readonly commands: CommandBook,
    readonly answers: AnswerBook,
    /** Every record up to this one is in. */
    public seq: number,
    /** Records before this one are in both kept checkpoints: for this part's sake the log may lose them. */
    public safeSeq: number,
  ) {}

  /** As it was kept; of a log that is at its beginning where nothing was. */
  static from(dir: string, checkpoint: Checkpoint | null): ShownState {
    if (!checkpoint) return new ShownState(dir, new Catalog(), new Fleet(), new CommandBook(), new AnswerBook(), 0, 0);
    const { seq, parts } = checkpoint;
    const catalog = JSON.parse(parts.catalog.toString()) as CatalogSnapshot;
    for (const fence of catalog.fences) fence.geometry = compactGeometry(fence.geometry);
    return new ShownState(
      dir,
      Catalog.from(catalog, parts.roads),
      Fleet.from(parts.fleet),
      // Checkpoints of before there were commands, fences on terminals, or answers, have none.
      CommandBook.from(
        JSON.parse(parts.commands?.toString() ?? '[]'),
        BOOK_LIMITS,
        TerminalAreas.from(JSON.parse(parts.areas?.toString() ?? '[]')),
      ),
      AnswerBook.from(JSON.parse(parts.answers?.toString() ?? '[]')),
      seq,
      0,
    );
  }

  /** `committed`: number of the last record to take in from the log in `spoolDir`. Throws LogGapError where it is not whole. */
  static async restore(dir: string, spoolDir: string, committed: () => number): Promise<ShownState> {
    const state = ShownState.from(dir, await loadCheckpoint(dir, NAME));
    const reader = new LogReader(spoolDir, state.seq + 1, committed);
    for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) {
      for (const block of blocks) {
        state.follow(block, () => {});
      }
    }
    reader.close();
    return state;
  }

  /** Takes in a committed block of a log that nobody here writes to; answers the change where it is one that is news. */
  follow(block: Block, moved: (vehicleNo: number) => void): Change | null {
    const change = block.kind === KIND_CHANGE ? readJsonBody<Change>(block) : null;
    if (change?.type === 'fence-put') change.fence.geometry = compactGeometry(change.fence.geometry);
    const news = change !== null && this.catalog.apply(change);
    if (news) {
      this.commands.apply(change);
      this.answers.apply(change);
    }
    this.apply(block, moved);
    return news ? change : null;
  }

  /** Takes in a committed block; `moved` hears the number of each vehicle whose row changed. */
  apply(block: Block, moved: (vehicleNo: number) => void): void {
    if (block.kind === KIND_FIXES) {
      const batch = new FixBatch(block);
      for (let i = 0; i < batch.count; i++) {
        const p = batch.read(i, this.#p);
        if (p.seq > this.seq && this.fleet.apply(p)) moved(p.vehicleNo);
      }
    } else if (block.kind === KIND_CHANGE && block.firstSeq > this.seq) {
      const no = whoGoes(block);
      if (no > 0 && this.fleet.goes(no)) moved(no);
    }
    this.seq = block.firstSeq + block.count - 1;
  }

  /** Keeps the state for the next start; `flushed` as in `snapshot`. */
  async checkpoint(flushed: () => Promise<void>): Promise<void> {
    this.safeSeq = await saveCheckpoint(this.dir, NAME, await this.snapshot(flushed));
  }

  /**
   * The state as of now. `flushed` resolves once everything that the catalog holds now is committed: until then the catalog
   * is ahead of the log, and a snapshot of it would be of things that may never have happened.
   */
  async snapshot(flushed: () => Promise<void>): Promise<Checkpoint> {
    const { seq } = this;
    const catalog = this.catalog.snapshot();
    // Of the same moment, all of them; only the catalog and the roads, in which nothing is altered, take their time to be written.
    const roads = this.catalog.roads.snapshotBy(jsonListInTurns);
    const others = {
      commands: Buffer.from(JSON.stringify(this.commands.snapshot())),
      areas: Buffer.from(JSON.stringify(this.commands.areas.snapshot())),
      answers: Buffer.from(JSON.stringify(this.answers.snapshot())),
      fleet: this.fleet.snapshot(),
    };
    const parts = { catalog: await jsonInTurns(catalog, { fences: 'geometry' }), roads: await roads, ...others };
    await flushed();
    return { seq, parts };
  }
}

const GOOD_BYE = Buffer.from('"event":"offline"');

/** The vehicle whose terminal said that it goes; 0 where the change is of something else. */
function whoGoes(block: Block): number {
  const { buffer, byteOffset, byteLength } = block.body;
  // Nearly all, and not worth reading.
  if (!Buffer.from(buffer, byteOffset, byteLength).includes(GOOD_BYE)) return 0;
  const change = readJsonBody<Change>(block);
  if (change.type !== 'upload') return 0;
  const { kind, vehicleNo, content } = change.upload;
  return kind === 'report' && content.event === 'offline' ? vehicleNo : 0;
}
