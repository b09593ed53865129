import type { ClientBase } from 'pg';

const DAY_MS = 86_400_000;
/** Made ahead of time, so that midnight does not wait for one. */
const DAYS_AHEAD = 3;
/** More days than any retention holds; only replays of old tracks get near it. */
const KNOWN_DAYS = 20_000;

/**
 * Sees that `positions` has a partition for every day that is about to be written. A hypertable makes its own chunks;
 * then this does nothing.
 */
export class DayPartitions {
  /** Days since 1970-01-01 UTC that have their partition. */
  readonly #known = new Set<number>();
  readonly #wanted = new Set<number>();

  private constructor(readonly needed: boolean) {}

  static async of(db: ClientBase): Promise<DayPartitions> {
    const { rows } = await db.query(
      "select relkind = 'p' as partitioned from pg_class where oid = 'positions'::regclass",
    );
    return new DayPartitions(rows[0].partitioned);
  }

  /** Notes the day of a fix that will be written (epoch ms). */
  want(time: number): void {
    const day = Math.floor(time / DAY_MS);
    if (this.needed && !this.#known.has(day)) this.#wanted.add(day);
  }

  /** Notes today and the days to come. */
  wantAhead(now: number): void {
    for (let day = 0; day <= DAYS_AHEAD; day++) this.want(now + day * DAY_MS);
  }

  /** Makes what is wanted and missing. Not inside a transaction: other writers may want the same day. */
  async make(db: ClientBase): Promise<void> {
    for (const day of this.#wanted) {
      await db.query('select ensure_positions_day($1)', [new Date(day * DAY_MS).toISOString().slice(0, 10)]);
      if (this.#known.size >= KNOWN_DAYS) this.#known.clear();
      this.#known.add(day);
      this.#wanted.delete(day);
    }
  }

  /** Somebody may have dropped one: ask for each again. */
  forget(): void {
    this.#known.clear();
  }
}
