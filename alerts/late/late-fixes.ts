import type { Position } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { FixFacts } from '../fix-facts.js';
import type { Asking, AskingParts } from '../judging/asking.js';
import { type NewAlert, SAME_EVENT_MS } from '../life/alert-book.js';
import { evidenceJson, newAlert } from '../life/new-alert.js';
import { fills, forget, type Gap, gapBetween, hold, inOrder, isGap, paceAfter, released } from '../memory/gap.js';
import type { LateEpisode, VehicleMemory } from '../memory/vehicle-memory.js';
import type { Rule, Say } from '../rule.js';
import { type EventEnd, eventsOf, type FoundEvent, settle, settleExactly } from './settle.js';

/** Later than this, and into no gap, fixes may be ones that were judged long ago and are sent again; a rehearsal judges them. */
const MAX_LATE_MS = 2 * 3_600_000;
/** A run of late fixes is over when none has come for so long: the vehicle's next fix may never do. */
const RUN_OVER_MS = 120_000;
const LATE = { late: true, reason: 'late-fixes' };

/** Keeps what a rule remembers of a vehicle. */
type Keep = (rule: Rule, memory: VehicleMemory, no: number, after: unknown) => void;

/**
 * What fixes do that come late. Those that fill a gap are judged in their places, from what the rules knew before it; others by themselves, as
 * a track of their own. Rules that retell are asked about each of them, and say the past again that it changed. What was told meanwhile is
 * brought in line with that, when the vehicle sends its next fix or with the next tick: late fixes come in batches.
 */
export class LateFixes {
  /** Vehicles of which something is to be judged anew. */
  readonly #unsettled = new Set<number>();
  /** Vehicles with a run of late fixes. */
  readonly #running = new Set<number>();

  constructor(
    private readonly parts: AskingParts,
    private readonly asking: Asking,
    private readonly keep: Keep,
  ) {}

