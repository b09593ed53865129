import type { Catalog } from './catalog.js';
import type { TerminalFacts } from './change.js';
import { type TerminalRef, terminalKey } from './vehicle.js';

/** A way in which terminals differ from the standard, for people. */
export interface QuirkInfo {
  name: string;
  /** What they do, and what is done about it. */
  note: string;
  /** Where it was seen. */
  seen: string;
}

/** The quirks that a protocol knows. */
export interface QuirkBook {
  readonly list: readonly QuirkInfo[];
  /** Those that a terminal has by what it says of itself. */
  recognise(facts: TerminalFacts): readonly string[];
}

/** Names of quirks, and whether a person chose them. */
export interface QuirkChoice {
  names: readonly string[];
  set: boolean;
}

const NONE: QuirkChoice = { names: [], set: false };

/** What holds for a terminal: a person's word, or else what its registration shows. */
export function quirksInForce(catalog: Catalog, book: QuirkBook | undefined, terminal: TerminalRef): QuirkChoice {
  if (book === undefined) return NONE;
  const key = terminalKey(terminal.protocol, terminal.number);
  const set = catalog.quirks.get(key);
  if (set !== undefined) return { names: set, set: true };
  const facts = catalog.terminals.get(key);
  return facts === undefined ? NONE : { names: book.recognise(facts), set: false };
}
