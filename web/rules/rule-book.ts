import type { ApiClient } from '../api-client.js';
import type { Page } from '../api-types.js';
import type { RehearsalJson, RuleBody, RuleJson, RuleKindJson, RulePackJson, WhyNotJson } from './rule-types.js';

const MOST = 1000;

/** The rules as the server has them (docs/rules.md). Everything throws as ApiClient does. */
export class RuleBook {
  list: RuleJson[] = [];
  kinds: RuleKindJson[] = [];
  packs: RulePackJson[] = [];
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** What kinds and packs there are stays as it is while a server runs. */
  async read(): Promise<void> {
    this.list = (await this.#api.get<Page<RuleJson>>('/v1/rules', { limit: MOST })).items;
    if (this.kinds.length > 0) return;
    this.kinds = (await this.#api.get<Page<RuleKindJson>>('/v1/rule-kinds')).items;
    this.packs = (await this.#api.get<Page<RulePackJson>>('/v1/rule-packs')).items;
  }

  /** `id` null: a new one. */
  put(id: string | null, rule: RuleBody): Promise<RuleJson> {
    return id === null ? this.#api.post('/v1/rules', rule) : this.#api.put(at(id), rule);
  }

  enable(rule: RuleJson, enabled: boolean): Promise<RuleJson> {
    return this.put(rule.id, { ...bodyOf(rule), enabled });
  }

  remove(id: string): Promise<void> {
    return this.#api.delete(at(id));
  }

  install(pack: string): Promise<Page<RuleJson>> {
    return this.#api.post(`/v1/rule-packs/${encodeURIComponent(pack)}/install`, {});
  }

  /** `from`, `to`: RFC 3339. */
  rehearse(rule: RuleBody, from: string, to: string, vehicles: string[] | undefined): Promise<RehearsalJson> {
    return this.#api.post('/v1/rules/rehearse', { rule, from, to, vehicles }, { slow: true });
  }

  whyNot(vehicle: string, rule: string, time: string): Promise<WhyNotJson> {
    return this.#api.get('/v1/why-not', { vehicle, rule, time });
  }
}

/** A rule as it is put: without what the server adds. */
export function bodyOf({ id: _id, revision: _revision, updatedAt: _updated, ...rule }: RuleJson): RuleBody {
  const { createdAt: _created, ...body } = rule as typeof rule & { createdAt?: string };
  return body;
}

function at(id: string): string {
  return `/v1/rules/${encodeURIComponent(id)}`;
}
