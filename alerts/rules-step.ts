import type { Catalog } from '../model/catalog.js';
import type { Position } from '../model/position.js';
import type { NamedStep } from '../model/step.js';
import { msToRfc3339 } from '../model/units.js';
import type { Vehicle } from '../model/vehicle.js';
import type { AlertBook } from './alert-book.js';
import { factsOf } from './fix-facts.js';
import { evidenceJson, newAlert } from './new-alert.js';
import { hoursHold, type Rule, type RuleInput, type Say } from './rule.js';
import type { RuleBook } from './rule-book.js';
import type { VehicleMemories, VehicleMemory } from './vehicle-memory.js';

/**
 * Step: asks the rules that concern the vehicle, and remembers the fix as its newest.
 *
 * Those that remember the vehicle come first, in the order in which they began, so that leaving one fence is told before
 * entering the next; then those of the fences it is in, by fence number; then the speed limit of its kind. A rule that
 * throws is counted by `failed` and keeps the memory it had.
 */
export function rules(
  catalog: Catalog,
  ruleBook: RuleBook,
  memories: VehicleMemories,
  alerts: AlertBook,
  failed: (rule: string, error: unknown) => void,
): NamedStep {
  // One of each serves every fix: rules keep neither.
  const due: Rule[] = [];
  const input = {} as { -readonly [K in keyof RuleInput]: RuleInput[K] };
  let asked: Rule;
  let owner: Vehicle;
  const say: Say = {
    raise(onset, evidence) {
      alerts.raise(owner.no, newAlert(asked, owner, onset, input.fix, evidence));
    },
    clear(evidence, reason) {
      alerts.clear(owner.no, asked.id, msToRfc3339(input.facts.time) ?? '', reason, evidenceJson(evidence));
    },
  };

  return {
    name: 'rules',
    run(p) {
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      if (!vehicle) return false;
      const memory = memories.of(p.vehicleNo);
      owner = vehicle;
      input.fix = p;
      input.facts = factsOf(p);
      input.previous = memory.last;
      collect(due, p, vehicle, memory);
      for (const rule of due) {
        try {
          ask(rule, memory);
        } catch (error) {
          failed(rule.type, error);
        }
      }
      memory.last = input.facts;
      return true;
    },
  };

  function collect(into: Rule[], p: Position, vehicle: Vehicle, memory: VehicleMemory): void {
    into.length = 0;
    for (const id of memory.rules.keys()) {
      const rule = ruleBook.get(id);
      if (rule?.appliesTo(vehicle.category)) into.push(rule);
      else {
        // The vehicle is of another kind now, or the fence is for other kinds.
        memory.rules.delete(id);
        alerts.clear(p.vehicleNo, id, msToRfc3339(p.fixTime) ?? '', 'rule-removed');
      }
    }
    for (const no of p.fenceNos) {
      for (const rule of ruleBook.ofFence(no)) {
        if (!memory.rules.has(rule.id) && rule.appliesTo(vehicle.category)) into.push(rule);
      }
    }
    const limit = ruleBook.ofCategory(vehicle.category);
    if (limit && !memory.rules.has(limit.id)) into.push(limit);
  }

  function ask(rule: Rule, memory: VehicleMemory): void {
    const { fence } = rule;
    const { fix, facts } = input;
    asked = rule;
    input.inside = fence === null || fix.fenceNos.includes(fence.no);
    input.inForce = fence === null || hoursHold(fence.hours, facts.time);
    const before = memory.rules.get(rule.id);
    const after = rule.judge(input, before, say);
    if (after === undefined) memory.rules.delete(rule.id);
    else if (after !== before) memory.rules.set(rule.id, after);
  }
}
