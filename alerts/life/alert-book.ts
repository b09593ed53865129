import { type Alert, type AlertTransition, completeAlert, SEVERITIES, type Transition } from '../../model/alert.js';
import { isSettled, whyNotDone } from '../../model/alert-actions.js';
import { type AlertLife, type AlertWord, UNTOUCHED } from '../../model/alert-life.js';
import type { AlertTarget } from '../../model/change.js';
import type { Mute } from '../../model/mute.js';
import type { RuleClocks } from '../../model/rule.js';
import { msToRfc3339 } from '../../model/units.js';
import type { ClearReason } from '../rule.js';
import { acted } from './alert-actions.js';
import { AlertGroups, type AlertGroupsSnapshot } from './alert-groups.js';
import { nextDue, startedClocks, timeUp, withClocks, withoutClocks } from './clocks.js';
import { ClosedAlerts } from './closed-alerts.js';
import { isMutedBy, muteOf } from './mutes.js';
import { Timers } from './timers.js';

/** A vehicle that leaves a fence for good has an alert open for good; this many are enough of them. */
const MAX_OPEN_PER_VEHICLE = 100;
/** Late fixes so near to an alert belong to it. */
export const SAME_EVENT_MS = 60_000;

/** An alert as its rule raises it; the book adds its life. */
export type NewAlert = Omit<Alert, 'state' | 'clearedAt' | 'clearReason' | 'revision' | keyof AlertLife>;

export interface AlertBookSnapshot {
  open: [vehicleNo: number, alert: Alert][];
  closed: Alert[];
  /** Absent in snapshots of before there were clocks, as is the next. Epoch ms. */
  time?: number;
  groups?: AlertGroupsSnapshot;
}

export interface AlertBookOptions {
  /** Mutes by id, those that have ended among them; the catalog keeps them. */
  mutes?: ReadonlyMap<string, Mute>;
  /** What the rule with this id says of deadlines, where it does. */
  clocksOf?: (ruleId: string) => RuleClocks | undefined;
  /** Told the type of each alert, for the counters. */
  raised?: (type: string) => void;
  /** Told whose alert of which rule was cleared to make room. */
  madeRoom?: (vehicleNo: number, ruleId: string) => void;
  /** Told when the clocks of an alert stop because too many run. */
  clocksGivenUp?: () => void;
}

/**
 * Every open alert and the newest closed ones, by what input has made of them so far: conditions, people, and time, which passes
 * with the ticks of the log. Each step in the life of an alert is a transition with a copy of the alert; they gather until `take`.
 */
export class AlertBook {
  /** The input record in hand: what transitions name as their cause. */
  inputSeq = 0;
  readonly #open = new Map<string, { vehicleNo: number; alert: Alert }>();
  readonly #closed: ClosedAlerts;
  /** Ids of open alerts by vehicle, then rule, both in the order in which they were raised. */
  readonly #byVehicle = new Map<number, Map<string, string>>();
  readonly #groups = new AlertGroups();
  /** Open alerts that are no news, by id: the mute that keeps them so. */
  readonly #mutedOpen = new Map<string, string>();
  /** Alerts that wait for time to pass: an id tells one apart, whatever its vehicle. */
  readonly #timers = new Timers();
  /** The newest tick, epoch ms. */
  #time = -Infinity;
  #transitions: AlertTransition[] = [];
  readonly #options: Required<AlertBookOptions>;

  constructor(options: AlertBookOptions = {}) {
    this.#options = { ...NOBODY, ...options };
    this.#closed = new ClosedAlerts(this.#options.clocksGivenUp);
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
    const known = this.get(alert.id);
    // Withdrawn, and shown by time or by another fix to have been right.
    if (known?.clearReason === 'late-fixes') this.reopen(vehicleNo, alert.id, alert.detectedAt);
    if (known) return;
    const open = this.#openOf(vehicleNo);
    if (open.has(alert.ruleId)) return;
    if (open.size >= MAX_OPEN_PER_VEHICLE) this.#clearLeast(vehicleNo, open, alert.position.time ?? alert.occurredAt);
    const raised = this.#born(alert);
    this.#keepOpen(vehicleNo, raised);
    this.#tell('raised', raised, raised.detectedAt);
  }

