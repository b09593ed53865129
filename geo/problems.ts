import type { Problem } from '../model/shape-problems.js';

export type { Problem };

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
