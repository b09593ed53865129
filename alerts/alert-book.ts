import { type Alert, type AlertTransition, completeAlert, SEVERITIES, type Transition } from '../model/alert.js';
import { type AlertLife, UNTOUCHED } from '../model/alert-life.js';
import type { Change } from '../model/change.js';
import { msToRfc3339 } from '../model/units.js';
import { stateAfter } from './alert-actions.js';
import type { ClearReason } from './rule.js';

/** Cleared alerts on which a person may still act. */
const MAX_CLOSED = 10_000;
/** A vehicle that leaves a fence for good has an alert open for good; this many are enough of them. */
const MAX_OPEN_PER_VEHICLE = 100;
/** Late fixes so near to an alert belong to it. */
const SAME_EVENT_MS = 60_000;

/** An alert as its rule raises it; the book adds its life. */
export type NewAlert = Omit<Alert, 'state' | 'clearedAt' | 'clearReason' | 'revision' | keyof AlertLife>;

export interface AlertBookSnapshot {
  open: [vehicleNo: number, alert: Alert][];
  closed: Alert[];
}

/**
 * Every open alert and the newest closed ones, by what input has made of them so far. Each step in the life of an alert
 * is a transition with a copy of the alert; they gather until `take`.
 */
export class AlertBook {
  /** The input record in hand: what transitions name as their cause. */
  inputSeq = 0;
  readonly #open = new Map<string, { vehicleNo: number; alert: Alert }>();
  readonly #closed = new Map<string, Alert>();
  /** Ids of open alerts by vehicle, then rule, both in the order in which they were raised. */
  readonly #byVehicle = new Map<number, Map<string, string>>();
  #transitions: AlertTransition[] = [];
  readonly #raised: (type: string) => void;

  /** `raised` is told the type of each alert, for the counters. */
  constructor(raised: (type: string) => void = () => {}) {
    this.#raised = raised;
  }

  /** Transitions since the last call, in order. */
  take(): AlertTransition[] {
    const taken = this.#transitions;
    this.#transitions = [];
    return taken;
  }

