import type { LiveStats } from '../model/stats.js';
import type { ApiClient } from './api-client.js';

const POLL_MS = 2000;

/** What /readyz says of a part of the server. */
export interface PartState {
  state: string;
  detail?: string;
}

/** The server's own account of itself, read every two seconds. */
export class ServerStatus {
  stats: LiveStats | null = null;
  parts: Record<string, PartState> = {};
  /** Since when no answer has come, epoch ms; null while they come. */
  silentSince: number | null = null;
  /** Fixes accepted per second between the last two readings; NaN before the second. */
  fixesPerSecond = NaN;
  readonly #api: ApiClient;
  readonly #changed: (() => void)[] = [];
  #readAt = 0;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  get silent(): boolean {
    return this.silentSince !== null;
  }

  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }

  /** Reads once, and again for ever after. */
  async run(): Promise<void> {
    await this.#read();
    setTimeout(() => void this.run(), POLL_MS);
  }

  async #read(): Promise<void> {
    try {
      // A server that is not ready says so with 503, and why in the same body.
      const readiness = await fetch('/readyz', { signal: AbortSignal.timeout(POLL_MS * 2) });
      this.parts = ((await readiness.json()) as { parts: Record<string, PartState> }).parts;
      this.silentSince = null;
    } catch {
      this.silentSince ??= Date.now();
    }
    await this.#api.get<LiveStats>('/v1/stats/live').then(
      (stats) => this.#take(stats),
      () => {}, // /readyz has said what there is to say, and a wrong key asks for a right one
    );
    for (const changed of this.#changed) changed();
  }

  #take(stats: LiveStats): void {
    const now = performance.now();
    const since = (now - this.#readAt) / 1000;
    // A counter that went back belongs to a server that has started again.
    const added = this.stats ? stats.log.accepted - this.stats.log.accepted : NaN;
    this.fixesPerSecond = added >= 0 ? added / since : NaN;
    this.#readAt = now;
    this.stats = stats;
  }
}
