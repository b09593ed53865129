/** Lists of numbers, each kept once: equal lists have one id, small enough for a column of integers. */
export class NumberLists {
  /** By id; 0 is the empty list. */
  readonly lists: (readonly number[])[] = [Object.freeze([]) as readonly number[]];
  readonly #ids = new Map<string, number>([['', 0]]);

  /** `usualMost`: as in the arena. */
  constructor(readonly usualMost: number) {}

  /** Whether there are as many as there usually are at most: fences that come and go leave theirs behind. */
  get isFull(): boolean {
    return this.lists.length > this.usualMost;
  }

  /** `numbers` is kept as it is where the list is new. */
  idOf(numbers: readonly number[]): number {
    const key = numbers.join();
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.lists.length;
      this.lists.push(numbers);
      this.#ids.set(key, id);
    }
    return id;
  }

  clear(): void {
    this.lists.length = 1;
    this.#ids.clear();
    this.#ids.set('', 0);
  }
}