  /** Open alerts, oldest first. */
  openAlerts(): Alert[] {
    return [...this.#open.values()].map(({ alert }) => alert);
  }

  /** What the rule has open for the vehicle. */
  openOf(vehicleNo: number, ruleId: string): Alert | undefined {
    const id = this.#byVehicle.get(vehicleNo)?.get(ruleId);
    return id === undefined ? undefined : this.#open.get(id)?.alert;
  }

  /** An alert whose id is known is the same alert, and a rule has one open for a vehicle: nothing is told again. */
  raise(vehicleNo: number, alert: NewAlert): void {
    if (this.#open.has(alert.id) || this.#closed.has(alert.id)) return;
    const open = this.#openOf(vehicleNo);
    if (open.has(alert.ruleId)) return;
    if (open.size >= MAX_OPEN_PER_VEHICLE) this.#clearLeast(vehicleNo, open, alert.position.time ?? alert.occurredAt);
    const raised: Alert = {
      ...alert,
      ...UNTOUCHED,
      state: 'raised',
      clearedAt: null,
      clearReason: null,
      revision: 1,
    };
    this.#open.set(alert.id, { vehicleNo, alert: raised });
    this.#openOf(vehicleNo).set(alert.ruleId, alert.id);
    this.#raised(alert.type);
    this.#tell('raised', raised);
  }

  /**
   * Late fixes show that the rule's condition held at `onset`, RFC 3339. True where an alert of it tells of that time already; where
   * the time is just before or after the alert's own, it is told again with the reason.
   */
  amend(vehicleId: string, ruleId: string, onset: string): boolean {
    const at = Date.parse(onset);
    for (const known of this.#open.values()) {
      const { alert } = known;
      if (alert.ruleId !== ruleId || alert.vehicleId !== vehicleId || !isNear(alert, at)) continue;
      if (!tellsOf(alert, at)) known.alert = this.#amended(alert, onset);
      return true;
    }
    for (const [id, alert] of this.#closed) {
      if (alert.ruleId !== ruleId || alert.vehicleId !== vehicleId || !isNear(alert, at)) continue;
      if (!tellsOf(alert, at)) this.#closed.set(id, this.#amended(alert, onset));
      return true;
    }
    return false;
  }

  /** Clears what the rule has open for the vehicle, if anything. `at`: RFC 3339. `end` joins the evidence. */
  clear(vehicleNo: number, ruleId: string, at: string, reason?: ClearReason, end?: Record<string, unknown>): void {
    const id = this.#byVehicle.get(vehicleNo)?.get(ruleId);
    if (id !== undefined) this.#close(id, at, reason, end);
  }

  /** Clears every open alert of the vehicle. */
  clearVehicle(vehicleNo: number, at: string, reason: ClearReason): void {
    for (const id of [...(this.#byVehicle.get(vehicleNo)?.values() ?? [])]) this.#close(id, at, reason);
  }

  /** Clears every open alert of these rules, oldest first. */
  clearRules(ruleIds: ReadonlySet<string>, at: string, reason: ClearReason): void {
    for (const [id, { alert }] of [...this.#open]) if (ruleIds.has(alert.ruleId)) this.#close(id, at, reason);
  }

  /** What a person said of an alert. False where it is unknown, or where it is too late to say so. */
  act(change: Extract<Change, { type: 'alert-action' }>): boolean {
    const { alertId, action, by, note, at } = change;
    const open = this.#open.get(alertId);
    const alert = open?.alert ?? this.#closed.get(alertId);
    const state = alert && stateAfter(alert.state, action);
    if (!alert || !state) return false;
    const handling = { action, by, note, at: msToRfc3339(at) ?? '' };
    const acted: Alert = { ...alert, state, handling, revision: alert.revision + 1 };
    if (open) open.alert = acted;
    else this.#closed.set(alertId, acted);
    this.#tell(action, acted);
    return true;
  }

  snapshot(): AlertBookSnapshot {
    return {
      open: [...this.#open.values()].map(({ vehicleNo, alert }) => [vehicleNo, alert]),
      closed: [...this.#closed.values()],
    };
  }

  restore(snapshot: AlertBookSnapshot): void {
    for (const [vehicleNo, stored] of snapshot.open) {
      const alert = completeAlert(stored);
      this.#open.set(alert.id, { vehicleNo, alert });
      this.#openOf(vehicleNo).set(alert.ruleId, alert.id);
    }
    for (const alert of snapshot.closed) this.#closed.set(alert.id, completeAlert(alert));
  }

  #amended(alert: Alert, onset: string): Alert {
    const amended = {
      ...alert,
      evidence: { ...alert.evidence, amended: { reason: 'late-fixes', heldAt: onset } },
      revision: alert.revision + 1,
    };
    this.#tell('updated', amended);
    return amended;
  }

  #openOf(vehicleNo: number): Map<string, string> {
    let open = this.#byVehicle.get(vehicleNo);
    if (!open) {
      open = new Map();
      this.#byVehicle.set(vehicleNo, open);
    }
    return open;
  }

  #close(id: string, at: string, reason?: ClearReason, end?: Record<string, unknown>): void {
    const known = this.#open.get(id);
    if (!known) return;
    const { alert, vehicleNo } = known;
    const cleared: Alert = {
      ...alert,
      // What a person said of it stays.
      state: alert.state === 'raised' ? 'cleared' : alert.state,
      clearedAt: at,
      clearReason: reason ?? null,
      evidence: end ? { ...alert.evidence, end } : alert.evidence,
      revision: alert.revision + 1,
    };
    this.#open.delete(id);
    const open = this.#openOf(vehicleNo);
    open.delete(alert.ruleId);
    if (open.size === 0) this.#byVehicle.delete(vehicleNo);
    this.#closed.set(id, cleared);
    if (this.#closed.size > MAX_CLOSED) this.#closed.delete(this.#closed.keys().next().value as string);
    this.#tell('cleared', cleared);
  }

  /** Makes room: the oldest of the least grave. */
  #clearLeast(vehicleNo: number, open: ReadonlyMap<string, string>, at: string): void {
    const alerts = [...open.values()].flatMap((id) => this.#open.get(id)?.alert ?? []);
    const grade = (alert: Alert) => SEVERITIES.indexOf(alert.severity);
    const least = alerts.reduce((found, alert) => (grade(alert) < grade(found) ? alert : found));
    this.clear(vehicleNo, least.ruleId, at, 'too-many-open');
  }

  #tell(transition: Transition, alert: Alert): void {
    this.#transitions.push({ number: 0, inputSeq: this.inputSeq, transition, alert });
  }
}

/** `at`: epoch ms. */
function tellsOf({ occurredAt, clearedAt }: Alert, at: number, margin = 0): boolean {
  return (
    at >= Date.parse(occurredAt) - margin && at <= (clearedAt === null ? Infinity : Date.parse(clearedAt)) + margin
  );
}

function isNear(alert: Alert, at: number): boolean {
  return tellsOf(alert, at, SAME_EVENT_MS);
}
