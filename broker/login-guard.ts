/** Wrong passwords until an address is held back, and for how long, ms. */
const MAX_FAILURES = 10;
const HOLD_MS = 60_000;
/** Addresses that are remembered: the oldest go first. */
const MAX_REMEMBERED = 10_000;

/** Slows the guessing of passwords down; `now` is monotonic ms. */
export class LoginGuard {
  readonly #failures = new Map<string, { count: number; since: number }>();

  isHeld(address: string, now: number): boolean {
    const failure = this.#failures.get(address);
    if (failure === undefined) return false;
    if (now - failure.since < HOLD_MS) return failure.count >= MAX_FAILURES;
    this.#failures.delete(address);
    return false;
  }

  failed(address: string, now: number): void {
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, since: now });
    if (this.#failures.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#failures.keys();
    this.#failures.delete(oldest);
  }
}
