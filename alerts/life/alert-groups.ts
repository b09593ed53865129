import type { AlertGroup } from '../../model/alert-life.js';
import { msToRfc3339 } from '../../model/units.js';

/** What comes again within this time belongs to the same group; so does a late alert from so shortly before. */
const GROUP_GAP_MS = 3_600_000;
/**
 * Whether an alert belongs to a group is said by their times alone. A group is only forgotten when no alert can be expected to come to
 * it any more: a vehicle whose fixes come late, or run behind those of others in a replay, still finds its own.
 */
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;
const MAX_GROUPS = 50_000;

export type AlertGroupsSnapshot = [key: string, group: AlertGroup][];

/**
 * Counts alerts of one rule for one vehicle that follow each other closely, so that a list can show them as one line. A group that
 * nothing came to for a day is forgotten, as is the oldest of too many: what follows begins a new one.
 */
export class AlertGroups {
  /** By vehicle and rule; those that grew last stand last. */
  readonly #groups = new Map<string, AlertGroup>();

  /** The place of a new alert among its like. */
  join(vehicleId: string, ruleId: string, id: string, occurredAt: string): AlertGroup {
    const key = `${vehicleId} ${ruleId}`;
    const before = this.#groups.get(key);
    const group = before && isClose(before, occurredAt) ? grown(before, occurredAt) : alone(id, occurredAt);
    this.#groups.delete(key);
    this.#groups.set(key, group);
    if (this.#groups.size > MAX_GROUPS) this.#groups.delete(this.#groups.keys().next().value as string);
    return group;
  }

  /** It is `time`, epoch ms. */
  forget(time: number): void {
    const oldest = msToRfc3339(time - FORGOTTEN_AFTER_MS) ?? '';
    for (const [key, { last }] of this.#groups) {
      if (last >= oldest) return;
      this.#groups.delete(key);
    }
  }

  snapshot(): AlertGroupsSnapshot {
    return [...this.#groups];
  }

  restore(snapshot: AlertGroupsSnapshot): void {
    for (const [key, group] of snapshot) this.#groups.set(key, group);
  }
}

function isClose({ last }: AlertGroup, occurredAt: string): boolean {
  return Math.abs(Date.parse(occurredAt) - Date.parse(last)) <= GROUP_GAP_MS;
}

/** Times are all of one form, so that text compares as they do. */
function grown({ id, count, first, last }: AlertGroup, occurredAt: string): AlertGroup {
  return {
    id,
    count: count + 1,
    first: occurredAt < first ? occurredAt : first,
    last: occurredAt > last ? occurredAt : last,
  };
}

function alone(id: string, occurredAt: string): AlertGroup {
  return { id, count: 1, first: occurredAt, last: occurredAt };
}
