import type { ApiClient } from '../api-client.js';
import type { Bbox, Page } from '../api-types.js';
import type { RoadFeature, RoadSetJson } from './road-types.js';

/** Further out, a town has more roads than anybody could tell apart. */
export const ROADS_FROM_ZOOM = 12;
/** What the page draws at most; a view with more shows none, and says so. */
const MOST = 5000;
const SETS_EVERY_MS = 30_000;
const SHOWN_STORED_AS = 'cheji.roads';

/** none: the server has no roads; off: not wanted; far, many: come closer. */
export type RoadsState = 'none' | 'off' | 'far' | 'many' | 'shown';

/** The roads of the present view, asked for when the view comes to rest and when the server's roads change. */
export class Roads {
  list: readonly RoadFeature[] = [];
  readonly #api: ApiClient;
  readonly #changed: (() => void)[] = [];
  #known = 0;
  /** Newest revision of any set: another one means that what is drawn may be old. */
  #revision = 0;
  #view: { bbox: Bbox; zoom: number } | null = null;
  #many = false;
  /** What `list` answers. */
  #asked = '';
  #wanted = localStorage.getItem(SHOWN_STORED_AS) !== 'off';

  constructor(api: ApiClient) {
    this.#api = api;
    setInterval(() => void this.refresh(), SETS_EVERY_MS);
  }

  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }

  get state(): RoadsState {
    if (this.#known === 0) return 'none';
    if (!this.#wanted) return 'off';
    if (this.#view === null || this.#view.zoom < ROADS_FROM_ZOOM) return 'far';
    return this.#many ? 'many' : 'shown';
  }

  toggle(): void {
    this.#wanted = !this.#wanted;
    localStorage.setItem(SHOWN_STORED_AS, this.#wanted ? 'on' : 'off');
    void this.#load();
  }

  view(bbox: Bbox, zoom: number): void {
    this.#view = { bbox, zoom };
    void this.#load();
  }

  /** Looks whether there are roads, and others than before; what is drawn stays where nobody answers. */
  async refresh(): Promise<void> {
    try {
      const sets = (await this.#api.get<Page<RoadSetJson>>('/v1/road-sets')).items;
      this.#known = sets.reduce((sum, set) => sum + set.roads, 0);
      this.#revision = Math.max(0, ...sets.map(({ revision }) => revision));
    } catch {
      return;
    }
    await this.#load();
  }

  async #load(): Promise<void> {
    const near = this.state === 'shown' || this.state === 'many';
    const asked = near ? `${this.#view!.bbox.join()} ${this.#revision} ${this.#known}` : '';
    if (asked === this.#asked) return this.#tell();
    this.#asked = asked;
    this.#many = false;
    if (!near) {
      this.list = [];
      return this.#tell();
    }
    try {
      const page = await this.#api.get<Page<RoadFeature>>('/v1/roads', { bbox: this.#view!.bbox.join(), limit: MOST });
      if (asked !== this.#asked) return; // the map has moved on
      this.#many = page.cursor !== null;
      this.list = this.#many ? [] : page.items;
    } catch {
      if (asked === this.#asked) this.#asked = ''; // the next rest of the map asks again
    }
    this.#tell();
  }

  #tell(): void {
    for (const changed of this.#changed) changed();
  }
}
