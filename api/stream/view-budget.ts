/** Keeps a view within so many bytes a second on average: after a message it rests for as long as that is worth. */
export class ViewBudget {
  /** By performance.now(), ms. */
  #restsUntil = -Infinity;

  /** Without a number there is no limit. */
  constructor(readonly bytesPerSecond = Infinity) {}

  ready(): boolean {
    return performance.now() >= this.#restsUntil;
  }

  spend(bytes: number): void {
    this.#restsUntil = performance.now() + (bytes / this.bytesPerSecond) * 1000;
  }
}
