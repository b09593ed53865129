import type { Command, CommandReason } from './command.js';
import type { AreaKind, Fence } from './fence.js';
import { type TerminalRef, terminalKey, type Vehicle } from './vehicle.js';

/** One of our fences as a terminal holds it, going by what it has acknowledged. */
export interface HeldArea {
  kind: AreaKind;
  no: number;
  /** Revision of the fence that it acknowledged last; null where it has none. */
  held: number | null;
  /** It was sent something since and never answered: it may hold that, or still what it held before. */
  unsure: boolean;
  /** What it said no to; `revision` as in AreaOrder. */
  refused: { revision: number | null; reason: CommandReason; detail?: string } | null;
}

/**
 * in-step: the terminal has acknowledged what it is to hold. pending: it has not yet. refused: it said no, and is not
 * asked again until the fence changes. unknown: it never answered, or cannot be asked.
 */
export const CONSISTENCY_STATES = ['in-step', 'pending', 'refused', 'unknown'] as const;

export type ConsistencyState = (typeof CONSISTENCY_STATES)[number];

/** One fence on one terminal: how it should be, and how it is. */
export interface FenceConsistency {
  vehicle: Vehicle;
  /** Null where the vehicle has no terminal that could hold it. */
  terminal: TerminalRef | null;
  no: number;
  kind: AreaKind;
  /** Revisions of the fence; null: none. */
  wanted: number | null;
  held: number | null;
  state: ConsistencyState;
  reason: string | null;
  detail: string | null;
}

/** By terminalKey; what checkpoints keep. */
export type TerminalAreasSnapshot = [string, HeldArea[]][];

/** Ends that say nothing of what the terminal thinks of the command. */
const UNANSWERED: ReadonlySet<CommandReason | null> = new Set([
  null,
  'not-connected',
  'connection-lost',
  'restarted',
  'no-response',
  'terminal-moved',
  'superseded',
]);

/**
 * Which of our fences each terminal holds: the sum of all commands that have ended. The same commands in the same order
 * make the same. Memory: one entry for each fence on each terminal.
 */
export class TerminalAreas {
  /** By terminalKey, then by areaKey. */
  readonly #terminals = new Map<string, Map<string, HeldArea>>();

  of({ protocol, number }: TerminalRef): ReadonlyMap<string, HeldArea> {
    return this.#terminals.get(terminalKey(protocol, number)) ?? NONE;
  }

  /** Takes in a command that has ended; one that is about no fence changes nothing. */
  ended({ terminal, area, state, reason, attempts, history }: Command): void {
    if (area === undefined) return;
    const { kind, no, revision } = area;
    const key = terminalKey(terminal.protocol, terminal.number);
    const areas = this.#terminals.get(key) ?? new Map<string, HeldArea>();
    const before = areas.get(areaKey(kind, no)) ?? { kind, no, held: null, unsure: false, refused: null };
    let after = before;
    if (state === 'acknowledged' || state === 'answered') {
      after = { kind, no, held: revision, unsure: false, refused: null };
    } else if (state === 'failed' && !UNANSWERED.has(reason)) {
      const detail = history.at(-1)?.detail;
      after = { ...before, refused: { revision, reason: reason ?? 'failed', ...(detail && { detail }) } };
    } else if (attempts > 0) {
      after = { ...before, unsure: true };
    }
    if (after.held === null && !after.unsure && after.refused === null) areas.delete(areaKey(kind, no));
    else areas.set(areaKey(kind, no), after);
    if (areas.size === 0) this.#terminals.delete(key);
    else this.#terminals.set(key, areas);
  }

  snapshot(): TerminalAreasSnapshot {
    return [...this.#terminals].map(([key, areas]) => [key, [...areas.values()]]);
  }

  static from(snapshot: TerminalAreasSnapshot): TerminalAreas {
    const all = new TerminalAreas();
    for (const [key, areas] of snapshot) {
      all.#terminals.set(key, new Map(areas.map((area) => [areaKey(area.kind, area.no), area])));
    }
    return all;
  }
}

const NONE: ReadonlyMap<string, HeldArea> = new Map();

export function areaKey(kind: AreaKind, no: number): string {
  return `${kind}:${no}`;
}

/** The kind of area that a fence is on a terminal; null where no kind can hold its geometry. */
export function areaKindOf({ geometry }: Pick<Fence, 'geometry'>): AreaKind | null {
  switch (geometry.type) {
    case 'Point':
      return 'circle';
    case 'LineString':
      return 'route';
    case 'Polygon':
      if (geometry.coordinates.length > 1) return null;
      return isRectangle(geometry.coordinates[0]) ? 'rectangle' : 'polygon';
    case 'MultiPolygon':
      return null;
  }
}

/** Four corners, each side along a parallel or a meridian. `ring` is closed. */
function isRectangle(ring: readonly (readonly number[])[]): boolean {
  if (ring.length !== 5) return false;
  const alongParallel = ring.slice(1).map((place, i) => place[1] === ring[i][1]);
  const alongMeridian = ring.slice(1).map((place, i) => place[0] === ring[i][0]);
  return [0, 1, 2, 3].every((i) => ((i % 2 === 0) === alongParallel[0] ? alongParallel[i] : alongMeridian[i]));
}

/** Whether a terminal of the vehicle is to hold the fence: it applies to the vehicle, and `onTerminal` names it. */
export function belongsOnTerminal({ properties }: Pick<Fence, 'properties'>, vehicle: Vehicle): boolean {
  const { onTerminal, categories } = properties;
  if (onTerminal === undefined || (categories && !categories.includes(vehicle.category))) return false;
  if (onTerminal === true) return true;
  return (onTerminal.vehicles?.includes(vehicle.id) || onTerminal.categories?.includes(vehicle.category)) ?? false;
}
