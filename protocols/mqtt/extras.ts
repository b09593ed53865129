import type { Position } from '../../model/position.js';
import { isObject, type Json } from './json.js';

/** More than this is left out, like items of any source that do not fit into the log. */
const MAX_EXTRAS_BYTES = 0xffff;

/** Keeps what else was said of a fix with it; nothing where there is nothing. */
export function keepExtras(p: Position, extras: Json): void {
  if (Object.keys(extras).length === 0) return;
  const bytes = Buffer.from(JSON.stringify(extras));
  if (bytes.length <= MAX_EXTRAS_BYTES) p.items = bytes;
}

/** The reverse, for people (`Position.items`); never throws. */
export function describeExtras(items: Uint8Array): Json {
  try {
    const value: unknown = JSON.parse(Buffer.from(items).toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The members whose names are not among `known`. */
export function others(from: Json, known: ReadonlySet<string>): Json {
  return Object.fromEntries(Object.entries(from).filter(([name, value]) => !known.has(name) && value !== null));
}