  /** Raises what late fixes show to have been, and to be over. */
  raisePast(alert: NewAlert, end: { at: string; reason?: ClearReason; evidence?: Record<string, unknown> }): void {
    const known = this.get(alert.id);
    if (known?.clearReason === 'late-fixes') this.#readmit(known, end);
    if (known) return;
    const raised = this.#born(alert);
    this.#tell('raised', raised, raised.detectedAt);
    this.#shut(raised, end.at, end.reason, end.evidence);
  }

  /** An open alert, or one of the newest closed ones. */
  get(id: string): Alert | undefined {
    return this.#open.get(id)?.alert ?? this.#closed.get(id);
  }

  /** Late fixes show that it began, or ended, at another time. RFC 3339. */
  amendTimes(id: string, heldAt: string, endedAt?: string): void {
    const alert = this.get(id);
    if (alert) this.#amend(alert, { heldAt, ...(endedAt === undefined ? {} : { endedAt }) }, heldAt);
  }

  /** Late fixes show more of it. `at`: RFC 3339. */
  amendFacts(id: string, facts: Record<string, unknown>, at: string): void {
    const alert = this.get(id);
    if (alert) this.#amend(alert, facts, at);
  }

  /** Late fixes show that it was no alert, or the same one as another: nobody need do anything about it. `at`: RFC 3339. */
  withdraw(id: string, at: string, sameAs: string | null): void {
    const alert = this.get(id);
    if (!alert) return;
    const amended = { reason: 'late-fixes', ...(sameAs === null ? { withdrawn: true } : { sameAs }) };
    const withdrawn: Alert = { ...withoutClocks(alert), evidence: { ...alert.evidence, amended } };
    if (this.#open.has(id)) {
      this.#put(withdrawn);
      this.#close(id, at, 'late-fixes');
      return;
    }
    const told: Alert = { ...withdrawn, clearReason: 'late-fixes', revision: alert.revision + 1 };
    this.#put(told);
    this.#tell('updated', told, at);
  }

