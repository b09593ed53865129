import type { TerminalFacts } from '../../../model/change.js';
import type { QuirkInfo } from '../../../model/quirks.js';
import type { Habits } from '../habits.js';

/** A quirk as data: one file each, named like it. */
export interface Quirk extends QuirkInfo {
  habits: Partial<Habits>;
  /** Terminals that have it, by what they register: every member named here must be the same. None: only by hand. */
  known?: readonly Partial<Pick<TerminalFacts, 'manufacturer' | 'model'>>[];
}
