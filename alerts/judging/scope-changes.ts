import type { FenceIndex } from '../../geo/fence-index.js';
import { NO_FENCES } from '../../model/position.js';
import type { Vehicle } from '../../model/vehicle.js';
import { positionOf } from '../fix-facts.js';
import type { VehicleMemory } from '../memory/vehicle-memory.js';
import type { Rule } from '../rule.js';
import type { TimedMemory, TimedRule } from '../rule-book/timed-rule.js';
import type { Asking, AskingParts } from './asking.js';

/**
 * What becomes of vehicles when rules, fences or they themselves change so that others mean them. It does not wait for their next fix, which
 * may never come: alerts of rules that mean them no more end, and rules about silence begin with the newest fix, however old.
 */
export class ScopeChanges {
  constructor(
    private readonly parts: AskingParts,
    private readonly asking: Asking,
    private readonly fences: FenceIndex,
    /** Asks about the fix in hand. */
    private readonly ask: (rule: Rule, memory: VehicleMemory) => void,
  ) {}

  /** Rules that are new, or have a fence of another form, begin with every vehicle that they mean and do not know. */
  begin(rules: readonly TimedRule[]): void {
    const about = rules.filter((rule) => rule.beginsInSilence);
    if (about.length === 0) return;
    const { catalog, memories } = this.parts;
    const byFence = new Map<number | undefined, TimedRule[]>();
    for (const rule of about) byFence.set(rule.fence?.no, [...(byFence.get(rule.fence?.no) ?? []), rule]);
    const everywhere = byFence.get(undefined) ?? [];
    const isAboutFences = everywhere.length < about.length;
    for (const [no, memory] of memories.all()) {
      const vehicle = catalog.vehicles.get(no);
      if (!vehicle || !memory.last) continue;
      this.#beginWith(vehicle, memory, everywhere, NO_FENCES);
      const fenceNos = isAboutFences ? this.fences.query(memory.last.lon, memory.last.lat) : NO_FENCES;
      for (const fence of fenceNos) this.#beginWith(vehicle, memory, byFence.get(fence) ?? [], [fence]);
    }
  }

  /** The vehicle is of another kind, company or region. `at`: RFC 3339. */
  vehicleChanged(vehicle: Vehicle, at: string): void {
    const { memories, ruleBook } = this.parts;
    const memory = memories.get(vehicle.no);
    if (!memory?.last) return;
    for (const id of [...(memory.rules?.keys() ?? [])]) {
      if (!ruleBook.get(id)?.appliesTo(vehicle)) this.#letGo(vehicle.no, id, at);
    }
    const { defined } = ruleBook;
    this.#beginWith(vehicle, memory, defined.ofVehicle(vehicle), NO_FENCES);
    for (const no of [...this.fences.query(memory.last.lon, memory.last.lat)]) {
      this.#beginWith(vehicle, memory, defined.ofFence(no), [no]);
    }
  }

  /** The fence with this number is new. */
  fenceAdded(no: number): void {
    this.begin(this.parts.ruleBook.defined.ofFence(no));
  }

  /** It has another form, or is for other kinds of vehicles. `at`: RFC 3339. */
  fenceChanged(no: number, at: string): void {
    const { alerts, catalog, ruleBook } = this.parts;
    const all = [...ruleBook.ofFence(no), ...ruleBook.defined.ofFence(no)];
    const rules = new Map(all.map((rule) => [rule.id, rule]));
    for (const [vehicleNo, id] of alerts.openOfRules(rules)) {
      const vehicle = catalog.vehicles.get(vehicleNo);
      if (vehicle && !rules.get(id)?.appliesTo(vehicle)) this.#letGo(vehicleNo, id, at);
    }
    this.fenceAdded(no);
  }

  #letGo(vehicleNo: number, ruleId: string, at: string): void {
    const { alerts, memories } = this.parts;
    memories.get(vehicleNo)?.rules?.delete(ruleId);
    alerts.clear(vehicleNo, ruleId, at, 'rule-removed');
  }

  #beginWith(vehicle: Vehicle, memory: VehicleMemory, rules: readonly TimedRule[], fenceNos: readonly number[]): void {
    for (const rule of rules) {
      const known = memory.rules?.get(rule.id) as TimedMemory | undefined;
      if (!rule.beginsInSilence || !memory.last || known?.own !== undefined || !rule.appliesTo(vehicle)) continue;
      const p = positionOf(memory.last, vehicle.no, memory.last.time);
      p.fenceNos = fenceNos;
      this.asking.take(p, vehicle, null);
      this.ask(rule, memory);
    }
  }
}
