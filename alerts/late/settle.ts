import type { Alert } from '../../model/alert.js';
import { msToRfc3339 } from '../../model/units.js';
import type { AlertBook, NewAlert } from '../life/alert-book.js';
import type { ClearReason, Retold } from '../rule.js';

/** How an event ended. */
export interface EventEnd {
  /** RFC 3339. */
  at: string;
  reason?: ClearReason;
  evidence: Record<string, unknown>;
}

/** A stretch in which a rule's condition held, as the fixes show it now that late ones are in their places. */
export interface FoundEvent {
  /** null: the alert was open before the gap. */
  alert: NewAlert | null;
  end: EventEnd | null;
  /** Time of what showed it, epoch ms; absent where the alert was open before. */
  shownAt?: number;
}

/** What is found of the rule so far, to add to. */
export function eventsOf(found: Map<string, FoundEvent[]>, ruleId: string): FoundEvent[] {
  const events = found.get(ruleId) ?? [];
  found.set(ruleId, events);
  return events;
}

/**
 * Brings the alerts that a rule has told of a vehicle since a gap in line with what is known now: what nobody told is raised, what began
 * earlier is amended, what are two alerts of one event become one, and what was told by mistake is withdrawn. `told`: ids, in the
 * order in which they were raised. Returns the ids of what was raised.
 */
export function settle(
  alerts: AlertBook,
  vehicleNo: number,
  told: readonly string[],
  events: readonly FoundEvent[],
  now: string,
): string[] {
  const left = new Set(told.flatMap((id) => alerts.get(id) ?? []));
  const raised: string[] = [];
  for (const event of events) {
    const same = [...left].filter((alert) => overlaps(alert, event));
    for (const alert of same) left.delete(alert);
    if (same.length > 0) keepOne(alerts, vehicleNo, same, event, now);
    else if (event.alert) {
      if (event.end) alerts.raisePast(event.alert, event.end);
      else alerts.raise(vehicleNo, event.alert);
      raised.push(event.alert.id);
    }
  }
  for (const { id, clearReason } of left) if (clearReason !== 'late-fixes') alerts.withdraw(id, now, null);
  return raised;
}

/** Of several alerts of one event that which is open stays, or the first. */
function keepOne(alerts: AlertBook, vehicleNo: number, same: Alert[], { alert, end }: FoundEvent, now: string): void {
  const kept = same.find(({ clearedAt }) => clearedAt === null) ?? same[0];
  for (const { id } of same) if (id !== kept.id) alerts.withdraw(id, now, kept.id);
  // RFC 3339 in UTC: text compares as times do.
  const began = [...same, ...(alert ? [alert] : [])].map(({ occurredAt }) => occurredAt).sort()[0];
  if (began < kept.occurredAt) alerts.amendTimes(kept.id, began);
  if (end === null) alerts.reopen(vehicleNo, kept.id, now);
  else if (kept.clearedAt === null) alerts.clear(vehicleNo, kept.ruleId, end.at, end.reason, end.evidence);
}

/**
 * The same where all that was told since the floor is known anew, with its begins: every event has one alert in the end, which says when it
 * began, and what was told of none is withdrawn. Of what no part of the system remembers any more nothing is told again. `told`: alerts with the
 * time of what showed them; `now`: epoch ms. Returns what was raised.
 */
export function settleExactly(
  alerts: AlertBook,
  vehicleNo: number,
  told: readonly (readonly [ruleId: string, alertId: string, time: number])[],
  events: readonly FoundEvent[],
  { floor, endsCount, slackMs }: Omit<Retold<unknown>, 'memory'>,
  now: number,
): { id: string; time: number }[] {
  const at = msToRfc3339(now) ?? '';
  const known = told.flatMap(([, id]) => alerts.get(id) ?? []);
  const forgotten = new Set(told.flatMap(([, id]) => (alerts.get(id) ? [] : [id])));
  const left = new Set(known.filter(({ clearReason }) => clearReason !== 'late-fixes'));
  const kept = new Map<FoundEvent, Alert>();
  const same: [Alert, FoundEvent][] = [];
  // The alert that says just this; else the first of those of that time.
  for (const event of events) {
    const own = [...left].find(({ id }) => id === event.alert?.id);
    if (own) keepFor(event, own);
  }
  for (const event of events) {
    for (const alert of [...left].filter((each) => overlaps(each, event))) {
      if (!kept.has(event)) keepFor(event, alert);
      else {
        left.delete(alert);
        same.push([alert, event]);
      }
    }
  }
  for (const [{ id }, event] of same) alerts.withdraw(id, at, kept.get(event)?.id ?? null);
  for (const { id, ruleId, clearedAt } of left) {
    const shown = told.find(([, alertId]) => alertId === id)?.[2] ?? -Infinity;
    if (shown > floor) alerts.withdraw(id, at, null);
    else if (clearedAt === null) alerts.clear(vehicleNo, ruleId, at, 'backfilled');
  }
  return events.flatMap((event) => {
    const { alert, end, shownAt = NaN } = event;
    if (!alert || forgotten.has(alert.id)) return [];
    const own = kept.get(event);
    if (own) {
      if (end === null) alerts.reopen(vehicleNo, own.id, at);
      else if (own.clearedAt === null) alerts.clear(vehicleNo, own.ruleId, end.at, end.reason, end.evidence);
      const is = alerts.get(own.id) ?? own;
      const endsOtherwise = endsCount && end !== null && endOf(is) !== end.at;
      const beganOtherwise = Math.abs(Date.parse(beginOf(is)) - Date.parse(alert.occurredAt)) > slackMs;
      if (beganOtherwise || endsOtherwise) {
        alerts.amendTimes(own.id, alert.occurredAt, endsCount && end?.at !== is.clearedAt ? end?.at : undefined);
      }
      return [];
    }
    if (end) alerts.raisePast(alert, end);
    else alerts.raise(vehicleNo, alert);
    return [{ id: alert.id, time: shownAt }];
  });

  function keepFor(event: FoundEvent, alert: Alert): void {
    kept.set(event, alert);
    left.delete(alert);
  }
}

/** As late fixes have it now. RFC 3339. */
function beginOf({ occurredAt, evidence }: Alert): string {
  return (evidence.amended as { heldAt?: string } | undefined)?.heldAt ?? occurredAt;
}

/** The same; null where it has not ended. */
function endOf({ clearedAt, evidence }: Alert): string | null {
  return (evidence.amended as { endedAt?: string } | undefined)?.endedAt ?? clearedAt;
}

function overlaps({ occurredAt, clearedAt, clearReason }: Alert, { alert, end }: FoundEvent): boolean {
  if (clearReason === 'late-fixes') return false; // withdrawn already
  const [from, to] = [Date.parse(occurredAt), clearedAt === null ? Infinity : Date.parse(clearedAt)];
  return (end === null || from <= Date.parse(end.at)) && (alert === null || to >= Date.parse(alert.occurredAt));
}
