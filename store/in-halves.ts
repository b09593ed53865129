import { setTimeout as pause } from 'node:timers/promises';
import { isRefusal } from './db.js';

/** How to store a list of records, and what to do with one that the database refuses. */
export interface Storing<T> {
  size(work: T): number;
  /** Two parts in order; asked only where there are two records at least. */
  halve(work: T): [T, T];
  /** Stores all of it or, rejecting, nothing. */
  store(work: T): Promise<void>;
  quarantine(work: T, error: unknown): Promise<void>;
}

/** A record is given up only after it was refused this often, alone. */
const ATTEMPTS = 3;
const PAUSE_MS = 50;

/**
 * Stores everything that the database takes, in order. Work that holds a refused record is halved until the record is
 * alone; then it is tried again, and at last put into quarantine, and the rest goes on. Rejects with whatever is no
 * refusal (the database is away); everything before is stored then.
 */
export async function storeInHalves<T>(work: T, storing: Storing<T>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await storing.store(work);
      return;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (storing.size(work) > 1) {
        for (const half of storing.halve(work)) await storeInHalves(half, storing);
        return;
      }
      if (attempt === ATTEMPTS) {
        await storing.quarantine(work, error);
        return;
      }
      await pause(PAUSE_MS);
    }
  }
}
