/** A place, in whole steps of 1e-7°. */
export type Steps = readonly [x: number, y: number];

/**
 * The newest places of one vehicle, as many as asked for: plain values that go into a checkpoint as they are, 8 bytes for a place. It
 * begins small and doubles: most vehicles that were ever heard of are parked.
 */
export interface PlaceRing {
  /** x and y of each place. */
  steps: Int32Array;
  count: number;
  /** Where the next one goes: behind the newest, and once all are there over the oldest. */
  next: number;
}

const FIRST = 8;

export function stepsOf({ lon, lat }: { lon: number; lat: number }): Steps {
  return [Math.round(lon * 1e7), Math.round(lat * 1e7)];
}

/** What is known, and an empty one where nothing is. Checkpoints of before have texts `x,y`, oldest first. */
export function asRing(known: PlaceRing | readonly string[] | undefined): PlaceRing {
  if (known && !isTexts(known)) return known;
  const ring = { steps: new Int32Array(2 * FIRST), count: 0, next: 0 };
  for (const text of known ?? []) {
    const [x, y] = text.split(',').map(Number);
    push(ring, [x, y], known?.length ?? 0);
  }
  return ring;
}

function isTexts(known: PlaceRing | readonly string[]): known is readonly string[] {
  return Array.isArray(known);
}

/** `most` are kept, which is eight or more. */
export function push(ring: PlaceRing, [x, y]: Steps, most: number): void {
  if (ring.count === ring.steps.length / 2 && ring.count < most) grow(ring, Math.min(most, 2 * ring.count));
  const capacity = ring.steps.length / 2;
  ring.steps[2 * ring.next] = x;
  ring.steps[2 * ring.next + 1] = y;
  ring.next = (ring.next + 1) % capacity;
  ring.count = Math.min(capacity, ring.count + 1);
}

/** How many places ago it was this very one: 1 is the newest; 0 where it was none of them. */
export function lastAt({ steps, count, next }: PlaceRing, [x, y]: Steps): number {
  for (let back = 1, at = next; back <= count; back++) {
    at = (at === 0 ? steps.length / 2 : at) - 1;
    if (steps[2 * at] === x && steps[2 * at + 1] === y) return back;
  }
  return 0;
}

/** It is full, so the oldest place is where the next would go. */
function grow(ring: PlaceRing, capacity: number): void {
  const { steps, next, count } = ring;
  const grown = new Int32Array(2 * capacity);
  grown.set(steps.subarray(2 * next));
  grown.set(steps.subarray(0, 2 * next), steps.length - 2 * next);
  Object.assign(ring, { steps: grown, next: count });
}
