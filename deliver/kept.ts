import { setTimeout as pause } from 'node:timers/promises';
import { loadCheckpoint, saveCheckpoint } from '../store/checkpoint.js';

const PART = 'state';
const RETRY_MS = 1000;

/**
 * A small state that outlives the process, as one file that is replaced whole. Changes in quick succession are one
 * write: after a crash the state is at most `restMs` and one write old.
 */
export class Kept<T> {
  #writes = 0;
  /** Changes since the start, and how many of them are on disk. */
  #changes = 0;
  #saved = 0;
  #saving: Promise<void> | null = null;
  #closed = false;
  /** The disk refuses; told once. */
  #failing = false;

  private constructor(
    readonly dir: string,
    readonly name: string,
    public value: T,
    readonly restMs: number,
    readonly log: (line: string) => void,
  ) {}

  /** What was kept under the name, or `initial`. */
  static async open<T>(
    dir: string,
    name: string,
    initial: T,
    log: (line: string) => void,
    restMs = 250,
  ): Promise<Kept<T>> {
    const checkpoint = await loadCheckpoint(dir, name);
    const value = checkpoint ? (JSON.parse(checkpoint.parts[PART].toString()) as T) : initial;
    return new Kept(dir, name, value, restMs, log);
  }

  /** `value` was changed: it will be on disk before long. */
  changed(): void {
    this.#changes++;
    this.#saving ??= this.#save();
  }

  /** Resolves once everything changed before is on disk; a disk that refuses is waited for, but not after `close`. */
  async flushed(): Promise<void> {
    const wanted = this.#changes;
    while (this.#saved < wanted && this.#saving) await this.#saving;
  }

  /** Writes what is not written yet; a disk that refuses is tried once more and then left. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flushed();
  }

  async #save(): Promise<void> {
    try {
      while (this.#saved < this.#changes) {
        const writing = this.#changes;
        try {
          await saveCheckpoint(this.dir, this.name, {
            seq: ++this.#writes,
            parts: { [PART]: Buffer.from(JSON.stringify(this.value)) },
          });
          this.#saved = writing;
          this.#failing = false;
        } catch (error) {
          if (!this.#failing) this.log(`${this.name} cannot be written: ${(error as Error).message}; trying on`);
          this.#failing = true;
          if (this.#closed) return;
          await pause(RETRY_MS);
          continue;
        }
        if (this.#saved < this.#changes && !this.#closed) await pause(this.restMs);
      }
    } finally {
      this.#saving = null;
    }
  }
}
