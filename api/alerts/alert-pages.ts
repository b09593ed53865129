import type { Alert, AlertFilter, AlertPlace } from '../../model/alert.js';
import type { AlertSource, HistorySource } from '../deps.js';
import { SharedReads } from '../http/shared-reads.js';
import { matchesAlert } from './alert-filter.js';

/** How long an answer of the database to the same question is good. */
const STORED_KEPT_MS = 1000;

export interface AlertQuestion extends AlertFilter {
  /** Of alerts that repeat each other, the newest only. */
  grouped?: boolean;
  after?: AlertPlace;
  limit: number;
}

export interface AlertPage {
  items: Alert[];
  /** The last place of the page; null where nothing follows. */
  next: Alert | null;
  /** There where older alerts could not be read: why. */
  partial?: string;
}

/** Lists of alerts: what is in memory, newest forms and all that the database may not have yet, joined with what is stored. */
export class AlertPages {
  // What memory does not have too changes only where memory gives an alert up, and then `oldest`, part of the question.
  readonly #stored = new SharedReads<Alert[]>(STORED_KEPT_MS, 100);

  constructor(readonly parts: { alerts: AlertSource; history: HistorySource }) {}

  /**
   * Newest first. Both are read from the same place on and in the same order, so the first `limit` of the two are the page.
   * `shared` false: nobody else asks the same, as for the pages of a file.
   */
  async page(question: AlertQuestion, shared = true): Promise<AlertPage> {
    const { alerts, history } = this.parts;
    const { limit } = question;
    let older: Alert[] = [];
    let partial: string | undefined;
    try {
      const key = JSON.stringify([question, alerts.epoch, alerts.oldest]);
      const ask = () => history.alerts({ ...question, limit: limit + 1 });
      older = await (shared ? this.#stored.read(key, ask) : ask());
    } catch (error) {
      if (!isAway(error)) throw error;
      partial = 'the database is away: only alerts that are open or recent';
    }
    // An alert that memory knows is listed, or left out, in its newest form; the database may lag behind.
    const onlyStored = older.filter((alert) => alerts.get(alert.id) === undefined);
    const joined = [...this.#newestInMemory(question, limit + 1), ...onlyStored].sort(newestFirst);
    const merged = question.grouped ? newestOfGroups(joined) : joined;
    // What the database has beyond its last answer is not known: nothing older than that may be listed before it.
    const horizon = older.length > limit ? older[limit] : undefined;
    const certain = horizon ? merged.filter((alert) => newestFirst(alert, horizon) <= 0) : merged;
    const items = certain.slice(0, limit);
    const next = (certain.length > limit ? items[limit - 1] : horizon) ?? null;
    return { items, next, ...(partial && { partial }) };
  }

  /** At most `most` alerts of those in memory. */
  #newestInMemory(question: AlertQuestion, most: number): Alert[] {
    const { after, grouped } = question;
    const from = after && { occurredAt: new Date(after.occurredAt).toISOString(), id: after.id };
    const all = [...this.parts.alerts.alerts()];
    const lines = grouped ? newestOfGroups(all.filter((alert) => matchesAlert(question, alert))) : all;
    const found: Alert[] = [];
    // From the back, where the newest mostly are: then nearly every one that follows is older than all that were kept.
    for (const alert of lines.reverse()) {
      if (found.length === most && newestFirst(alert, found[most - 1]) >= 0) continue;
      if (!matchesAlert(question, alert) || (from && newestFirst(alert, from) <= 0)) continue;
      let place = found.length;
      while (place > 0 && newestFirst(found[place - 1], alert) > 0) place--;
      found.splice(place, 0, alert);
      if (found.length > most) found.pop();
    }
    return found;
  }
}

/** What `HistorySource` rejects with where the database cannot be asked. */
export function isAway(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'database-away';
}

/** Without those of which the list has a later one of the same group. */
function newestOfGroups(alerts: readonly Alert[]): Alert[] {
  const newest = new Map<string, number>();
  for (const { group } of alerts) {
    if (group) newest.set(group.id, Math.max(group.count, newest.get(group.id) ?? 0));
  }
  return alerts.filter(({ group }) => group === null || newest.get(group.id) === group.count);
}

/** The order of the list. Times are all of one form, so that text compares as they do. */
function newestFirst(a: Pick<Alert, 'occurredAt' | 'id'>, b: Pick<Alert, 'occurredAt' | 'id'>): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? 1 : -1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
