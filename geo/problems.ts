import type { z } from 'zod';

export interface Problem {
  /** Where, as in `geometry.coordinates[0][3]`. */
  path: string;
  /** What is wrong and what is allowed. */
  message: string;
}

/** Enough to mend a file by hand; a ring of 10,000 bad vertices needs no 10,000 sentences. */
const MAX_PROBLEMS = 20;

/** Collects what is wrong, up to a bound. */
export class Problems {
  readonly list: Problem[] = [];
  /** All that were added, in the list or not: grows where a part that is read has something wrong. */
  count = 0;

  add(path: string, message: string): void {
    this.count++;
    if (this.list.length >= MAX_PROBLEMS) return;
    if (!this.list.some((known) => known.path === path && known.message === message)) this.list.push({ path, message });
  }
}

/** What a schema finds wrong with the value at `under`, each with its place. */
export function schemaProblems({ issues }: z.ZodError, under: string): Problem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.reduce<string>(
      (at, key) => (typeof key === 'number' ? `${at}[${key}]` : `${at}${at && '.'}${String(key)}`),
      under,
    );
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: `${path}${path && '.'}${key}`, message: 'not known here' }));
  });
}
