import type { Change } from './change.js';
import { type Road, verticesOf } from './road.js';

/** Roads that were imported together. */
export interface RoadSet {
  set: string;
  roads: number;
  vertices: number;
  /** Catalog revision of the newest change to it. */
  revision: number;
}

/** Who keeps something made of the roads, such as an index. */
export interface RoadFollower {
  put(roads: readonly Road[]): void;
  remove(ids: readonly string[]): void;
}

type RoadChange = Extract<Change, { type: 'roads-put' | 'roads-delete' | 'road-set-delete' }>;

/** Roads as the log has told them so far; part of the catalog. */
export class RoadBook {
  readonly #roads = new Map<string, Road>();
  readonly #sets = new Map<string, RoadSet>();
  readonly #followers: RoadFollower[] = [];
  #vertices = 0;
  /** Changes so far, of this process. */
  #changes = 0;
  /** Ids in order; null after a change. */
  #order: readonly string[] | null = null;
  /** Roads change seldom and checkpoints are many: null after a change. */
  #bytes: Buffer | null = null;

  get size(): number {
    return this.#roads.size;
  }

  /** Positions on all lines. */
  get vertices(): number {
    return this.#vertices;
  }

  get(id: string): Road | undefined {
    return this.#roads.get(id);
  }

  all(): Iterable<Road> {
    return this.#roads.values();
  }

  sets(): RoadSet[] {
    return [...this.#sets.values()].sort((a, b) => (a.set < b.set ? -1 : 1));
  }

  /** In ascending order. */
  ids(): readonly string[] {
    this.#order ??= [...this.#roads.keys()].sort();
    return this.#order;
  }

  /** Tells the follower of every road there is, and of each that comes or goes. */
  follow(follower: RoadFollower): void {
    this.#followers.push(follower);
    if (this.size > 0) follower.put([...this.all()]);
  }

  apply(change: RoadChange): void {
    this.#changes++;
    this.#order = null;
    this.#bytes = null;
    switch (change.type) {
      case 'roads-put':
        this.#put(change.roads);
        break;
      case 'roads-delete':
        this.#remove(change.ids);
        break;
      case 'road-set-delete': {
        const gone = [...this.all()].filter(({ set, revision }) => set === change.set && revision < change.before);
        this.#remove(gone.map(({ id }) => id));
        break;
      }
    }
  }

  /** JSON; the same bytes until a road changes. */
  snapshot(): Buffer {
    this.#bytes ??= Buffer.from(JSON.stringify([...this.all()]));
    return this.#bytes;
  }

  /** The same by somebody who takes his time (a hundred thousand roads are 38 MB), of the moment of the call. `write`: JSON of a list. */
  async snapshotBy(write: (roads: readonly Road[]) => Promise<Buffer>): Promise<Buffer> {
    if (this.#bytes) return this.#bytes;
    const changes = this.#changes;
    const bytes = await write([...this.all()]);
    if (changes === this.#changes) this.#bytes = bytes;
    return bytes;
  }

  restore(snapshot: Uint8Array): void {
    this.#put(JSON.parse(Buffer.from(snapshot).toString()) as Road[]);
  }

  #put(roads: readonly Road[]): void {
    for (const road of roads) {
      this.#count(this.#roads.get(road.id), -1);
      this.#roads.set(road.id, road);
      this.#count(road, 1);
    }
    for (const follower of this.#followers) follower.put(roads);
  }

  #remove(ids: readonly string[]): void {
    for (const id of ids) {
      this.#count(this.#roads.get(id), -1);
      this.#roads.delete(id);
    }
    for (const follower of this.#followers) follower.remove(ids);
  }

  #count(road: Road | undefined, sign: 1 | -1): void {
    if (!road) return;
    const set = this.#sets.get(road.set) ?? { set: road.set, roads: 0, vertices: 0, revision: 0 };
    const vertices = sign * verticesOf(road);
    this.#vertices += vertices;
    set.roads += sign;
    set.vertices += vertices;
    set.revision = Math.max(set.revision, road.revision);
    if (set.roads > 0) this.#sets.set(road.set, set);
    else this.#sets.delete(road.set);
  }
}
