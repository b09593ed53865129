import type { Severity } from '../../model/alert.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import type { Vehicle, VehicleCategory } from '../../model/vehicle.js';
import type { FixFacts } from '../fix-facts.js';
import type { Evidence, Rule, RuleFence, RuleInput, Say } from '../rule.js';

/** Reports within one minute are one event (交运发〔2016〕160号 annex 2 note 2). */
const SAME_EVENT_MS = 60_000;
/** A fix may be so long under way before its vehicle counts as silent. */
const UNDER_WAY_MS = 120_000;

interface Memory {
  /** The first fix over the limit. */
  onset: FixFacts;
  /** The newest fix over the limit. */
  last: FixFacts;
  peak: FixFacts;
  /** Fixes over the limit so far. */
  count: number;
  /** It has lasted long enough, and that was said. */
  raised: boolean;
}

export interface SpeedLimit {
  kmh: number;
  /** More than this many seconds must it last; 0: at once. */
  seconds: number;
}

/**
 * Too fast, in a fence or for the kind of vehicle.
 *
 * Raised when every fix is over the limit for more than the duration, by the fixes' own times; a fix at or under the limit,
 * or a silence of more than a minute, starts the count again. Once raised, fixes over the limit within a minute of each
 * other are the same event; it is cleared with the first fix more than a minute after the last one over the limit, or
 * when a new event begins. Fixes that are marked suspect-motion, or that have no speed, are passed over.
 */
export class Overspeed implements Rule<Memory> {
  readonly type = 'overspeed';

  /** `categories`: null for every kind of vehicle. `fence`: null for a limit that holds everywhere. */
  constructor(
    readonly id: string,
    readonly revision: number,
    readonly severity: Severity,
    readonly fence: RuleFence | null,
    readonly categories: readonly VehicleCategory[] | null,
    readonly limit: SpeedLimit,
  ) {}

  appliesTo({ category }: Vehicle): boolean {
    return this.categories === null || this.categories.includes(category);
  }

  judge(input: RuleInput, memory: Memory | undefined, say: Say): Memory | undefined {
    const { facts, inside, inForce } = input;
    if (facts.quality & SUSPECT_MOTION || Number.isNaN(facts.speed)) return memory;
    const over = inside && inForce && facts.speed > this.limit.kmh;
    if (memory && facts.time - memory.last.time > SAME_EVENT_MS) {
      if (memory.raised) say.clear(this.#evidence(memory, facts));
      memory = undefined;
    }
    if (!over) return memory?.raised ? memory : undefined;

    const event: Memory = memory
      ? {
          onset: memory.onset,
          last: facts,
          peak: facts.speed > memory.peak.speed ? facts : memory.peak,
          count: memory.count + 1,
          raised: memory.raised,
        }
      : { onset: facts, last: facts, peak: facts, count: 1, raised: false };
    if (!event.raised && this.#longEnough(event)) {
      event.raised = true;
      say.raise(event.onset, this.#evidence(event, facts));
    }
    return event;
  }

  due(memory: Memory): number | null {
    return memory.raised ? memory.last.time + SAME_EVENT_MS + UNDER_WAY_MS + 1 : null;
  }

  /** A vehicle that falls silent while it is too fast does not stay too fast for ever. */
  tick(time: number, last: FixFacts, memory: Memory, say: Say): Memory | undefined {
    say.clear({ ...this.#evidence(memory, last), decidedBySilenceUntil: new Date(time).toISOString() }, 'silent');
    return undefined;
  }

  #longEnough(event: Memory): boolean {
    return this.limit.seconds === 0 || event.last.time - event.onset.time > this.limit.seconds * 1000;
  }

  #evidence(event: Memory, deciding: FixFacts): Evidence {
    const seconds = (event.last.time - event.onset.time) / 1000;
    return {
      fixes: { onset: event.onset, peak: event.peak, last: event.last, deciding },
      checks: [
        {
          what: 'speed',
          value: event.peak.speed,
          is: '>',
          threshold: this.limit.kmh,
          unit: 'km/h',
          result: event.peak.speed > this.limit.kmh,
        },
        {
          what: 'duration',
          value: seconds,
          is: '>',
          threshold: this.limit.seconds,
          unit: 's',
          result: this.#longEnough(event),
        },
      ],
      peakSpeed: event.peak.speed,
      fixesOver: event.count,
    };
  }
}
