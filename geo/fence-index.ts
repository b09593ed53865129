import RBush from 'rbush';
import type { Fence } from '../model/fence.js';
import { type PreparedFence, prepareFence, turnsOf } from './fence.js';
import { FenceCells } from './fence-cells.js';
import type { Entry } from './ground.js';
import type { Shape } from './shape.js';

const NONE: readonly number[] = Object.freeze([]) as readonly number[];

/**
 * Which fences contain a place: an R-tree of boxes, and above it cells that know what lies in them. The answers are
 * exactly those of asking every fence (`fenceContains`).
 */
export class FenceIndex {
  readonly #tree = new RBush<Entry>();
  readonly #fences = new Map<number, { prepared: PreparedFence; entries: Entry[] }>();
  readonly #cells: FenceCells;

  /** `room`: what its cells may usually take, in place of the usual. */
  constructor(room?: { ints: number; lists: number }) {
    this.#cells = new FenceCells(
      (box) => this.#tree.search(box),
      (box) => this.#tree.collides(box),
      room,
    );
  }

  get size(): number {
    return this.#fences.size;
  }

  get(no: number): PreparedFence | undefined {
    return this.#fences.get(no)?.prepared;
  }

  /** Adds a fence, or puts its new form in place of the old one. */
  put(fence: Pick<Fence, 'no' | 'geometry' | 'properties'>): PreparedFence {
    this.remove(fence.no);
    const prepared = prepareFence(fence);
    const entries = prepared.shapes.flatMap((shape) => turnsOf(shape).map((turn) => entryOf(fence.no, shape, turn)));
    for (const entry of entries) {
      this.#tree.insert(entry);
      this.#cells.forget(entry);
    }
    this.#fences.set(fence.no, { prepared, entries });
    return prepared;
  }

  remove(no: number): void {
    const known = this.#fences.get(no);
    if (!known) return;
    for (const entry of known.entries) {
      this.#tree.remove(entry);
      this.#cells.forget(entry);
    }
    this.#fences.delete(no);
  }

  /**
   * Numbers of the fences that contain the place, ascending; valid until the next query. None for an impossible place. Who says
   * which `vehicle` is there, by number, is answered the same, and sooner where it has not gone far.
   */
  query(lon: number, lat: number, vehicle = 0): readonly number[] {
    return lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90 ? this.#cells.query(lon, lat, vehicle) : NONE;
  }
}

function entryOf(no: number, shape: Shape, turn: number): Entry {
  const { minX, minY, maxX, maxY } = shape.box;
  return { no, shape, turn, minX: minX - turn, maxX: maxX - turn, minY, maxY };
}
