import type { Pool, QueryConfig } from 'pg';
import { DatabaseAwayError, explain, sqlState } from './db.js';

/** Questions that may wait for a connection; each waits 5 s at most. */
const MOST_WAITING = 200;
/** Statements that end because the server is going, starting, or asked to give up; and tables that are not made yet. */
const AWAY_STATES = ['08', '53', '57', '58', '42P01'];

/** The rows of one question. Rejects with DatabaseAwayError where the database cannot be asked now. */
export function ask<Row>(pool: Pool, query: QueryConfig & { rowMode?: 'array' }): Promise<Row[]> {
  return asking(pool, async () => (await pool.query(query)).rows);
}

/** What `question` answers. Rejects with DatabaseAwayError where the database cannot be asked now. */
export async function asking<T>(pool: Pool, question: () => Promise<T>): Promise<T> {
  if (pool.waitingCount >= MOST_WAITING) throw new DatabaseAwayError('too many questions wait for the database');
  try {
    return await question();
  } catch (error) {
    const state = sqlState(error);
    if (state !== '' && !AWAY_STATES.some((away) => state.startsWith(away))) throw error;
    throw new DatabaseAwayError(explain(error), { cause: error });
  }
}
