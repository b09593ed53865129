import type { Severity } from '../../model/alert.js';
import type { Vehicle } from '../../model/vehicle.js';
import { equal } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { type Explained, hoursHold, type Rule, type RuleFence, type RuleInput, type Say } from '../rule.js';
import { fenceHoursEnd, outOfHours } from '../scope/rule-scope.js';

/** The vehicle is inside, and that was said; where the fence has hours, with the end of those, epoch ms. */
type Memory = 'in' | { until: number };

/**
 * A vehicle is in a fence: raised with the first fix inside while the fence is in force, cleared with the first fix
 * outside, or when its hours end. A vehicle that was inside already when it was first seen counts as having entered.
 */
export class FenceEnter implements Rule<Memory> {
  readonly type = 'fence-enter';

  constructor(
    readonly id: string,
    readonly revision: number,
    readonly severity: Severity,
    readonly fence: RuleFence,
  ) {}

  appliesTo({ category }: Vehicle): boolean {
    return this.fence.categories === null || this.fence.categories.includes(category);
  }

  inForceAt(time: number): boolean {
    return hoursHold(this.fence.hours, time);
  }

  judge({ facts, previous, inside }: RuleInput, memory: Memory | undefined, say: Say): Memory | undefined {
    const holds = inside && this.inForceAt(facts.time);
    if (holds === (memory !== undefined)) return memory;
    const evidence = {
      fixes: { previous, deciding: facts },
      checks: [{ what: 'inside', value: inside, is: '=' as const, threshold: true, result: inside }],
    };
    if (holds) {
      const wasInside = previous === null ? null : this.fence.contains(previous.lon, previous.lat);
      say.raise(facts, { ...evidence, ...(wasInside === false ? {} : { firstFix: true }) });
      return this.#toldInside(facts.time);
    }
    // It was in, and by the fence as it is now its last place is not: the fence went, not the vehicle.
    const moved = previous !== null && !this.fence.contains(previous.lon, previous.lat);
    say.clear(evidence, inside ? 'out-of-hours' : moved ? 'fence-moved' : undefined);
    return undefined;
  }

  due(memory: Memory): number | null {
    return memory === 'in' ? null : memory.until;
  }

  /** Its hours may have ended while the vehicle was silent. */
  tick(time: number, last: FixFacts, _: Memory, say: Say): Memory | undefined {
    if (this.inForceAt(time)) return this.#toldInside(time);
    say.clear(outOfHours(last, time), 'out-of-hours');
    return undefined;
  }

  #toldInside(time: number): Memory {
    const until = fenceHoursEnd(this.fence, time);
    return until === null ? 'in' : { until };
  }

  explain({ inside }: RuleInput): Explained {
    return { holds: inside, checks: [equal('inside the fence', inside, true)] };
  }
}
