import { setImmediate as nextTurn } from 'node:timers/promises';
import { jsonBytes } from '../model/written-geometry.js';

/** Of JSON: about a millisecond's work. */
const BYTES_PER_TURN = 128 * 1024;

/**
 * An object as JSON in UTF-8, as `JSON.stringify` would have it; the event loop gets a turn within its long arrays, so that
 * a registry of a million vehicles holds up nobody. What is in the arrays must be replaced where it changes meanwhile, never
 * altered: the result is of the moment of the call.
 *
 * `written`: by the name of an array, the member of its items that may be a geometry kept as text.
 */
export async function jsonInTurns(value: object, written: Record<string, string> = {}): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let separator = '{';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    pieces.push(Buffer.from(`${separator}${JSON.stringify(name)}:`));
    separator = ',';
    if (Array.isArray(member)) await addItems(pieces, member, written[name]);
    else pieces.push(Buffer.from(JSON.stringify(member)));
  }
  pieces.push(Buffer.from(separator === '{' ? '{}' : '}'));
  return Buffer.concat(pieces);
}

/** A list, in the same way. */
export async function jsonListInTurns(items: readonly unknown[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await addItems(pieces, items, undefined);
  return Buffer.concat(pieces);
}

async function addItems(pieces: Uint8Array[], items: readonly unknown[], written: string | undefined): Promise<void> {
  let text = '[';
  let copied = 0;
  for (const [i, item] of items.entries()) {
    if (i > 0) text += ',';
    if (written === undefined) {
      text += JSON.stringify(item) ?? 'null';
    } else {
      const json = jsonBytes(item as object, written);
      pieces.push(Buffer.from(text), json);
      text = '';
      copied += json.length;
    }
    if (text.length + copied < BYTES_PER_TURN) continue;
    pieces.push(Buffer.from(text));
    text = '';
    copied = 0;
    await nextTurn();
  }
  pieces.push(Buffer.from(`${text}]`));
}
