import { z } from 'zod';
import { over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { asRing, lastAt, type PlaceRing, push, stepsOf } from '../memory/place-ring.js';
import { asTroddenPlaces, visit } from '../memory/trodden-places.js';
import type { RuleInput } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

interface Params {
  frozenFixes: number;
  loopFixes: number;
  cloneFixes: number;
  shiftFixes: number;
  minSpeed: number;
}

interface Memory {
  /** Fixes in a row at the very same place, each of them with speed. */
  frozen: number;
  /** The newest places; changed with each fix. */
  ring: PlaceRing;
  /** Fixes at the place of an earlier one, `period` fixes before; one less with each new place. */
  looped: number;
  period: number;
  /** Fixes at the very places where another vehicle was; one less with each that is not. */
  cloned: number;
  twin: number;
  /** Places in a row, of those that are kept, where another vehicle, or this one, was so long before; less with each that is new. */
  shifted: number;
  /** Who was there, and how long before, ms. */
  source: [no: number, lag: number] | null;
  /** The first fix of those that count; null while none does. */
  since: FixFacts | null;
}

const NOTHING = { frozen: 0, looped: 0, period: 0, cloned: 0, twin: 0, shifted: 0, source: null, since: null };
/** Places remembered: a loop that is longer than this is not seen. */
const RING = 120;
/** A loop is no shorter: vehicles do come back to where they were. */
const MIN_PERIOD = 3;
/** Of places one in so many is kept for later, by the place itself: a copy of a track has the same ones. */
const KEPT = 4;
const MAX_KEPT = 100_000;
/** Sooner it is a twin, or a loop. */
const LEAST_LAG_MS = 60_000;
/** Lags so near to each other are one: terminals tell whole seconds. */
const SAME_LAG_MS = 2_000;
/** A receiver never gives the same place twice in a row to the last digit while it moves, nor that of another one. */
const SAME_METRES = 0.05;

/**
 * Data that no receiver in a moving vehicle makes: a place that stays the same to the last digit while there is speed (frozen), a
 * run of places that comes again and again (looped), the places of another vehicle (cloned), or places where that one or this was at
 * some time before, always as long before (time-shifted). The score is how much of what it takes has been seen, 0 … 1.
 *
 * A road is driven by many, but not through the same tenth of a metre in the same order at the same distance in time.
 */
export const fabricated = ruleKind<Params, Memory>({
  type: 'fabricated-data',
  describe: 'places that are frozen, looped, copied from another vehicle, or from another time',
  timing: { maxGap: 300, linger: 300 },
  judgesLate: false,
  params: z.strictObject({
    frozenFixes: z.int().min(3).max(1000).default(10).describe('fixes in a row at the very same place, with speed'),
    loopFixes: z.int().min(5).max(1000).default(20).describe('fixes that go over the same places again'),
    cloneFixes: z.int().min(3).max(1000).default(10).describe('fixes at the very places of another vehicle'),
    shiftFixes: z
      .int()
      .min(3)
      .max(1000)
      .default(5)
      .describe('places in a row of a track of before, always as long before; one in several is looked at'),
    minSpeed: z.number().min(1).max(100).default(10).describe('km/h from which a place must change'),
  }),
  build: (params) => ({
    judge(input, before) {
      const { facts } = input;
      const place = stepsOf(facts);
      const moving = facts.speed >= params.minSpeed;
      const memory: Memory = { ...(before ?? NOTHING), ring: asRing(before?.ring) };
      if (before && moving) {
        const ago = lastAt(memory.ring, place);
        memory.frozen = ago === 1 ? before.frozen + 1 : 0;
        followLoop(memory, before, ago);
        followTwin(memory, before, input);
        followShift(memory, before, input);
      } else if (!moving) {
        memory.frozen = 0;
        memory.cloned = 0;
      }
      push(memory.ring, place, RING);
      const { frozen, looped, cloned, shifted } = memory;
      memory.since = frozen + looped + cloned + shifted > 0 ? (memory.since ?? facts) : null;
      const score = Math.max(
        frozen / params.frozenFixes,
        looped / params.loopFixes,
        cloned / params.cloneFixes,
        shifted / params.shiftFixes,
      );
      return {
        memory,
        holds: score >= 1,
        onset: memory.since ?? facts,
        explain: () => ({
          checks: [
            over('fixes frozen', frozen, params.frozenFixes - 1, ''),
            over('fixes looped', looped, params.loopFixes - 1, ''),
            over('fixes cloned', cloned, params.cloneFixes - 1, ''),
            over('fixes shifted in time', shifted, params.shiftFixes - 1, ''),
          ],
          score: Math.round(Math.min(1, score) * 100) / 100,
          period: looped > 0 ? memory.period : null,
          twin: cloned > 0 ? (input.other(memory.twin)?.vehicle.id ?? null) : null,
          shift: shifted > 0 && memory.source ? shiftOf(input, memory.source) : null,
        }),
      };
    },
  }),
});

/** `ago`: how many places ago the vehicle was at this one; 0: never. */
function followLoop(memory: Memory, { looped }: Memory, ago: number): void {
  const isLoop = ago >= MIN_PERIOD;
  // A fix on the way may be missing here and there, so the count goes down, and not to nothing.
  memory.looped = isLoop ? looped + 1 : Math.max(0, looped - 1);
  if (isLoop) memory.period = ago;
}

/** A twin goes a little ahead or at the same time: it was the last to be at this very place. */
function followTwin(memory: Memory, { twin, cloned }: Memory, { facts, near, other }: RuleInput): void {
  const here = near(facts.lon, facts.lat, SAME_METRES).filter((no) => other(no) !== null);
  if (here.length === 0) {
    // Of two at the same time, either may come first: half of the fixes do not show it.
    memory.cloned = Math.max(0, cloned - 0.25);
    return;
  }
  memory.twin = here.includes(twin) ? twin : here[0];
  memory.cloned = memory.twin === twin ? cloned + 1 : 1;
}

function followShift(memory: Memory, { shifted, source }: Memory, { facts, vehicle, shared }: RuleInput): void {
  const [x, y] = [Math.round(facts.lon * 1e6), Math.round(facts.lat * 1e6)];
  if ((x + 31 * y) % KEPT !== 0) return;
  const trodden = asTroddenPlaces(shared.get('trodden'));
  const before = visit(trodden, x, y, { no: vehicle.no, time: facts.time }, MAX_KEPT);
  shared.set('trodden', trodden);
  const lag = before ? facts.time - before.time : 0;
  if (!before || lag < LEAST_LAG_MS) {
    memory.shifted = Math.max(0, shifted - 0.5);
    return;
  }
  const same = source !== null && source[0] === before.no && Math.abs(source[1] - lag) <= SAME_LAG_MS;
  memory.shifted = same ? shifted + 1 : 1;
  memory.source = [before.no, lag];
}

function shiftOf({ vehicle, other }: RuleInput, [no, lag]: [number, number]): object {
  const id = no === vehicle.no ? vehicle.id : (other(no)?.vehicle.id ?? null);
  return { vehicleId: id, seconds: Math.round(lag / 1000) };
}
