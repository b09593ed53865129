import { Client, DatabaseError, Pool } from 'pg';
import { backoffWait } from '../model/backoff.js';

/** Waits between attempts to reach the database. */
const BACKOFF = { firstMs: 200, lastMs: 30_000 };

/**
 * Pool of the API: connections, and how long a request waits for one or for its answer, ms. `flushedCommits` false: a commit does not
 * wait for the server's disk, and the last ones may be undone, all after a moment, where its machine dies.
 */
const DEFAULT_POOL_OPTIONS = { connections: 20, acquireMs: 5_000, statementMs: 30_000, flushedCommits: true };

/** The writer's one connection waits longer: it has nothing else to do. Milliseconds. */
const WRITER_STATEMENT_MS = 120_000;

/** The database cannot be asked now; the API answers 503. `message` says why. */
export class DatabaseAwayError extends Error {
  readonly code = 'database-away';
}

/**
 * The pool that queries go through. Lost idle connections are told to `onError` and replaced on the next use.
 * Nothing is connected until the first query.
 */
export function openPool(
  url: string,
  onError: (error: Error) => void,
  options: Partial<typeof DEFAULT_POOL_OPTIONS> = {},
): Pool {
  const { connections, acquireMs, statementMs, flushedCommits } = { ...DEFAULT_POOL_OPTIONS, ...options };
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: acquireMs,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementMs,
    // The server ends a statement itself; this one is for a server that no longer answers at all.
    query_timeout: statementMs + 5_000,
    keepAlive: true,
    application_name: 'cheji',
    options: flushedCommits ? undefined : '-c synchronous_commit=off',
  });
  pool.on('error', onError);
  return pool;
}

/** One connection for the writer. The caller connects it, and listens to its 'error'. */
export function writerClient(url: string): Client {
  return new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    statement_timeout: WRITER_STATEMENT_MS,
    query_timeout: WRITER_STATEMENT_MS + 5_000,
    lock_timeout: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'cheji-writer',
  });
}

/** Milliseconds to wait before attempt number `attempt` + 1 (the first attempt is 0): 0.2 s doubling to 30 s, ± 25 %. */
export function backoffMs(attempt: number, random?: () => number): number {
  return backoffWait(BACKOFF, attempt, random);
}

/** One line on what went wrong: the server's own words and code, or the system's. */
export function explain(error: unknown): string {
  if (error instanceof DatabaseError)
    return `${error.message} (SQLSTATE ${error.code})${error.detail ? `: ${error.detail}` : ''}`;
  // Node joins the failures of several addresses in one error without a message of its own.
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** SQLSTATE of an error that the server sent; '' where it did not come from the server. */
export function sqlState(error: unknown): string {
  return error instanceof DatabaseError ? (error.code ?? '') : '';
}

/**
 * True where the server refuses the values themselves, so that sending them again cannot help: data exceptions (22),
 * integrity (23), program limits such as a value too large (54). Everything else passes with time.
 */
export function isRefusal(error: unknown): boolean {
  return ['22', '23', '54'].includes(sqlState(error).slice(0, 2));
}
