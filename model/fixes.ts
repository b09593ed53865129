import { Position } from './position.js';

/**
 * Fixes in order, read one after the other. The next may come in the same object as the one before: whoever keeps a fix
 * beyond its turn keeps a copy.
 */
export interface Fixes extends Iterable<Position> {
  readonly length: number;
}

export function copyOfFix(p: Position): Position {
  return Object.assign(new Position(), p);
}
