import type { Pool } from 'pg';
import { dropAudit } from './audit.js';
import { setCompression } from './compression.js';
import { detectEdition } from './edition.js';
import { LateRows } from './late-rows.js';
import { dropAlerts, dropBygones, dropCommands } from './old-records.js';
import { Retention } from './retention.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A day that somebody read is tried again this soon. */
const HELD_MS = 300_000;

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
   * Does what is due at `now` (epoch ms). Resolves with lines that an operator should read, and when to come again, in ms;
   * doing it again, or after a crash anywhere, does no harm.
   */
  async pass(now: number, stop?: AbortSignal): Promise<{ notices: string[]; againMs: number }> {
    const notices: string[] = [];
    const compressed = await this.#compress();
    if (compressed) notices.push(compressed);
    await this.#lateRows.fold(stop);
    const { dropped, held } = (await this.#retention?.apply(now)) ?? { dropped: [], held: false };
    const { alertDays, auditDays } = this.options;
    if (alertDays !== null) {
      const alerts = await dropAlerts(this.pool, now - alertDays * DAY_MS, stop);
      await dropBygones(this.pool, now - alertDays * DAY_MS);
      if (alerts > 0) notices.push(`alerts older than they are kept, deleted: ${alerts}`);
    }
    await dropAudit(this.pool, now - auditDays * DAY_MS);
    await dropCommands(this.pool, now - auditDays * DAY_MS, stop);
    if (dropped.length > 0) notices.push(`older than the retention, dropped: ${dropped.join(', ')}`);
    return { notices, againMs: held ? HELD_MS : HOUR_MS };
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
