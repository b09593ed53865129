import type { Alert, AlertTransition } from '../../model/alert.js';
import { whyNotDone } from '../../model/alert-actions.js';
import type { AlertWord } from '../../model/alert-life.js';
import type { AlertTarget } from '../../model/change.js';
import { msToRfc3339 } from '../../model/units.js';
import type { AlertSource, RegistryWrites } from '../deps.js';
import { refusal } from '../http/refusal.js';

/** How long a person's word may wait to be seen in the alert before it is only confirmed as taken. */
const VISIBLE_WITHIN_MS = 2000;
/** Alerts in one record of the log, each with all its evidence where its condition has ended. */
const RECORD_ALERTS = 100;
/** Transitions looked through at once. */
const PAGE = 1000;

/** What came of a word: the alert with it; the alert as it was, where it is durable but not seen yet; or why it came too late. */
export type WordOutcome = { alert: Alert; seen: boolean } | { conflict: string };

/** Brings what people say of alerts into the log, and waits for the engine to take it in. */
export class AlertDesk {
  constructor(readonly parts: { alerts: AlertSource; registry: RegistryWrites }) {}

  /**
   * Says the word of each alert, which must be one that takes it (`whyNotDone`). One outcome for each, in order, once the word is
   * durable. Throws ApiError where nothing can be recorded just now.
   */
  async say(alerts: readonly Alert[], word: AlertWord, by: string): Promise<WordOutcome[]> {
    const { last } = this.parts.alerts;
    const times = new Set(await this.#record(alerts, word, by));
    const isIt = (t: AlertTransition) => t.word?.action === word.action && t.by === by && times.has(t.at ?? null);
    const seen = await this.#seen(last, isIt, new Set(alerts.map(({ id }) => id)));
    return alerts.map((before) => {
      const after = seen.get(before.id);
      if (after) return { alert: after, seen: true };
      // Somebody else was quicker, or the engine is behind.
      const conflict = whyNotDone(this.parts.alerts.get(before.id) ?? before, word.action);
      return conflict === null ? { alert: before, seen: false } : { conflict };
    });
  }

  /** The times (RFC 3339) at which the word was said, one for each record. */
  async #record(alerts: readonly Alert[], word: AlertWord, by: string): Promise<(string | null)[]> {
    const records: AlertTarget[][] = [];
    for (let from = 0; from < alerts.length; from += RECORD_ALERTS) {
      records.push(alerts.slice(from, from + RECORD_ALERTS).map(targetOf));
    }
    const taken = await Promise.all(records.map((targets) => this.parts.registry.actOnAlerts({ targets, word, by })));
    return taken.map((outcome) => {
      if ('refused' in outcome) throw refusal(outcome);
      return msToRfc3339(outcome.at);
    });
  }

  /** Alerts after transitions that `isIt`, by id: all that are awaited, or those that came in time. */
  #seen(
    after: number,
    isIt: (transition: AlertTransition) => boolean,
    awaited: Set<string>,
  ): Promise<Map<string, Alert>> {
    const { alerts } = this.parts;
    const found = new Map<string, Alert>();
    return new Promise((resolve) => {
      const done = () => {
        stop();
        clearTimeout(timer);
        resolve(found);
      };
      const look = () => {
        for (let page = alerts.since(after, PAGE); page.length > 0; page = alerts.since(after, PAGE)) {
          for (const transition of page) {
            after = transition.number;
            if (awaited.has(transition.alert.id) && isIt(transition)) found.set(transition.alert.id, transition.alert);
          }
        }
        if (found.size === awaited.size) done();
      };
      const stop = alerts.subscribe(look);
      const timer = setTimeout(done, VISIBLE_WITHIN_MS);
      look();
    });
  }
}

function targetOf(alert: Alert): AlertTarget {
  return alert.clearedAt === null ? { alertId: alert.id } : { alertId: alert.id, alert };
}
