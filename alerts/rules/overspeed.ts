import type { Severity } from '../../model/alert.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import type { Vehicle, VehicleCategory } from '../../model/vehicle.js';
import { atLeast, equal, over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import {
  type Check,
  type Evidence,
  type Explained,
  hoursHold,
  type Rule,
  type RuleFence,
  type RuleInput,
  type Say,
} from '../rule.js';
import {
  type FenceBound,
  fenceBounds,
  lowestBound,
  type PlaceLimit,
  type SpeedBound,
  weatherBound,
} from '../speed/speed-bounds.js';
import { SAME_EVENT_MS } from '../speed/speed-peak.js';

/** A fix may be so long under way before its vehicle counts as silent. */
const UNDER_WAY_MS = 120_000;

interface Memory {
  /** The first fix over the limit. */
  onset: FixFacts;
  /** The newest fix over the limit. */
  last: FixFacts;
  peak: FixFacts;
  /** The limit at the peak; absent in what was remembered before limits could differ from place to place. */
  bound?: SpeedBound;
  /** Fixes over the limit so far. */
  count: number;
  /** It has lasted long enough, and that was said. */
  raised: boolean;
}

export interface SpeedLimit {
  /** One for all, or one for each segment of the fence, a corridor; null: none in that segment. */
  kmh: PlaceLimit;
  /** More than this many seconds must it last; 0: at once. */
  seconds: number;
}

/**
 * Too fast, in a fence or for the kind of vehicle, or for the weather that was declared there.
 *
 * Raised when every fix is over the limit for more than the duration, by the fixes' own times; a fix at or under the limit,
 * or a silence of more than a minute, starts the count again. Once raised, fixes over the limit within a minute of each
 * other are the same event; it is cleared with the first fix more than a minute after the last one over the limit, or
 * when a new event begins. Fixes that are marked suspect-motion, or that have no speed, are passed over.
 */
export class Overspeed implements Rule<Memory> {
  readonly type = 'overspeed';
  readonly #ownBound: (lon: number, lat: number) => FenceBound;

  /** `categories`: null for every kind of vehicle. `fence`: null for a limit that holds everywhere. */
  constructor(
    readonly id: string,
    readonly revision: number,
    readonly severity: Severity,
    readonly fence: RuleFence | null,
    readonly categories: readonly VehicleCategory[] | null,
    readonly limit: SpeedLimit,
  ) {
    this.#ownBound = fenceBounds(limit.kmh, fence);
  }

  appliesTo({ category }: Vehicle): boolean {
    return this.categories === null || this.categories.includes(category);
  }

  inForceAt(time: number): boolean {
    return hoursHold(this.fence?.hours ?? null, time);
  }

  judge(input: RuleInput, memory: Memory | undefined, say: Say): Memory | undefined {
    const { facts, inside, ground } = input;
    if (facts.quality & SUSPECT_MOTION || Number.isNaN(facts.speed)) return memory;
    const bound = inside && this.inForceAt(facts.time) ? this.#boundAt(facts, ground.weather) : null;
    if (memory && facts.time - memory.last.time > SAME_EVENT_MS) {
      if (memory.raised) say.clear(this.#evidence(memory, facts));
      memory = undefined;
    }
    if (bound === null || facts.speed <= bound.kmh) return memory?.raised ? memory : undefined;

    const isPeak = !memory || facts.speed > memory.peak.speed;
    const event: Memory = memory
      ? {
          onset: memory.onset,
          last: facts,
          peak: isPeak ? facts : memory.peak,
          bound: isPeak ? bound : memory.bound,
          count: memory.count + 1,
          raised: memory.raised,
        }
      : { onset: facts, last: facts, peak: facts, bound, count: 1, raised: false };
    if (!event.raised && this.#durationCheck(lasted(event)).result) {
      event.raised = true;
      say.raise(event.onset, this.#evidence(event, facts));
    }
    return event;
  }

  explain({ facts, inside, ground }: RuleInput, memory: Memory | undefined): Explained {
    const { kmh, what } = this.#boundAt(facts, ground.weather);
    const speed = over(what, facts.speed, kmh, 'km/h');
    const goesOn = memory !== undefined && facts.time - memory.last.time <= SAME_EVENT_MS;
    const seconds = goesOn && speed.result ? (facts.time - memory.onset.time) / 1000 : 0;
    const duration = this.#durationCheck(seconds);
    return {
      holds: inside && speed.result && duration.result,
      checks: [...(this.fence ? [equal('inside the fence', inside, true)] : []), speed, duration],
    };
  }

  due(memory: Memory): number | null {
    return memory.raised ? memory.last.time + SAME_EVENT_MS + UNDER_WAY_MS + 1 : null;
  }

  /** A vehicle that falls silent while it is too fast does not stay too fast for ever. */
  tick(time: number, last: FixFacts, memory: Memory, say: Say): Memory | undefined {
    say.clear({ ...this.#evidence(memory, last), decidedBySilenceUntil: new Date(time).toISOString() }, 'silent');
    return undefined;
  }

  /** The limit at the place of the fix, or the lower one that the weather sets there. */
  #boundAt({ lon, lat, time }: FixFacts, weather: RuleInput['ground']['weather']): SpeedBound {
    // Which kind of road it is, nobody knows here.
    return lowestBound(this.#ownBound(lon, lat), weatherBound(weather.at(lon, lat, time), false));
  }

  /** Where no duration is asked for, the first fix over the limit has lasted long enough. */
  #durationCheck(seconds: number): Check {
    const least = this.limit.seconds;
    return least === 0 ? atLeast('duration', seconds, 0, 's') : over('duration', seconds, least, 's');
  }

  #evidence(event: Memory, deciding: FixFacts): Evidence {
    const seconds = lasted(event);
    const { peak } = event;
    const bound = event.bound ?? { kmh: Number(this.limit.kmh), what: 'speed' };
    const { segment } = this.#ownBound(peak.lon, peak.lat);
    return {
      fixes: { onset: event.onset, peak: event.peak, last: event.last, deciding },
      checks: [over(bound.what, peak.speed, bound.kmh, 'km/h'), this.#durationCheck(seconds)],
      peakSpeed: peak.speed,
      fixesOver: event.count,
      ...(segment !== undefined && { segment }),
      ...(bound.weather && { weather: bound.weather }),
    };
  }
}

/** Seconds. */
function lasted({ onset, last }: Memory): number {
  return (last.time - onset.time) / 1000;
}
