/** Who was last at a place, and when: epoch ms. */
export interface Visit {
  no: number;
  time: number;
}

/**
 * Who was last at each of many places: plain values that go into a checkpoint as they are. Columns by slot, 32 bytes and the share of
 * `buckets`; slots of one bucket are a chain through `chain`, and all of them one through `older` and `newer`, in the order
 * of their newest visits. Slot 0 is none.
 */
export interface TroddenPlaces {
  x: Int32Array;
  y: Int32Array;
  no: Int32Array;
  time: Float64Array;
  older: Int32Array;
  newer: Int32Array;
  chain: Int32Array;
  /** The first slot of each; as many as a power of two. */
  buckets: Int32Array;
  count: number;
  oldest: number;
  newest: number;
}

const FIRST = 1024;

/** What is known, and an empty one where nothing is. Checkpoints of before have a map by texts `x,y`, the newest visit last. */
export function asTroddenPlaces(known: unknown): TroddenPlaces {
  if (known && !(known instanceof Map)) return known as TroddenPlaces;
  const places = { ...columns(FIRST), buckets: new Int32Array(FIRST), count: 0, oldest: 0, newest: 0 };
  for (const [text, [no, time]] of (known ?? new Map()) as Map<string, [no: number, time: number]>) {
    const [x, y] = text.split(',').map(Number);
    visit(places, x, y, { no, time }, Infinity);
  }
  return places;
}

/**
 * Notes the visit, and says whose the last one was at this very place; null where nobody's is known. Of more than `most` places the one
 * where nobody has been for longest is forgotten.
 */
export function visit(places: TroddenPlaces, x: number, y: number, by: Visit, most: number): Visit | null {
  let slot = find(places, x, y);
  const before = slot ? { no: places.no[slot], time: places.time[slot] } : null;
  if (slot) takeOut(places, slot);
  else slot = settle(places, x, y, most);
  places.no[slot] = by.no;
  places.time[slot] = by.time;
  putLast(places, slot);
  return before;
}

function find({ buckets, chain, x: xs, y: ys }: TroddenPlaces, x: number, y: number): number {
  let slot = buckets[bucketOf(buckets, x, y)];
  while (slot && (xs[slot] !== x || ys[slot] !== y)) slot = chain[slot];
  return slot;
}

/** A slot for a place that has none. */
function settle(places: TroddenPlaces, x: number, y: number, most: number): number {
  let slot: number;
  if (places.count >= most) {
    slot = places.oldest;
    takeOut(places, slot);
    unchain(places, slot);
  } else {
    slot = ++places.count;
    if (slot >= places.x.length) grow(places, Math.min(2 * places.x.length, most + 1));
  }
  places.x[slot] = x;
  places.y[slot] = y;
  enchain(places, slot);
  return slot;
}

function putLast(places: TroddenPlaces, slot: number): void {
  const { older, newer, newest } = places;
  older[slot] = newest;
  newer[slot] = 0;
  if (newest) newer[newest] = slot;
  else places.oldest = slot;
  places.newest = slot;
}

function takeOut(places: TroddenPlaces, slot: number): void {
  const { older, newer } = places;
  if (older[slot]) newer[older[slot]] = newer[slot];
  else places.oldest = newer[slot];
  if (newer[slot]) older[newer[slot]] = older[slot];
  else places.newest = older[slot];
}

function enchain({ buckets, chain, x, y }: TroddenPlaces, slot: number): void {
  const bucket = bucketOf(buckets, x[slot], y[slot]);
  chain[slot] = buckets[bucket];
  buckets[bucket] = slot;
}

function unchain({ buckets, chain, x, y }: TroddenPlaces, slot: number): void {
  const bucket = bucketOf(buckets, x[slot], y[slot]);
  if (buckets[bucket] === slot) {
    buckets[bucket] = chain[slot];
    return;
  }
  let before = buckets[bucket];
  while (chain[before] !== slot) before = chain[before];
  chain[before] = chain[slot];
}

function grow(places: TroddenPlaces, slots: number): void {
  const { x, y, no, time, older, newer } = places;
  const grown = columns(slots);
  for (const [name, column] of Object.entries({ x, y, no, time, older, newer })) {
    grown[name as keyof typeof grown].set(column);
  }
  Object.assign(places, grown, { buckets: new Int32Array(2 ** Math.ceil(Math.log2(slots))) });
  for (let slot = 1; slot < x.length; slot++) enchain(places, slot);
}

function columns(slots: number) {
  const ints = () => new Int32Array(slots);
  return {
    x: ints(),
    y: ints(),
    no: ints(),
    time: new Float64Array(slots),
    older: ints(),
    newer: ints(),
    chain: ints(),
  };
}

function bucketOf(buckets: Int32Array, x: number, y: number): number {
  const mixed = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (buckets.length - 1);
}
