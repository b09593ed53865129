import type { Pool } from 'pg';
import { dropAudit } from './audit.js';
import { setCompression } from './compression.js';
import { explain, sqlState } from './db.js';
import { detectEdition } from './edition.js';
import { FoldError, LateRows } from './late-rows.js';
import { dropAlerts, dropBygones, dropCommands } from './old-records.js';
import { Retention } from './retention.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A day that somebody read, and what failed, is tried again this soon. */
const SOON_MS = 300_000;

export interface UpkeepOptions {
  /** null: tracks are kept for ever. */
  retentionDays: number | null;
  /** Days after which the database compresses tracks, where its edition can; null: never. */
  compressAfterDays: number | null;
  /** Days that alerts are kept after their last step, with what they point to; null: for ever. */
  alertDays: number | null;
  /** Days that the audit is kept, and commands. */
  auditDays: number;
}

/**
 * What the tables need now and then, whatever the edition: compression and late rows of positions, and the retention of everything
 * (docs/retention.md has the table of tables).
 */
export class Upkeep {
  readonly #lateRows: LateRows;
  readonly #retention: Retention | null;

  constructor(
    readonly pool: Pool,
    readonly options: UpkeepOptions,
  ) {
    this.#lateRows = new LateRows(pool);
    this.#retention = options.retentionDays === null ? null : new Retention(pool, options.retentionDays);
  }

  /**
   * Does what is due at `now` (epoch ms). What fails keeps nothing else from being done: a database that cannot compress must not
   * fill its disk with old days. Resolves with lines that an operator should read, and when to come again, in ms; doing it again,
   * or after a crash anywhere, does no harm.
   */
  async pass(now: number, stop?: AbortSignal): Promise<{ notices: string[]; againMs: number }> {
    const notices: string[] = [];
    let againMs = HOUR_MS;
    const { alertDays, auditDays } = this.options;
    const parts = [
      async () => {
        const { dropped, held } = (await this.#retention?.apply(now)) ?? { dropped: [], held: false };
        if (dropped.length > 0) notices.push(`older than the retention, dropped: ${dropped.join(', ')}`);
        if (held) againMs = SOON_MS;
      },
      async () => {
        if (alertDays === null) return;
        const alerts = await dropAlerts(this.pool, now - alertDays * DAY_MS, stop);
        if (alerts > 0) notices.push(`alerts older than they are kept, deleted: ${alerts}`);
        await dropBygones(this.pool, now - alertDays * DAY_MS);
      },
      async () => {
        await dropAudit(this.pool, now - auditDays * DAY_MS);
        await dropCommands(this.pool, now - auditDays * DAY_MS, stop);
      },
      async () => {
        const compressed = await this.#compress();
        if (compressed) notices.push(compressed);
      },
      () => this.#lateRows.fold(stop),
    ];
    for (const part of parts) {
      if (stop?.aborted) break;
      try {
        await part();
      } catch (error) {
        againMs = SOON_MS;
        // The writer tells of a database that is away.
        if (sqlState(error) !== '' || error instanceof FoldError)
          notices.push(`upkeep of the database: ${explain(error)}`);
      }
    }
    return { notices, againMs };
  }

  async #compress(): Promise<string | null> {
    const db = await this.pool.connect();
    let failed = true;
    try {
      const { name } = await detectEdition(db);
      const done = name === 'timescaledb-community' ? await setCompression(db, this.options.compressAfterDays) : null;
      failed = false;
      return done;
    } finally {
      db.release(failed); // a connection that failed may be inside a transaction
    }
  }
}
