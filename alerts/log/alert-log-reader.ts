import type { AlertTransition } from '../../model/alert.js';
import { readAlertCommit } from '../../model/alert-commit.js';
import { LogGapError, LogReader } from '../../store/log-reader.js';
import { listSegments } from '../../store/segment-file.js';

/** Bytes of the log read at once: a few hundred transitions, parsed within a turn of the event loop. */
const READ_BYTES = 256 * 1024;

/** The newest part of the alert log, as memory has it (alerts/log/feed.ts). */
export interface RecentAlerts {
  /** Where the log's files are; '' before they are known. */
  readonly dir: string;
  /** Number of the newest transition; 0 before the first. */
  readonly last: number;
  /** The oldest number that `since` can still continue after. */
  readonly oldest: number;
  since(after: number, limit: number): AlertTransition[];
}

/**
 * Reads the alert log from any number that is kept: from memory where that reaches, from the log's files where not. Made
 * for one reader that goes on from where it was; what was read ahead of it waits here. Close it when it is done.
 */
export class AlertLogReader {
  #reader: LogReader | null = null;
  /** Read from the files and not asked for yet. */
  #ahead: AlertTransition[] = [];

  constructor(readonly recent: RecentAlerts) {}

  /** At most `limit` transitions after number `after`, in order; [] at the end only. Throws LogGapError where they are gone. */
  read(after: number, limit: number): AlertTransition[] {
    const { recent } = this;
    if (after >= recent.oldest) {
      this.close();
      return recent.since(after, limit);
    }
    const next = this.#ahead.findIndex(({ number }) => number > after);
    const known = next >= 0 && (next > 0 || this.#ahead[0].number === after + 1);
    this.#ahead = known ? this.#ahead.slice(next) : this.#fromFiles(after);
    return this.#ahead.slice(0, limit);
  }

  close(): void {
    this.#reader?.close();
    this.#reader = null;
    this.#ahead = [];
  }

  #fromFiles(after: number): AlertTransition[] {
    if (this.#reader?.position !== after + 1) {
      this.#reader?.close();
      this.#reader = new LogReader(this.recent.dir, after + 1, () => this.recent.last);
    }
    const blocks = this.#reader.next(READ_BYTES);
    if (blocks.length === 0) throw new LogGapError(this.recent.dir, after + 1, this.recent.oldest + 1);
    return blocks.flatMap((block) => readAlertCommit(block).transitions.filter(({ number }) => number > after));
  }
}

/** The oldest number that the log in `dir` can be continued after; Infinity where it has nothing. */
export function oldestInFiles(dir: string): number {
  return (listSegments(dir)[0]?.firstSeq ?? Infinity) - 1;
}
