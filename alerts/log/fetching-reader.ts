import type { AlertTransition } from '../../model/alert.js';
import type { RecentAlerts } from './alert-log-reader.js';

/** Steps of the alert log that are neither in memory here nor in files. */
export interface OlderSteps {
  /** The oldest number that the log can still be continued after. */
  readonly oldest: number;
  /**
   * At most `limit` transitions after number `after`, in order, at least one. Rejects with LogGapError where they are gone, and
   * with an error whose `code` is 'main-node-away' where they cannot be had just now.
   */
  read(after: number, limit: number): Promise<AlertTransition[]>;
}

/** Reads the alert log from any number that is kept: from memory where that reaches, else from where the files are. */
export class FetchingReader {
  constructor(
    readonly recent: RecentAlerts,
    readonly older: OlderSteps,
  ) {}

  /** At most `limit` transitions after number `after`, in order; [] at the end only. */
  read(after: number, limit: number): AlertTransition[] | Promise<AlertTransition[]> {
    const { recent, older } = this;
    return after >= recent.oldest ? recent.since(after, limit) : older.read(after, limit);
  }

  close(): void {}
}
