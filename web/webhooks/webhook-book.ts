import type { WebhookInput } from '../../model/webhook.js';
import type { ApiClient } from '../api-client.js';
import type { Page } from '../api-types.js';
import { DeadLetters } from './dead-letters.js';
import type { AttemptJson, WebhookJson } from './webhook-types.js';

const PATH = '/v1/webhooks';

/** The webhooks as the server has them (docs/webhooks.md). Everything throws as ApiClient does. */
export class WebhookBook {
  list: WebhookJson[] = [];
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async read(): Promise<void> {
    this.list = (await this.#api.get<Page<WebhookJson>>(PATH, { limit: 100 })).items;
  }

  byId(id: string | null): WebhookJson | undefined {
    return this.list.find((webhook) => webhook.id === id);
  }

  /** `id` null: a new one, whose secret is in the answer this once. */
  put(id: string | null, input: WebhookInput): Promise<WebhookJson> {
    return id === null ? this.#api.post(PATH, input) : this.#api.put(at(id), input);
  }

  pause({ id, url, description, filter }: WebhookJson, paused: boolean): Promise<WebhookJson> {
    return this.put(id, { url, description, filter, paused });
  }

  remove(id: string): Promise<void> {
    return this.#api.delete(at(id));
  }

  async newSecret(id: string): Promise<string> {
    return (await this.#api.post<{ secret: string }>(`${at(id)}/secret`, {})).secret;
  }

  ping(id: string): Promise<AttemptJson> {
    return this.#api.post(`${at(id)}/ping`, {});
  }

  async attempts(id: string): Promise<AttemptJson[]> {
    return (await this.#api.get<Page<AttemptJson>>(`${at(id)}/deliveries`)).items;
  }

  /** What was put aside for it. */
  lettersOf(id: string): DeadLetters {
    return new DeadLetters(this.#api, at(id));
  }
}

function at(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
