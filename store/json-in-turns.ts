import { setImmediate as nextTurn } from 'node:timers/promises';

/** About a millisecond's work. */
const ITEMS_PER_TURN = 2000;

/**
 * An object as JSON in UTF-8, as `JSON.stringify` would have it; the event loop gets a turn within its long arrays, so that
 * a registry of a million vehicles holds up nobody. What is in the arrays must be replaced where it changes meanwhile, never
 * altered: the result is of the moment of the call.
 */
export async function jsonInTurns(value: object): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let separator = '{';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const label = `${separator}${JSON.stringify(name)}:`;
    separator = ',';
    if (!Array.isArray(member) || member.length <= ITEMS_PER_TURN) {
      pieces.push(Buffer.from(label + JSON.stringify(member)));
      continue;
    }
    for (let from = 0; from < member.length; from += ITEMS_PER_TURN) {
      const items = JSON.stringify(member.slice(from, from + ITEMS_PER_TURN)).slice(1, -1);
      pieces.push(Buffer.from((from === 0 ? `${label}[` : ',') + items));
      await nextTurn();
    }
    pieces.push(Buffer.from(']'));
  }
  pieces.push(Buffer.from(separator === '{' ? '{}' : '}'));
  return Buffer.concat(pieces);
}
