import type { Catalog } from '../../model/catalog.js';
import type { Position } from '../../model/position.js';
import { REPEAT } from '../../model/quality.js';
import type { SafetyAlarm } from '../../model/safety-alarm.js';
import type { NamedStep } from '../../model/step.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import { type FixFacts, factsOf } from '../fix-facts.js';
import type { AlertBook } from '../life/alert-book.js';
import { type Decider, evidenceJson, newAlert } from '../life/new-alert.js';

/** Reads the alarms in a fix's additional items, by the number of its source (model/source.ts). */
export type SafetyReader = (source: number, items: Uint8Array) => readonly SafetyAlarm[];

const GRAVE_LEVEL = 2;

/**
 * Step: alarms of driver assistance in the vehicle, one alert each, of the alarm's own type.
 *
 * They count whatever is doubtful about the fix that carries them, and however late it is: the system in the vehicle has
 * judged already. The alarm's number and time make the alert's id, so one that comes again is the same. An alarm is over
 * with its own end, with the next start of its type in the vehicle (an end may be lost, and a start come late), or at once where it
 * has none.
 */
export function safetyAlarms(catalog: Catalog, alerts: AlertBook, read: SafetyReader): NamedStep {
  return {
    name: 'safety-alarms',
    run(p) {
      if (p.items === null || p.quality & REPEAT) return true;
      const alarms = read(p.source, p.items);
      if (alarms.length === 0) return true;
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      if (!vehicle) return true; // news-step.ts counts it
      for (const alarm of alarms) {
        if (alarm.phase === 'end') end(p, vehicle, alarm);
        else begin(p, vehicle, alarm);
      }
      return true;
    },
  };

  function begin(p: Position, vehicle: Vehicle, alarm: SafetyAlarm): void {
    const onset = onsetOf(p, alarm);
    const ruleId = ruleOf(alarm);
    const evidence = { fixes: { deciding: onset }, checks: [], ...evidenceOf(alarm) };
    const alert = newAlert(deciderOf(alarm), vehicle, { ...onset, subSeq: alarm.alarmId }, p, evidence);
    const before = alerts.openOf(vehicle.no, ruleId);
    // RFC 3339 in UTC: text compares as times do.
    if (before !== undefined && before.occurredAt > alert.occurredAt) {
      const end =
        alarm.phase === 'once' ? { at: alert.occurredAt } : { at: before.occurredAt, reason: 'backfilled' as const };
      alerts.raisePast(alert, end);
      return;
    }
    if (before !== undefined && before.id !== alert.id) alerts.clear(vehicle.no, ruleId, alert.occurredAt);
    alerts.raise(vehicle.no, alert);
    if (alarm.phase === 'once') alerts.clear(vehicle.no, ruleId, alert.occurredAt);
  }

  function end(p: Position, vehicle: Vehicle, alarm: SafetyAlarm): void {
    const ruleId = ruleOf(alarm);
    const open = alerts.openOf(vehicle.no, ruleId);
    if (open === undefined || open.evidence.alarmId !== alarm.alarmId) return; // its start was lost, or it is over
    const facts = onsetOf(p, alarm);
    if (facts.time < Date.parse(open.occurredAt)) return; // of one before it, which had the same number
    const evidence = evidenceJson({ fixes: { deciding: facts }, checks: [], ...evidenceOf(alarm) });
    alerts.clear(vehicle.no, ruleId, msToRfc3339(facts.time) ?? '', undefined, evidence);
  }
}

function ruleOf({ type }: SafetyAlarm): string {
  return `terminal:${type}`;
}

/** What a terminal may report never changes, hence revision 1. */
function deciderOf(alarm: SafetyAlarm): Decider {
  const severity = alarm.level !== null && alarm.level >= GRAVE_LEVEL ? 'critical' : 'warning';
  return { id: ruleOf(alarm), revision: 1, type: alarm.type, severity, fence: null };
}

/** The fix that carries the alarm, at the alarm's own time where it has one. */
function onsetOf(p: Position, { time }: SafetyAlarm): FixFacts {
  const facts = factsOf(p);
  return Number.isFinite(time) ? { ...facts, time } : facts;
}

function evidenceOf({ alarmId, level, key, attachments, phase, measured }: SafetyAlarm): Record<string, unknown> {
  return { alarmId, phase, level, alarmKey: key, attachments, measured };
}
