import type { FenceGeometry, FenceProperties } from '../model/fence.js';
import type { ApiClient } from './api-client.js';
import type { FenceFeature, Page } from './api-types.js';
import { type FenceShape, fenceShape } from './map/fence-shape.js';

export interface ShownFence {
  feature: FenceFeature;
  shape: FenceShape;
}

const POLL_MS = 15_000;
/** The page draws so many; an installation with more shows those of its first pages. */
const MOST = 5000;

/** The fences as the server has them, read again every quarter of a minute and whenever an alert names a new one. */
export class Fences {
  readonly byId = new Map<string, ShownFence>();
  /** They have been read, or could not be. */
  loaded = false;
  /** Why the last reading failed; empty where it did not. */
  problem = '';
  readonly #api: ApiClient;
  readonly #changed: (() => void)[] = [];

  constructor(api: ApiClient) {
    this.#api = api;
    setInterval(() => void this.refresh(), POLL_MS);
  }

  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }

  /** Name of a fence; its id where it is gone or not read yet. */
  nameOf(id: string): string {
    return this.byId.get(id)?.feature.properties.name ?? id;
  }

  /**
   * Makes a fence, or changes `before` where nobody else has meanwhile. Throws ApiError, of the code
   * `precondition-failed` where somebody has.
   */
  async put(before: FenceFeature | null, geometry: FenceGeometry, properties: FenceProperties): Promise<void> {
    const feature = { type: 'Feature', geometry, properties };
    if (before) await this.#api.put(pathOf(before.id), feature, { ifMatch: before.revision });
    else await this.#api.post('/v1/fences', feature);
    await this.refresh();
  }

  /** Throws as `put` does. */
  async remove({ id, revision }: FenceFeature): Promise<void> {
    await this.#api.delete(pathOf(id), { ifMatch: revision });
    await this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      const features: FenceFeature[] = [];
      let cursor: string | undefined;
      do {
        const page: Page<FenceFeature> = await this.#api.get('/v1/fences', { limit: 1000, cursor });
        features.push(...page.items);
        cursor = page.cursor ?? undefined;
      } while (cursor && features.length < MOST);
      this.problem = '';
      this.loaded = true;
      this.#take(features);
    } catch (error) {
      this.loaded = true;
      this.problem = (error as Error).message;
      for (const changed of this.#changed) changed();
    }
  }

  #take(features: FenceFeature[]): void {
    const before = new Map(this.byId);
    this.byId.clear();
    for (const feature of features) {
      const known = before.get(feature.id);
      // Shapes are costly and seldom change.
      const same = known?.feature.revision === feature.revision;
      this.byId.set(feature.id, same ? known! : { feature, shape: fenceShape(feature) });
    }
    for (const changed of this.#changed) changed();
  }
}

function pathOf(id: string): string {
  return `/v1/fences/${encodeURIComponent(id)}`;
}
