import type { TcpLimits } from './limits.js';

/** Addresses remembered; beyond it the one heard of longest ago is forgotten. */
const MAX_ADDRESSES = 20_000;

interface Known {
  tokens: number;
  at: number;
  heldUntil: number;
}

/** Who may connect, by address. Times are monotonic ms. */
export class Admission {
  readonly #known = new Map<string, Known>();

  constructor(private readonly limits: TcpLimits) {}

  /** Counts one new connection of an address; null where it may come in. */
  refuses(address: string, now: number): 'address-held' | 'address-rate' | null {
    const { newPerAddress, newPerAddressBurst } = this.limits;
    const known = this.#touch(address, now);
    if (now < known.heldUntil) return 'address-held';
    if (newPerAddress === 0) return null;
    known.tokens = Math.min(newPerAddressBurst, known.tokens + ((now - known.at) * newPerAddress) / 1000);
    known.at = now;
    if (known.tokens < 1) return 'address-rate';
    known.tokens--;
    return null;
  }

  /** Keeps an address out for `holdMs`. */
  hold(address: string, now: number): void {
    this.#touch(address, now).heldUntil = now + this.limits.holdMs;
  }

  #touch(address: string, now: number): Known {
    const known = this.#known.get(address) ?? {
      tokens: this.limits.newPerAddressBurst,
      at: now,
      heldUntil: -Infinity,
    };
    this.#known.delete(address);
    this.#known.set(address, known);
    if (this.#known.size > MAX_ADDRESSES) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    return known;
  }
}