  /** Late fixes show that it has not ended. What a person said of it stays; where the rule has another one open, nothing happens. */
  reopen(vehicleNo: number, id: string, at: string): void {
    const closed = this.#closed.get(id);
    if (!closed || this.#openOf(vehicleNo).has(closed.ruleId)) return;
    // One that was withdrawn has no clocks: they start as if it were raised now.
    const restarts = closed.clearReason === 'late-fixes' && closed.muted === null && !isSettled(closed);
    const alert: Alert = {
      ...(restarts ? withClocks(closed, this.#clocks(closed, this.#time), this.#time) : closed),
      state: closed.state === 'cleared' ? 'raised' : closed.state,
      clearedAt: null,
      clearReason: null,
      evidence: { ...closed.evidence, amended: { reason: 'late-fixes', reopened: true } },
      revision: closed.revision + 1,
    };
    this.#closed.delete(id);
    this.#keepOpen(vehicleNo, alert);
    this.#tell('updated', alert, at);
  }

  /** It is `time` now, epoch ms: mutes end, deadlines pass, and whoever is to be told then is told. */
  tick(time: number): void {
    this.#time = Math.max(this.#time, time);
    this.#unmute();
    this.#groups.forget(this.#time);
    const due = (_: number, id: string) => {
      const alert = this.get(id);
      return alert ? nextDue(alert) : null;
    };
    // What is due for an alert may make something else due for it: a deadline that was missed tells somebody.
    for (let up = this.#timers.due(this.#time, due); up.length > 0; up = this.#timers.due(this.#time, due)) {
      for (const { ruleId: id } of up) {
        const step = timeUp(this.get(id) as Alert, this.#time);
        if (!step) continue;
        this.#put(step.alert);
        this.#tell(step.transition, step.alert, msToRfc3339(this.#time) ?? '');
      }
    }
  }

  /**
   * Late fixes show what they would raise. True where an alert of the rule tells of that time already, of the same `type`: a rule that was changed
   * may have been another. Where the time is just before or after the alert's own, it is told again with the reason.
   */
  amend({ vehicleId, ruleId, type, occurredAt: onset }: NewAlert): boolean {
    const at = Date.parse(onset);
    for (const alert of this.#all()) {
      if (alert.ruleId !== ruleId || alert.vehicleId !== vehicleId || alert.type !== type) continue;
      if (alert.clearReason === 'late-fixes') continue;
      if (!isNear(alert, at)) continue;
      if (!tellsOf(alert, at)) this.#amend(alert, { heldAt: onset }, onset);
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

  /** Of these rules, by id: whose vehicles they have an alert open for, oldest first. */
  openOfRules(ruleIds: { has(id: string): boolean; size: number }): [vehicleNo: number, ruleId: string][] {
    if (ruleIds.size === 0) return [];
    const found: [number, string][] = [];
    for (const { vehicleNo, alert } of this.#open.values()) {
      if (ruleIds.has(alert.ruleId)) found.push([vehicleNo, alert.ruleId]);
    }
    return found;
  }

  /** Clears every open alert of these rules, oldest first. */
  clearRules(ruleIds: ReadonlySet<string>, at: string, reason: ClearReason): void {
    for (const [vehicleNo, ruleId] of this.openOfRules(ruleIds)) this.clear(vehicleNo, ruleId, at, reason);
  }

  /** What a person said of alerts, at `at`, epoch ms. Those that are unknown, or of which that cannot be said any more, stay as they are. */
  act(targets: readonly AlertTarget[], word: AlertWord, by: string, at: number): void {
    for (const { alertId, alert: given } of targets) {
      const alert = this.get(alertId) ?? (given && completeAlert(given));
      if (!alert || whyNotDone(alert, word.action) !== null) continue;
      const after = acted(alert, word, by, at);
      this.#put(after);
      this.#tell(word.action, after, msToRfc3339(at) ?? '', { by, word });
    }
  }

  snapshot(): AlertBookSnapshot {
    return {
      open: [...this.#open.values()].map(({ vehicleNo, alert }) => [vehicleNo, alert]),
      closed: [...this.#closed.values()],
      time: this.#time,
      groups: this.#groups.snapshot(),
    };
  }

  restore(snapshot: AlertBookSnapshot): void {
    for (const [vehicleNo, alert] of snapshot.open) this.#keepOpen(vehicleNo, completeAlert(alert));
    for (const alert of snapshot.closed) this.#put(completeAlert(alert));
    this.#time = snapshot.time ?? -Infinity;
    this.#groups.restore(snapshot.groups ?? []);
  }

  /** With its clocks, its mute and its group. */
  #born(alert: NewAlert): Alert {
    // Where time counts that fixes have told, ticks come behind them.
    const occurred = Date.parse(alert.occurredAt);
    const time = Number.isNaN(occurred) ? this.#time : Math.max(this.#time, occurred);
    const muted = muteOf(this.#options.mutes.values(), alert, time)?.id ?? null;
    this.#options.raised(alert.type);
    return {
      ...alert,
      ...UNTOUCHED,
      ...(muted === null && this.#clocks(alert, time)),
      state: 'raised',
      clearedAt: null,
      clearReason: null,
      group: this.#groups.join(alert.vehicleId, alert.ruleId, alert.id, alert.occurredAt),
      muted,
      revision: 1,
    };
  }

  #keepOpen(vehicleNo: number, alert: Alert): void {
    this.#open.set(alert.id, { vehicleNo, alert });
    this.#openOf(vehicleNo).set(alert.ruleId, alert.id);
    if (alert.muted !== null) this.#mutedOpen.set(alert.id, alert.muted);
    this.#wait(alert);
  }

  /** Open ones first. */
  *#all(): Generator<Alert> {
    for (const { alert } of this.#open.values()) yield alert;
    yield* this.#closed.values();
  }

  /** In place of its form before. */
  #put(alert: Alert): void {
    const open = this.#open.get(alert.id);
    if (open) open.alert = alert;
    else this.#closed.put(alert);
    this.#wait(alert);
  }

  #clocks({ severity, ruleId }: NewAlert, time: number) {
    return startedClocks(severity, time, this.#options.clocksOf(ruleId));
  }

  #wait(alert: Alert): void {
    const at = nextDue(alert);
    if (at !== null) this.#timers.wait(at, 0, alert.id);
  }

  /** What outlasts its mute, and every other that holds now, is news: its clocks start now. */
  #unmute(): void {
    const { mutes } = this.#options;
    for (const [id, by] of this.#mutedOpen) {
      const alert = this.#open.get(id)?.alert as Alert;
      const mute = mutes.get(by);
      if (mute && isMutedBy(mute, alert, this.#time)) continue;
      const other = muteOf(mutes.values(), alert, this.#time);
      if (other) {
        this.#mutedOpen.set(id, other.id);
        continue;
      }
      this.#mutedOpen.delete(id);
      const started = isSettled(alert) ? alert : withClocks(alert, this.#clocks(alert, this.#time), this.#time);
      const news: Alert = { ...started, muted: null, revision: alert.revision + 1 };
      this.#put(news);
      this.#tell('unmuted', news, msToRfc3339(this.#time) ?? '');
    }
  }

  #amend(alert: Alert, facts: Record<string, unknown>, at: string): void {
    const amended = {
      ...alert,
      evidence: { ...alert.evidence, amended: { reason: 'late-fixes', ...facts } },
      revision: alert.revision + 1,
    };
    this.#put(amended);
    this.#tell('updated', amended, at);
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
    this.#open.delete(id);
    const open = this.#openOf(vehicleNo);
    open.delete(alert.ruleId);
    if (open.size === 0) this.#byVehicle.delete(vehicleNo);
    this.#mutedOpen.delete(id);
    this.#shut(alert, at, reason, end);
  }

  /** It was withdrawn, and late fixes show now that it was right; it is over all the same. */
  #readmit(alert: Alert, end: { at: string; reason?: ClearReason; evidence?: Record<string, unknown> }): void {
    const amended = { reason: 'late-fixes', reopened: true };
    this.#shut({ ...alert, evidence: { ...alert.evidence, amended } }, end.at, end.reason, end.evidence);
  }

  /** Its condition has ended. */
  #shut(alert: Alert, at: string, reason?: ClearReason, end?: Record<string, unknown>): void {
    const cleared: Alert = {
      ...alert,
      // What a person said of it stays.
      state: alert.state === 'raised' ? 'cleared' : alert.state,
      // A terminal's clock may be ahead of that by which rules and fences change; text in UTC compares as times do.
      clearedAt: at < alert.occurredAt ? alert.occurredAt : at,
      clearReason: reason ?? null,
      evidence: end ? { ...alert.evidence, end } : alert.evidence,
      revision: alert.revision + 1,
    };
    this.#put(cleared);
    this.#tell('cleared', cleared, at);
  }

  /** Makes room: the oldest of the least grave. */
  #clearLeast(vehicleNo: number, open: ReadonlyMap<string, string>, at: string): void {
    const alerts = [...open.values()].flatMap((id) => this.#open.get(id)?.alert ?? []);
    const grade = (alert: Alert) => SEVERITIES.indexOf(alert.severity);
    const least = alerts.reduce((found, alert) => (grade(alert) < grade(found) ? alert : found));
    this.clear(vehicleNo, least.ruleId, at, 'too-many-open');
    this.#options.madeRoom(vehicleNo, least.ruleId);
  }

  #tell(transition: Transition, alert: Alert, at: string, said: Pick<AlertTransition, 'by' | 'word'> = {}): void {
    this.#transitions.push({ number: 0, inputSeq: this.inputSeq, transition, at, ...said, alert });
  }
}

const NOBODY: Required<AlertBookOptions> = {
  mutes: new Map(),
  clocksOf: () => undefined,
  raised: () => {},
  madeRoom: () => {},
  clocksGivenUp: () => {},
};

/** `at`: epoch ms. */
function tellsOf({ occurredAt, clearedAt }: Alert, at: number, margin = 0): boolean {
  return (
    at >= Date.parse(occurredAt) - margin && at <= (clearedAt === null ? Infinity : Date.parse(clearedAt)) + margin
  );
}

function isNear(alert: Alert, at: number): boolean {
  return tellsOf(alert, at, SAME_EVENT_MS);
}
