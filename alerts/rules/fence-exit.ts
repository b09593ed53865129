import type { Severity } from '../../model/alert.js';
import type { Vehicle } from '../../model/vehicle.js';
import { equal } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { type Explained, hoursHold, type Rule, type RuleFence, type RuleInput, type Say } from '../rule.js';
import { fenceHoursEnd, outOfHours } from '../scope/rule-scope.js';

/** Where the vehicle was found last while the fence was in force. `out`: it has left, and that was said. */
interface Memory {
  state: 'in' | 'out';
  /** Revision of the fence by which it was found there. */
  revision: number;
  /** End of the fence's hours, epoch ms; absent where it has none. */
  until?: number;
}

/**
 * A vehicle has left a fence: raised with the first fix outside after one inside, both within the hours of force; cleared
 * when it is back, or when the hours end. A fence that was drawn anew so that it no longer holds the vehicle's last
 * place was left by nobody.
 */
export class FenceExit implements Rule<Memory> {
  readonly type = 'fence-exit';

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
    const evidence = () => ({
      fixes: { previous, deciding: facts },
      checks: [{ what: 'inside', value: inside, is: '=' as const, threshold: false, result: !inside }],
    });
    if (!this.inForceAt(facts.time)) {
      if (memory?.state === 'out') say.clear(evidence(), 'out-of-hours');
      return undefined;
    }
    if (inside) {
      if (memory?.state === 'out') say.clear(evidence());
      return memory?.state === 'in' && memory.revision === this.revision ? memory : this.#found('in', facts.time);
    }
    if (memory?.state !== 'in') return memory;
    const left =
      memory.revision === this.revision || (previous !== null && this.fence.contains(previous.lon, previous.lat));
    if (!left) return undefined;
    say.raise(facts, evidence());
    return this.#found('out', facts.time);
  }

  due(memory: Memory): number | null {
    return memory.until ?? null;
  }

  /** Its hours may have ended while the vehicle was silent. */
  tick(time: number, last: FixFacts, memory: Memory, say: Say): Memory | undefined {
    if (this.inForceAt(time)) return { ...memory, until: fenceHoursEnd(this.fence, time) ?? undefined };
    if (memory.state === 'out') say.clear(outOfHours(last, time), 'out-of-hours');
    return undefined;
  }

  #found(state: Memory['state'], time: number): Memory {
    const until = fenceHoursEnd(this.fence, time);
    return { state, revision: this.revision, ...(until !== null && { until }) };
  }

  explain({ inside }: RuleInput, memory: Memory | undefined): Explained {
    const wasInside = memory?.state === 'in';
    const checks = [equal('inside the fence before', wasInside, true), equal('outside the fence', !inside, true)];
    return { holds: wasInside && !inside, checks };
  }
}
