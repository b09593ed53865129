/** Doubling waits between tries: the first, and the longest. */
export interface Backoff {
  firstMs: number;
  lastMs: number;
}

/** The wait before try `attempt` + 1, from 0, spread by a quarter to either side so that those who fail together part. */
export function backoffWait({ firstMs, lastMs }: Backoff, attempt: number, random: () => number = Math.random): number {
  return Math.min(firstMs * 2 ** attempt, lastMs) * (0.75 + random() / 2);
}
