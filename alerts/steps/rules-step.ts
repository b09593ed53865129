import type { FenceIndex } from '../../geo/fence-index.js';
import type { Catalog } from '../../model/catalog.js';
import { type DriverState, driverAfter } from '../../model/driver.js';
import type { Position } from '../../model/position.js';
import type { NamedStep } from '../../model/step.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Upload } from '../../model/upload.js';
import type { Vehicle } from '../../model/vehicle.js';
import { cardsWith } from '../driving/card-drives.js';
import { positionOf } from '../fix-facts.js';
import { Asking } from '../judging/asking.js';
import { ScopeChanges } from '../judging/scope-changes.js';
import { LateFixes, tellOf } from '../late/late-fixes.js';
import type { AlertBook } from '../life/alert-book.js';
import { evidenceJson, newAlert } from '../life/new-alert.js';
import { Timers } from '../life/timers.js';
import { hold, isOver } from '../memory/gap.js';
import { NewestPlaces } from '../memory/newest-places.js';
import type { VehicleMemories, VehicleMemory } from '../memory/vehicle-memory.js';
import type { Ground, Rule, RuleInput } from '../rule.js';
import type { RuleBook } from '../rule-book/rule-book.js';
import type { TimedMemory } from '../rule-book/timed-rule.js';

/** The step, and what time alone does to rules. */
export interface RulesStep extends NamedStep {
  /** It is `time` now, epoch ms: asks the rules that waited for that. */
  tick(time: number): void;
  /** A fix that came too late, with its fences found: judged with others like it, by themselves. */
  late(p: Position): void;
  /** A report that is no news of a place: only rules that hear such reports are asked (reports-step.ts). */
  report(p: Position): void;
  /** What changes of rules, fences and vehicles do at once. */
  readonly scope: ScopeChanges;
  /** A terminal has said something of the driver's card; `before`: what was known until then. */
  card(upload: Upload, before: DriverState | undefined): void;
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
  fences: FenceIndex,
  failed: (rule: string, error: unknown) => void,
): RulesStep {
  const places = new NewestPlaces();
  const timers = new Timers();
  const parts = { catalog, ruleBook, memories, alerts, ground, places, failed };
  const asking = new Asking(parts);
  const lateFixes = new LateFixes(parts, asking, keep);
  asking.say = {
    raise(onset, evidence) {
      const { asked, owner, input } = asking;
      const alert = newAlert(asked, owner, onset, input.fix, evidence);
      const memory = memories.of(owner.no);
      if (asked.judgesLate !== false) memory.gap?.raised.push([asked.id, alert.id]);
      if (asked.retells) tellOf(memory, asked.id, alert.id, asking.now);
      alerts.raise(owner.no, alert);
    },
    clear(evidence, reason) {
      const { asked, owner, now } = asking;
      alerts.clear(owner.no, asked.id, msToRfc3339(now) ?? '', reason, evidenceJson(evidence));
    },
    changed: (vehicleNos) => lateFixes.changed(vehicleNos, asking.asked),
  };

  return {
    name: 'rules',
    run(p) {
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      if (!vehicle) return false;
      const memory = memories.of(p.vehicleNo);
      if (memory.late) lateFixes.endEpisode(memory, vehicle);
      lateFixes.settle(memory, vehicle, p.fixTime, p.receivedTime);
      lateFixes.noteGap(memory, p);
      passTime(memory, vehicle, p.fixTime);
      asking.take(p, vehicle, memory.last);
      for (const rule of asking.collect(p, vehicle, memory.rules)) {
        // A report without a fix, newer than this fix, has been heard.
        if (!rule.hearsReports || !(p.fixTime < memory.alarmsAt)) ask(rule, memory);
      }
      const { facts } = asking.input;
      memory.last = facts;
      if (memory.gap && isOver(memory.gap, p.fixTime)) delete memory.gap;
      memory.gap?.after.push(hold(p, facts));
      places.put(p.vehicleNo, p.lon, p.lat, facts.time);
      return true;
    },

    late(p) {
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      const memory = memories.get(p.vehicleNo);
      if (vehicle && memory?.last) lateFixes.take(p, vehicle, memory);
    },

    report(p) {
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      if (!vehicle) return;
      const memory = memories.of(p.vehicleNo);
      asking.take(p, vehicle, memory.last);
      for (const rule of asking.collect(p, vehicle, memory.rules)) if (rule.hearsReports) ask(rule, memory);
    },

    tick(time) {
      memories.shared.passTime(time);
      lateFixes.settleAll(time);
      for (const { at, no, ruleId } of timers.due(time, waits)) {
        const vehicle = catalog.vehicles.get(no);
        const memory = memories.get(no);
        if (!vehicle || !memory) continue;
        // What late fixes hold open of a rule is not to stand in the way of its present.
        if (memory.late) lateFixes.endEpisode(memory, vehicle);
        passFor(ruleId, at, (due) => due <= time, time, vehicle, memory);
      }
    },

    scope: new ScopeChanges(parts, asking, fences, ask),

    card(upload, before) {
      const vehicle = catalog.vehicles.get(upload.vehicleNo);
      const memory = memories.get(upload.vehicleNo);
      if (!vehicle || !memory?.last) return;
      const about = ruleBook.defined.ofVehicle(vehicle).filter((rule) => rule.hearsCards);
      if (about.length === 0) {
        delete memory.cards;
        return;
      }
      const said = driverAfter(undefined, upload);
      memory.cards = cardsWith(memory.cards ?? (before ? [before] : []), said);
      asking.take(positionOf(memory.last, vehicle.no, upload.receivedTime), vehicle, null);
      for (const rule of about) {
        asking.place(rule);
        const known = memory.rules?.get(rule.id) as TimedMemory | undefined;
        lateFixes.changed(rule.changedByCard(asking.input, known, said.at), rule);
      }
    },

    drop(no) {
      places.drop(no);
      lateFixes.drop(no);
    },

    restore() {
      for (const [no, memory] of memories.all()) {
        if (memory.last) places.put(no, memory.last.lon, memory.last.lat, memory.last.time);
        lateFixes.restore(no, memory);
        for (const ruleId of memory.rules?.keys() ?? []) {
          const at = waits(no, ruleId);
          if (at !== null) timers.wait(at, no, ruleId);
        }
      }
    },

    inputOf(p, vehicle, rule) {
      const memory = memories.get(vehicle.no);
      const { input } = asking;
      asking.take(p, vehicle, memory?.last ?? null);
      asking.place(rule);
      // Whoever only asks leaves nothing behind.
      const shared = { get: (key: string) => structuredClone(input.shared.get(key)), set: () => {} };
      return { input: { ...input, shared }, memory: memory?.rules?.get(rule.id) };
    },
  };

  /** It was `at`, which the rule had waited for; `shownAt`: the time of what shows that, epoch ms. It was so from then on, whatever came to show it. */
  function timeIsUp(ruleId: string, at: number, shownAt: number, vehicle: Vehicle, memory: VehicleMemory): void {
    const rule = ruleBook.get(ruleId);
    if (!rule?.tick || !memory.last || !rule.appliesTo(vehicle)) return;
    asking.asked = rule;
    asking.owner = vehicle;
    asking.takeAgain(memory.last, at, shownAt);
    try {
      keep(rule, memory, vehicle.no, rule.tick(at, memory.last, memory.rules?.get(ruleId), asking.say));
    } catch (error) {
      failed(rule.type, error);
    }
  }

  /** The vehicle's own next fix is as good as a tick: what silence decided before it does not hang on whether one came in between. */
  function passTime(memory: VehicleMemory, vehicle: Vehicle, time: number): void {
    for (const [ruleId, known] of memory.rules ?? []) {
      const at = ruleBook.get(ruleId)?.due?.(known) ?? null;
      if (at !== null) passFor(ruleId, at, (due) => due < time, time, vehicle, memory);
    }
  }

  /** All that the rule waits for, one after the other, from what is due at `first`. */
  function passFor(
    ruleId: string,
    first: number,
    isUp: (due: number) => boolean,
    shownAt: number,
    vehicle: Vehicle,
    memory: VehicleMemory,
  ): void {
    let at: number | null = first;
    while (at !== null && isUp(at)) {
      timeIsUp(ruleId, at, shownAt, vehicle, memory);
      const next = waits(vehicle.no, ruleId);
      at = next === null || next > at ? next : null; // one that failed waits for the same
    }
  }

  function ask(rule: Rule, memory: VehicleMemory): void {
    asking.ask(rule, memory.rules?.get(rule.id), (after) => keep(rule, memory, asking.owner.no, after));
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
}