  /** A fix that came too late, with its fences found. */
  take(p: Position, vehicle: Vehicle, memory: VehicleMemory): void {
    this.#askRetelling(p, vehicle, memory);
    if (memory.gap && fills(memory.gap, p.fixTime)) {
      memory.gap.late.push(hold(p));
      memory.gap.unsettled = true;
      this.#unsettled.add(p.vehicleNo);
      return;
    }
    // Recorded tracks among them: played again, they are no news.
    if (p.receivedTime - p.fixTime > MAX_LATE_MS) return;
    // The very fix again, or one from before this run: the run is over.
    if (memory.late?.last && p.fixTime <= memory.late.last.time) this.endEpisode(memory, vehicle);
    memory.late ??= { last: null, rules: new Map(), raised: [] };
    memory.late.heardAt = p.receivedTime;
    this.#running.add(p.vehicleNo);
    const episode = memory.late;
    this.#saying(this.#inEpisode(episode), () => {
      this.asking.take(p, vehicle, episode.last);
      for (const rule of this.asking.collect(p, vehicle, episode.rules)) {
        if (rule.judgesLate === false) continue;
        this.asking.ask(rule, episode.rules.get(rule.id), (after) => {
          if (after === undefined) episode.rules.delete(rule.id);
          else episode.rules.set(rule.id, after);
        });
      }
      episode.last = this.asking.input.facts;
    });
  }

  /** What late fixes raised and did not see end, ends with them: what came after is told by the others. */
  endEpisode(memory: VehicleMemory, vehicle: Vehicle): void {
    const { alerts } = this.parts;
    const { last, raised = [], past = new Map<string, NewAlert>() } = memory.late ?? {};
    const time = last?.time ?? NaN;
    const at = msToRfc3339(time) ?? '';
    for (const id of raised) alerts.clear(vehicle.no, id, at, 'backfilled');
    for (const [id, alert] of past) {
      const open = alerts.openOf(vehicle.no, id);
      const after = open ? Date.parse(open.occurredAt) - time : NaN;
      if (open && after >= 0 && after <= SAME_EVENT_MS) alerts.amendTimes(open.id, alert.occurredAt);
      else alerts.raisePast(alert, { at, reason: 'backfilled' });
    }
    delete memory.late;
  }

  /** The vehicle has been silent for longer than is its way: what rules know now is kept, for fixes that may come late. */
  noteGap(memory: VehicleMemory, p: Position): void {
    const { ruleBook, alerts } = this.parts;
    const { last } = memory;
    const interval = last === null ? NaN : p.fixTime - last.time;
    const pace = memory.pace ?? NaN;
    memory.pace = paceAfter(interval, pace);
    if (last === null || !isGap(interval, pace)) return;
    const judged = [...(memory.rules ?? [])].filter(([id]) => ruleBook.get(id)?.judgesLate !== false);
    memory.gap = gapBetween(last, p.fixTime, judged, (id) => alerts.openOf(p.vehicleNo, id)?.id);
  }

  /** Of a vehicle with this past something is to be judged anew. */
  changed(vehicleNos: readonly number[], rule: Rule): void {
    for (const no of vehicleNos) {
      const memory = this.parts.memories.get(no);
      if (!memory || memory.retold?.includes(rule.id)) continue;
      memory.retold = [...(memory.retold ?? []), rule.id];
      this.#unsettled.add(no);
    }
  }

  /** Judges anew what late fixes of the vehicle have changed, until `until`; it is `now` by our clock. Epoch ms. */
  settle(memory: VehicleMemory, vehicle: Vehicle, until: number, now = until): void {
    if (!this.#unsettled.delete(vehicle.no)) return;
    if (memory.gap?.unsettled) this.#judgeAnew(memory.gap, memory, vehicle);
    const ruleIds = memory.retold ?? [];
    delete memory.retold;
    for (const id of ruleIds) this.#retell(id, memory, vehicle, until, now);
  }

  /** Of all vehicles; it is `now`, epoch ms. */
  settleAll(now: number): void {
    for (const no of [...this.#running].sort((a, b) => a - b)) this.#endQuiet(no, now);
    for (const no of [...this.#unsettled].sort((a, b) => a - b)) {
      const vehicle = this.parts.catalog.vehicles.get(no);
      if (!vehicle) continue;
      const memory = this.parts.memories.of(no);
      if (memory.late) this.endEpisode(memory, vehicle);
      this.settle(memory, vehicle, now);
    }
    this.#unsettled.clear();
  }

  drop(no: number): void {
    this.#unsettled.delete(no);
    this.#running.delete(no);
  }

  restore(no: number, memory: VehicleMemory): void {
    if (memory.gap?.unsettled || memory.retold) this.#unsettled.add(no);
    if (memory.late) this.#running.add(no);
  }

  #endQuiet(no: number, now: number): void {
    const vehicle = this.parts.catalog.vehicles.get(no);
    const memory = this.parts.memories.get(no);
    const isOver = !memory?.late || now - (memory.late.heardAt ?? -Infinity) > RUN_OVER_MS;
    if (isOver) this.#running.delete(no);
    if (isOver && vehicle && memory?.late) this.endEpisode(memory, vehicle);
  }

  #askRetelling(p: Position, vehicle: Vehicle, memory: VehicleMemory): void {
    const rules = this.parts.ruleBook.defined.ofVehicle(vehicle).filter((rule) => rule.retells);
    if (rules.length === 0) return;
    const { say } = this.asking;
    const late: Say = { ...say, raise: (onset, evidence) => say.raise(onset, { ...evidence, ...LATE }) };
    this.#saying(late, () => {
      this.asking.take(p, vehicle, memory.last);
      for (const rule of rules) {
        const known = memory.rules?.get(rule.id);
        this.asking.ask(rule, known, (after) => this.keep(rule, memory, vehicle.no, after));
      }
    });
  }

  /** What rules say in a run of late fixes. */
  #inEpisode(episode: LateEpisode): Say {
    const { alerts, memories } = this.parts;
    const { asking } = this;
    return {
      raise(onset, evidence) {
        const { asked, owner } = asking;
        const alert = newAlert(asked, owner, onset, asking.input.fix, { ...evidence, late: true });
        memories.of(owner.no).gap?.raised.push([asked.id, alert.id]);
        if (alerts.amend(alert)) return;
        if (alerts.openOf(owner.no, asked.id)) {
          // One of the present: this one waits for its own end, which ends nothing else.
          episode.past ??= new Map();
          episode.past.set(asked.id, alert);
          return;
        }
        episode.raised.push(asked.id);
        alerts.raise(owner.no, alert);
      },
      clear(evidence, reason) {
        const { asked, owner, now } = asking;
        const end: EventEnd = { at: msToRfc3339(now) ?? '', reason, evidence: evidenceJson(evidence) };
        const past = episode.past?.get(asked.id);
        if (past) {
          episode.past?.delete(asked.id);
          alerts.raisePast(past, end);
        } else if (dropFrom(episode.raised, asked.id)) {
          alerts.clear(owner.no, asked.id, end.at, reason, end.evidence);
        } // else it amended another one
      },
      changed: () => {},
    };
  }

  /** What rules say while time is judged anew, by rule id. `marks` go into the evidence. */
  #into(found: Map<string, FoundEvent[]>, marks: object): Say {
    const { asking } = this;
    return {
      raise(onset, evidence) {
        const { asked, owner, input } = asking;
        const alert = newAlert(asked, owner, onset, input.fix, { ...evidence, ...marks });
        eventsOf(found, asked.id).push({ alert, end: null, shownAt: asking.now });
      },
      clear(evidence, reason) {
        const end = { at: msToRfc3339(asking.now) ?? '', reason, evidence: evidenceJson(evidence) };
        const events = eventsOf(found, asking.asked.id);
        const last = events.at(-1);
        if (last && last.end === null) last.end = end;
        else events.push({ alert: null, end });
      },
      changed: () => {},
    };
  }

  /**
   * Judges the time since a gap anew, with the late fixes in their places, from what rules knew before it. What they know in the end is
   * what they know from now on, and what they say now is what counts.
   */
  #judgeAnew(gap: Gap, memory: VehicleMemory, vehicle: Vehicle): void {
    const { asking } = this;
    const { last } = memory;
    gap.unsettled = false;
    asking.now = last?.time ?? asking.now;
    this.#letGo(gap, memory, vehicle);
    const others = [...(memory.rules ?? [])].filter(([id]) => this.parts.ruleBook.get(id)?.judgesLate === false);
    memory.rules = structuredClone(new Map(gap.rules));
    const found = new Map(gap.open.map(([id]): [string, FoundEvent[]] => [id, [{ alert: null, end: null }]]));
    try {
      this.#saying(this.#into(found, { late: true }), () => {
        let previous: FixFacts = gap.from;
        for (const held of inOrder(gap)) {
          const p = released(held, vehicle.no);
          asking.take(p, vehicle, previous);
          for (const rule of asking.collect(p, vehicle, memory.rules)) {
            if (rule.judgesLate === false) continue;
            asking.ask(rule, memory.rules?.get(rule.id), (after) => this.keep(rule, memory, vehicle.no, after));
          }
          previous = asking.input.facts;
        }
        memory.last = last;
      });
    } finally {
      memory.rules ??= new Map();
      for (const [id, known] of others) memory.rules.set(id, known);
      if (memory.rules.size === 0) memory.rules = null;
      this.#reconcile(gap, vehicle, found);
    }
  }

  /** Of rules that no longer concern the vehicle, because it is of another kind now, nothing is judged anew. */
  #letGo(gap: Gap, memory: VehicleMemory, vehicle: Vehicle): void {
    const isOver = (id: string) => !this.parts.ruleBook.get(id)?.appliesTo(vehicle);
    for (const id of [...(memory.rules?.keys() ?? [])].filter(isOver)) {
      memory.rules?.delete(id);
      this.parts.alerts.clear(vehicle.no, id, msToRfc3339(this.asking.now) ?? '', 'rule-removed');
    }
    const known = [...gap.rules.keys(), ...[...gap.open, ...gap.raised].map(([id]) => id)];
    forget(gap, new Set(known.filter(isOver)));
  }

  #reconcile(gap: Gap, vehicle: Vehicle, events: ReadonlyMap<string, FoundEvent[]>): void {
    const told = [...gap.open, ...gap.raised];
    const at = msToRfc3339(this.asking.now) ?? '';
    for (const id of new Set([...events.keys(), ...told.map(([ruleId]) => ruleId)])) {
      const ids = told.flatMap(([ruleId, alertId]) => (ruleId === id ? [alertId] : []));
      const raised = settle(this.parts.alerts, vehicle.no, ids, events.get(id) ?? [], at);
      gap.raised.push(...raised.map((alertId) => [id, alertId] as const));
    }
  }

  /** Has the rule say the vehicle's past, and brings what was told of it in line with that. */
  #retell(ruleId: string, memory: VehicleMemory, vehicle: Vehicle, until: number, now: number): void {
    const { asking } = this;
    const { alerts, ruleBook, failed } = this.parts;
    const rule = ruleBook.get(ruleId);
    const known = memory.rules?.get(ruleId);
    const told = memory.told?.filter(([id]) => id === ruleId) ?? [];
    if (rule?.review) this.#review(rule, told, memory, vehicle, now);
    if (!rule?.retell || known === undefined || !memory.last || !rule.appliesTo(vehicle)) return;
    const found = new Map<string, FoundEvent[]>();
    const toldSince = (floor: number) =>
      told.filter(([, id, time]) => time >= floor && alerts.get(id)?.clearReason !== 'late-fixes').length;
    try {
      asking.asked = rule;
      asking.owner = vehicle;
      asking.input.vehicle = vehicle;
      const at = (fix: FixFacts, time: number) => asking.takeAgain(fix, time, now);
      const retold = rule.retell(asking.input, known, { say: this.#into(found, LATE), until, toldSince, at });
      if (!retold) return;
      this.keep(rule, memory, vehicle.no, retold.memory);
      const events = found.get(ruleId) ?? [];
      for (const { id, time } of settleExactly(alerts, vehicle.no, told, events, retold, now)) {
        tellOf(memory, ruleId, id, time);
      }
    } catch (error) {
      failed(rule.type, error);
    }
  }

  /** Brings alerts of a rule that keeps what it told them by in line with what is known of that now. */
  #review(
    rule: Rule,
    told: NonNullable<VehicleMemory['told']>,
    memory: VehicleMemory,
    vehicle: Vehicle,
    now: number,
  ): void {
    const { asking } = this;
    const { alerts } = this.parts;
    asking.asked = rule;
    asking.owner = vehicle;
    asking.input.vehicle = vehicle;
    const at = msToRfc3339(now) ?? '';
    for (const [, id, time] of told) {
      const review = rule.review?.(asking.input, time);
      const alert = alerts.get(id);
      if (!review || !alert) continue;
      const isWithdrawn = alert.clearReason === 'late-fixes';
      const { reason: _, ...amended } = (alert.evidence.amended ?? {}) as Record<string, unknown>;
      if (!review.stands && !isWithdrawn) {
        const known = memory.rules?.get(rule.id);
        if (alert.clearedAt === null && known !== undefined && rule.untold) {
          this.keep(rule, memory, vehicle.no, rule.untold(known));
        }
        alerts.withdraw(id, at, null);
      } else if (review.stands && isWithdrawn) {
        alerts.raisePast(alert, { at: alert.clearedAt ?? at });
      } else if (review.stands && JSON.stringify(review.amended) !== JSON.stringify(amended)) {
        alerts.amendFacts(id, review.amended, at);
      }
    }
  }

  /** What rules say while `work` runs goes there. */
  #saying(say: Say, work: () => void): void {
    const before = this.asking.say;
    this.asking.say = say;
    try {
      work();
    } finally {
      this.asking.say = before;
    }
  }
}

/** Remembers what a rule that retells has told of the vehicle: the newest few. `time`: of what showed it, epoch ms. */
export function tellOf(memory: VehicleMemory, ruleId: string, alertId: string, time: number): void {
  const told = (memory.told ?? []).filter(([, id]) => id !== alertId);
  const own = told.filter(([id]) => id === ruleId);
  const forgotten = own.length >= MAX_TOLD ? own[0] : null;
  memory.told = [...told.filter((each) => each !== forgotten), [ruleId, alertId, time]];
}

/** Of one rule: more drives, or silences, than there are in the time for late fixes. */
const MAX_TOLD = 32;

/** True where it was in the list. */
function dropFrom(list: string[], item: string): boolean {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
