import type { ApiClient } from '../api-client.js';
import type { Page } from '../api-types.js';
import type { LetterJson } from './webhook-types.js';

const LETTERS = 100;

/** What was put aside for one receiver of alerts, at `base`: `/v1/webhooks/{id}`, say. Everything throws as ApiClient does. */
export class DeadLetters {
  readonly #api: ApiClient;
  readonly #base: string;

  constructor(api: ApiClient, base: string) {
    this.#api = api;
    this.#base = base;
  }

  /** The oldest hundred. */
  async read(): Promise<LetterJson[]> {
    return (await this.#api.get<Page<LetterJson>>(`${this.#base}/dead-letters`, { limit: LETTERS })).items;
  }

  /** Resolves with how many will be sent again. */
  async replay(deadLetters: number[] | 'all'): Promise<number> {
    return (await this.#api.post<{ deadLetters: number }>(`${this.#base}/replay`, { deadLetters })).deadLetters;
  }

  throwAway(no: number): Promise<void> {
    return this.#api.delete(`${this.#base}/dead-letters/${no}`);
  }
}
