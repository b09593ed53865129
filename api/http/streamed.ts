import { primed } from '../track/read.js';
import type { Answer } from './endpoint.js';
import type { Slots } from './slots.js';

type Chunk = string | Uint8Array;

/**
 * An answer that is written while `source` is read. It holds one of the places until it is done, or its reader has left.
 * Rejects 'busy' where there is no place, and with whatever keeps the first item from coming: later the answer can only be
 * broken off.
 */
export async function streamed<T>(
  slots: Slots,
  headers: readonly (readonly [string, string])[],
  source: AsyncIterable<T>,
  write: (items: AsyncIterable<T>) => AsyncIterable<Chunk>,
): Promise<Answer> {
  const giveBack = await slots.take();
  try {
    const items = await primed(source);
    return { status: 200, headers, body: thenGivenBack(write(items), giveBack) };
  } catch (error) {
    giveBack();
    throw error;
  }
}

async function* thenGivenBack(chunks: AsyncIterable<Chunk>, giveBack: () => void): AsyncIterable<Chunk> {
  try {
    yield* chunks;
  } finally {
    giveBack();
  }
}
