import type { Catalog } from '../model/catalog.js';
import type { Position } from '../model/position.js';
import type { NamedStep } from '../model/step.js';
import { msToRfc3339 } from '../model/units.js';
import type { Vehicle } from '../model/vehicle.js';
import { type AlertBook, type NewAlert, SAME_EVENT_MS } from './alert-book.js';
import { type FixFacts, factsOf, positionOf } from './fix-facts.js';
import { fills, forget, type Gap, gapBetween, hold, inOrder, isGap, isOver, paceAfter, released } from './gap.js';
import { evidenceJson, newAlert } from './new-alert.js';
import { NewestPlaces } from './newest-places.js';
import type { Ground, Rule, RuleInput, Say } from './rule.js';
import type { RuleBook } from './rule-book.js';
import { eventsOf, type FoundEvent, settle } from './settle.js';
import type { TimedMemory, TimedRule } from './timed-rule.js';
import { Timers } from './timers.js';
import type { LateEpisode, VehicleMemories, VehicleMemory } from './vehicle-memory.js';

/** Later than this, and into no gap, fixes may be ones that were judged long ago and are sent again; a rehearsal judges them. */
const MAX_LATE_MS = 2 * 3_600_000;

type Input = { -readonly [K in keyof RuleInput]: RuleInput[K] };

/** The step, and what time alone does to rules. */
export interface RulesStep extends NamedStep {
  /** It is `time` now, epoch ms: asks the rules that waited for that. */
  tick(time: number): void;
  /** A fix that came too late, with its fences found: judged with others like it, by themselves. */
  late(p: Position): void;
  /** A report that is no news of a place: only rules that hear such reports are asked (reports-step.ts). */
  report(p: Position): void;
  /** Rules that are new: those about silence begin with the newest fix of each vehicle that they concern. */
  begin(rules: readonly TimedRule[]): void;
  /** A vehicle is no more. */
  drop(no: number): void;
  /** Finds again, from the memories, who is where and what is waited for. */
  restore(): void;
  /** What a rule would be asked about a fix of the vehicle that comes next, its fences found, and what it remembers. */
  inputOf(p: Position, vehicle: Vehicle, rule: Rule): { input: RuleInput; memory: unknown };
}

/**
 * Step: asks the rules that concern the vehicle, and remembers the fix as its newest.
 *
 * Those that remember the vehicle come first, in the order in which they began, so that leaving one fence is told before
 * entering the next; then those of the fences it is in, by fence number; then the speed limit of its kind, and the rules that
 * hold everywhere. A rule that throws is counted by `failed` and keeps the memory it had.
 */
