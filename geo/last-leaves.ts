const PER_VEHICLE = 4;
const START_VEHICLES = 1024;
/** 64 MiB; those with higher numbers are not remembered. */
const MAX_VEHICLES = 4 * 1024 * 1024;
/** What fits beside a level into an integer. */
const MAX_GENERATION = 2 ** 29 - 1;

/**
 * The leaf of the cells in which each vehicle was last: most vehicles stand, or drive on within it, and the way down to it is
 * spared. Nothing is remembered beyond a change of the cells.
 */
export class LastLeaves {
  /** Of each vehicle: column and row of the leaf on its level, generation and level, what its slot holds. */
  #ints = new Int32Array(START_VEHICLES * PER_VEHICLE);
  #generation = 1;

  /** `bits`: of a column of finest cells within a cell, by level. */
  constructor(readonly bits: readonly number[]) {}

  /** What the leaf holds, where the vehicle was last in the leaf around the finest cell x, y; otherwise 0. */
  find(vehicle: number, x: number, y: number): number {
    const at = vehicle * PER_VEHICLE;
    const ints = this.#ints;
    if (at >= ints.length) return 0;
    const mark = ints[at + 2];
    const bits = this.bits[mark & 3];
    return mark >> 2 === this.#generation && x >> bits === ints[at] && y >> bits === ints[at + 1] ? ints[at + 3] : 0;
  }

  keep(vehicle: number, x: number, y: number, level: number, held: number): void {
    const at = vehicle * PER_VEHICLE;
    if (at >= this.#ints.length && !this.#grow(vehicle)) return;
    const ints = this.#ints;
    const bits = this.bits[level];
    ints[at] = x >> bits;
    ints[at + 1] = y >> bits;
    ints[at + 2] = (this.#generation << 2) | level;
    ints[at + 3] = held;
  }

  /** Leaves may hold something else from now on. */
  forget(): void {
    if (++this.#generation <= MAX_GENERATION) return;
    this.#generation = 1;
    this.#ints.fill(0);
  }

  #grow(vehicle: number): boolean {
    if (vehicle >= MAX_VEHICLES) return false;
    const vehicles = Math.min(MAX_VEHICLES, Math.max(vehicle + 1, (this.#ints.length / PER_VEHICLE) * 2));
    const grown = new Int32Array(vehicles * PER_VEHICLE);
    grown.set(this.#ints);
    this.#ints = grown;
    return true;
  }
}
