import { z } from 'zod';
import { CLEAN, FAULTY_RECORDED } from './on-the-way.js';
import { nameOf } from './plant.js';
import { MOST_GROUNDS, type Planting, planting } from './planting.js';
import { PLANTS } from './plants.js';

const TYPES = [...new Set(PLANTS.map(({ type }) => type))] as [string, ...string[]];

/** What a scenario says of plants: kinds of rules that vehicles of their own violate, beside as many that only come near. */
export const PLANTS_SCHEMA = z.strictObject({
  /** All of them where absent. */
  kinds: z.array(z.enum(TYPES)).min(1).optional(),
  /** Of the guilty, for each kind; as many innocent ones. */
  grounds: z.int().min(1).max(MOST_GROUNDS).default(5),
  /** Duplicates, overtaken fixes, clocks years behind, tunnels and late batches. */
  faults: z.boolean().default(false),
  /** Times as fast as life: the server must run with the time policy `replay`. */
  speed: z.number().min(1).max(1000).default(60),
});

export type PlantsWanted = z.output<typeof PLANTS_SCHEMA>;

/** The plantings that a scenario asks for, side by side; `seed` gives the same fleet again. */
export function plantingsOf({ kinds, grounds, faults }: PlantsWanted, seed: number): Planting[] {
  const made: Planting[] = [];
  let vehiclesBefore = 0;
  for (const [number, plant] of PLANTS.entries()) {
    if (kinds && !kinds.includes(plant.type)) continue;
    const one = planting(plant, grounds, seed, faults ? FAULTY_RECORDED : CLEAN, { number, vehiclesBefore });
    vehiclesBefore += one.vehicles.length;
    made.push(one);
  }
  return made;
}

/** One kind in the truth file: what must be detected, by the clock that the tracks have. */
export interface PlantedTruth {
  /** Of the rule: `rule:<rule>` begins the ids of those that are made of it. */
  rule: string;
  name: string;
  type: string;
  /** RFC 3339: when the condition begins, and when a perfect system could know. */
  expected: { vehicles: string[]; began: string; known: string }[];
}

export function plantedTruth({ plant, rule, expected }: Planting): PlantedTruth {
  const iso = (time: number) => new Date(time).toISOString();
  return {
    rule: rule.id,
    name: nameOf(plant),
    type: plant.type,
    expected: expected.map(({ vehicleIds, began, known }) => ({
      vehicles: vehicleIds,
      began: iso(began),
      known: iso(known),
    })),
  };
}