export function rules(
  catalog: Catalog,
  ruleBook: RuleBook,
  memories: VehicleMemories,
  alerts: AlertBook,
  ground: Ground,
  failed: (rule: string, error: unknown) => void,
): RulesStep {
  const places = new NewestPlaces();
  const timers = new Timers();
  // One of each serves every fix: rules keep neither.
  const due: Rule[] = [];
  let asked: Rule;
  let owner: Vehicle;
  /** Time of the fix or tick in hand, epoch ms. */
  let now = 0;
  /** The run of late fixes in hand; null for a fix in order. */
  let episode: LateEpisode | null = null;
  /** What rules say while the time since a gap is judged anew, by rule id; null otherwise. */
  let found: Map<string, FoundEvent[]> | null = null;
  /** Vehicles with a gap that late fixes have come into, and that is to be judged anew. */
  const unsettled = new Set<number>();
  const input = {
    ground,
    inForce: () => asked.inForceAt(input.facts.time),
    near: (lon, lat, metres) => places.near(lon, lat, metres, owner.no),
    other(no) {
      const vehicle = catalog.vehicles.get(no);
      const memory = memories.get(no);
      if (!vehicle || !memory?.last) return null;
      const raised = (memory.rules?.get(asked.id) as TimedMemory | undefined)?.raised ?? false;
      const card = catalog.drivers.get(no) ?? null;
      return { vehicle, last: memory.last, card, meant: asked.appliesTo(vehicle), raised };
    },
    shared: {
      get: (key: string) => memories.shared.get(`${asked.id} ${key}`),
      set: (key: string, value: unknown) => memories.shared.set(`${asked.id} ${key}`, value),
    },
  } as Partial<Input> as Input;
  const say: Say = {
    raise(onset, evidence) {
      const late = episode === null && found === null ? evidence : { ...evidence, late: true };
      const alert = newAlert(asked, owner, onset, input.fix, late);
      if (found) {
        eventsOf(found, asked.id).push({ alert, end: null });
        return;
      }
      if (asked.judgesLate !== false) memories.of(owner.no).gap?.raised.push([asked.id, alert.id]);
      if (episode && alerts.amend(owner.id, asked.id, alert.occurredAt)) return;
      if (episode && alerts.openOf(owner.no, asked.id)) {
        // One of the present: this one waits for its own end, which ends nothing else.
        episode.past ??= new Map();
        episode.past.set(asked.id, alert);
        return;
      }
      episode?.raised.push(asked.id);
      alerts.raise(owner.no, alert);
    },
    clear(evidence, reason) {
      const end = { at: msToRfc3339(now) ?? '', reason, evidence: evidenceJson(evidence) };
      if (found) {
        const events = eventsOf(found, asked.id);
        const last = events.at(-1);
        if (last && last.end === null) last.end = end;
        else events.push({ alert: null, end });
        return;
      }
      const past = episode?.past?.get(asked.id);
      if (past) {
        episode?.past?.delete(asked.id);
        alerts.raisePast(past, end);
        return;
      }
      if (episode && !dropFrom(episode.raised, asked.id)) return; // amended another one
      alerts.clear(owner.no, asked.id, end.at, reason, end.evidence);
    },
  };

  return {
    name: 'rules',
    run(p) {
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      if (!vehicle) return false;
      const memory = memories.of(p.vehicleNo);
      if (memory.late) endLate(memory, vehicle);
      if (unsettled.delete(p.vehicleNo)) judgeAnew(memory, vehicle);
      noteGap(memory, p);
      passTime(memory, vehicle, p.fixTime);
      take(p, vehicle, memory.last);
      collect(due, p, vehicle, memory.rules);
      for (const rule of due) {
        // A report without a fix, newer than this fix, has been heard.
        if (!rule.hearsReports || !(p.fixTime < memory.alarmsAt)) ask(rule, memory);
      }
      memory.last = input.facts;
      if (memory.gap && isOver(memory.gap, p.fixTime)) delete memory.gap;
      memory.gap?.after.push(hold(p, input.facts));
      places.put(p.vehicleNo, p.lon, p.lat);
      return true;
    },

    late(p) {
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      const memory = memories.get(p.vehicleNo);
      if (!vehicle || !memory?.last) return;
      if (memory.gap && fills(memory.gap, p.fixTime)) {
        memory.gap.late.push(hold(p));
        memory.gap.unsettled = true;
        unsettled.add(p.vehicleNo);
        return;
      }
      // Recorded tracks among them: played again, they are no news.
      if (p.receivedTime - p.fixTime > MAX_LATE_MS) return;
      // The very fix again, or one from before this run: the run is over.
      if (memory.late?.last && p.fixTime <= memory.late.last.time) endLate(memory, vehicle);
      memory.late ??= { last: null, rules: new Map(), raised: [] };
      episode = memory.late;
      take(p, vehicle, episode.last);
      try {
        collect(due, p, vehicle, episode.rules);
        for (const rule of due) if (rule.judgesLate !== false) askLate(rule, episode);
        episode.last = input.facts;
      } finally {
        episode = null;
      }
    },

    report(p) {
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      if (!vehicle) return;
      const memory = memories.of(p.vehicleNo);
      take(p, vehicle, memory.last);
      collect(due, p, vehicle, memory.rules);
      for (const rule of due) if (rule.hearsReports) ask(rule, memory);
    },

    tick(time) {
      memories.shared.passTime(time);
      for (const no of [...unsettled].sort((a, b) => a - b)) {
        const vehicle = catalog.vehicles.get(no);
        if (!vehicle) continue;
        const memory = memories.of(no);
        if (memory.late) endLate(memory, vehicle);
        judgeAnew(memory, vehicle);
      }
      unsettled.clear();
      for (const { at, no, ruleId } of timers.due(time, waits)) {
        const vehicle = catalog.vehicles.get(no);
        const memory = memories.get(no);
        if (!vehicle || !memory) continue;
        // What late fixes hold open of a rule is not to stand in the way of its present.
        if (memory.late) endLate(memory, vehicle);
        timeIsUp(ruleId, at, time, vehicle, memory);
      }
    },

    begin(made) {
      const about = made.filter((rule) => rule.beginsInSilence);
      if (about.length === 0) return;
      for (const [no, memory] of memories.all()) {
        const vehicle = catalog.vehicles.get(no);
        if (!vehicle || !memory.last) continue;
        const { lon, lat } = memory.last;
        for (const rule of about) {
          if (!rule.appliesTo(vehicle) || rule.fence?.contains(lon, lat) === false) continue;
          const p = positionOf(memory.last, no, memory.last.time);
          if (rule.fence) p.fenceNos = [rule.fence.no];
          take(p, vehicle, null);
          ask(rule, memory);
        }
      }
    },

    drop(no) {
      places.drop(no);
      unsettled.delete(no);
    },

    restore() {
      for (const [no, memory] of memories.all()) {
        if (memory.last) places.put(no, memory.last.lon, memory.last.lat);
        if (memory.gap?.unsettled) unsettled.add(no);
        for (const ruleId of memory.rules?.keys() ?? []) {
          const at = waits(no, ruleId);
          if (at !== null) timers.wait(at, no, ruleId);
        }
      }
    },

    inputOf(p, vehicle, rule) {
      const memory = memories.get(vehicle.no);
      take(p, vehicle, memory?.last ?? null);
      place(rule);
      // Whoever only asks leaves nothing behind.
      const shared = { get: (key: string) => structuredClone(input.shared.get(key)), set: () => {} };
      return { input: { ...input, shared }, memory: memory?.rules?.get(rule.id) };
    },
  };

  /** It was `at`, which the rule had waited for; `shownAt`: the time of what shows that, epoch ms. It was so from then on, whatever came to show it. */
  function timeIsUp(ruleId: string, at: number, shownAt: number, vehicle: Vehicle, memory: VehicleMemory): void {
    const rule = ruleBook.get(ruleId);
    if (!rule?.tick || !memory.last) return;
    now = at;
    asked = rule;
    owner = vehicle;
    input.fix = positionOf(memory.last, vehicle.no, shownAt);
    try {
      keep(rule, memory, vehicle.no, rule.tick(at, memory.last, memory.rules?.get(ruleId), say));
    } catch (error) {
      failed(rule.type, error);
    }
  }

  /** The vehicle's own next fix is as good as a tick: what silence decided before it does not hang on whether one came in between. */
  function passTime(memory: VehicleMemory, vehicle: Vehicle, time: number): void {
    for (const [ruleId, known] of memory.rules ?? []) {
      let at = ruleBook.get(ruleId)?.due?.(known) ?? null;
      while (at !== null && at < time) {
        timeIsUp(ruleId, at, time, vehicle, memory);
        const next = waits(vehicle.no, ruleId);
        at = next === null || next > at ? next : null; // one that failed waits for the same
      }
    }
  }

  /** What late fixes raised and did not see end, ends with them: what came after is told by the others. */
  function endLate(memory: VehicleMemory, vehicle: Vehicle): void {
    const { last, raised = [], past = new Map<string, NewAlert>() } = memory.late ?? {};
    const time = last?.time ?? NaN;
    const at = msToRfc3339(time) ?? '';
    for (const id of raised) alerts.clear(vehicle.no, id, at, 'backfilled');
    for (const [id, alert] of past) {
      const open = alerts.openOf(vehicle.no, id);
      const after = open ? Date.parse(open.occurredAt) - time : NaN;
      if (open && after >= 0 && after <= SAME_EVENT_MS) alerts.amendOnset(open.id, alert.occurredAt);
      else alerts.raisePast(alert, { at, reason: 'backfilled' });
    }
    delete memory.late;
  }

  /** The vehicle has been silent for longer than is its way: what rules know now is kept, for fixes that may come late. */
  function noteGap(memory: VehicleMemory, p: Position): void {
    const { last } = memory;
    const interval = last === null ? NaN : p.fixTime - last.time;
    const pace = memory.pace ?? NaN;
    memory.pace = paceAfter(interval, pace);
    if (last === null || !isGap(interval, pace)) return;
    const judged = [...(memory.rules ?? [])].filter(([id]) => ruleBook.get(id)?.judgesLate !== false);
    memory.gap = gapBetween(last, p.fixTime, judged, (id) => alerts.openOf(p.vehicleNo, id)?.id);
  }

  /**
   * Judges the time since a gap anew, with the late fixes in their places, from what rules knew before it. What they know in the end is
   * what they know from now on, and what they say now is what counts.
   */
  function judgeAnew(memory: VehicleMemory, vehicle: Vehicle): void {
    const { gap, last } = memory;
    if (!gap) return;
    gap.unsettled = false;
    now = last?.time ?? now;
    letGo(gap, memory, vehicle);
    const others = [...(memory.rules ?? [])].filter(([id]) => ruleBook.get(id)?.judgesLate === false);
    memory.rules = structuredClone(new Map(gap.rules));
    found = new Map(gap.open.map(([id]): [string, FoundEvent[]] => [id, [{ alert: null, end: null }]]));
    try {
      let previous: FixFacts = gap.from;
      for (const held of inOrder(gap)) {
        const p = released(held, vehicle.no);
        take(p, vehicle, previous);
        collect(due, p, vehicle, memory.rules);
        for (const rule of due) if (rule.judgesLate !== false) ask(rule, memory);
        previous = input.facts;
      }
      memory.last = last;
    } finally {
      const events = found;
      found = null;
      memory.rules ??= new Map();
      for (const [id, known] of others) memory.rules.set(id, known);
      if (memory.rules.size === 0) memory.rules = null;
      reconcile(gap, vehicle, events);
    }
  }

  /** Of rules that no longer concern the vehicle, because it is of another kind now, nothing is judged anew. */
  function letGo(gap: Gap, memory: VehicleMemory, vehicle: Vehicle): void {
    const isOver = (id: string) => !ruleBook.get(id)?.appliesTo(vehicle);
    for (const id of [...(memory.rules?.keys() ?? [])].filter(isOver)) {
      memory.rules?.delete(id);
      alerts.clear(vehicle.no, id, msToRfc3339(now) ?? '', 'rule-removed');
    }
    const known = [...gap.rules.keys(), ...[...gap.open, ...gap.raised].map(([id]) => id)];
    forget(gap, new Set(known.filter(isOver)));
  }

  function reconcile(gap: Gap, vehicle: Vehicle, events: ReadonlyMap<string, FoundEvent[]>): void {
    const told = [...gap.open, ...gap.raised];
    const at = msToRfc3339(now) ?? '';
    for (const id of new Set([...events.keys(), ...told.map(([ruleId]) => ruleId)])) {
      const ids = told.flatMap(([ruleId, alertId]) => (ruleId === id ? [alertId] : []));
      const raised = settle(alerts, vehicle.no, ids, events.get(id) ?? [], at);
      gap.raised.push(...raised.map((alertId) => [id, alertId] as const));
    }
  }

  function take(p: Position, vehicle: Vehicle, previous: FixFacts | null): void {
    owner = vehicle;
    input.vehicle = vehicle;
    takeDriver(vehicle.no);
    input.fix = p;
    input.facts = factsOf(p);
    input.previous = previous;
    now = input.facts.time;
  }

  /** `remembering`: rules with a memory of the vehicle. */
  function collect(into: Rule[], p: Position, vehicle: Vehicle, remembering: Map<string, unknown> | null): void {
    into.length = 0;
    for (const id of remembering?.keys() ?? []) {
      const rule = ruleBook.get(id);
      if (rule?.appliesTo(vehicle)) into.push(rule);
      else {
        // The vehicle is of another kind now, or the fence is for other kinds.
        remembering?.delete(id);
        alerts.clear(p.vehicleNo, id, msToRfc3339(p.fixTime) ?? '', 'rule-removed');
      }
    }
    const add = (rule: Rule) => {
      if (!remembering?.has(rule.id) && rule.appliesTo(vehicle)) into.push(rule);
    };
    for (const no of p.fenceNos) {
      for (const rule of ruleBook.ofFence(no)) add(rule);
      for (const rule of ruleBook.defined.ofFence(no)) add(rule);
    }
    const limit = ruleBook.ofCategory(vehicle.category);
    if (limit) add(limit);
    for (const rule of ruleBook.defined.ofVehicle(vehicle)) if (!remembering?.has(rule.id)) into.push(rule);
  }

  function ask(rule: Rule, memory: VehicleMemory): void {
    try {
      place(rule);
      keep(rule, memory, owner.no, rule.judge(input, memory.rules?.get(rule.id), say));
    } catch (error) {
      failed(rule.type, error);
    }
  }

  function askLate(rule: Rule, { rules: known }: LateEpisode): void {
    try {
      place(rule);
      const after = rule.judge(input, known.get(rule.id), say);
      if (after === undefined) known.delete(rule.id);
      else known.set(rule.id, after);
    } catch (error) {
      failed(rule.type, error);
    }
  }

  /** Makes the input that of the rule. */
  function place(rule: Rule): void {
    const { fence } = rule;
    asked = rule;
    input.inside = fence === null || input.fix.fenceNos.includes(fence.no);
  }

  function keep(rule: Rule, memory: VehicleMemory, no: number, after: unknown): void {
    if (after === undefined) {
      memory.rules?.delete(rule.id);
      if (memory.rules?.size === 0) memory.rules = null;
      return;
    }
    memory.rules ??= new Map();
    if (after !== memory.rules.get(rule.id)) memory.rules.set(rule.id, after);
    const at = rule.due?.(after) ?? null;
    if (at !== null) timers.wait(at, no, rule.id);
  }

  /** When the rule really waits for time to pass, as of now. */
  function waits(no: number, ruleId: string): number | null {
    const memory = memories.get(no)?.rules?.get(ruleId);
    return memory === undefined ? null : (ruleBook.get(ruleId)?.due?.(memory) ?? null);
  }

  function takeDriver(no: number): void {
    input.card = catalog.drivers.get(no) ?? null;
    const certificate = input.card?.driver?.certificate;
    input.driver = certificate ? `driver:${certificate}` : null;
  }
}

/** True where it was in the list. */
function dropFrom(list: string[], item: string): boolean {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
