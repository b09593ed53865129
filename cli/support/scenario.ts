import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { InputError } from './command.js';
import type { Order } from './fleet.js';
import { PLANTS_SCHEMA } from './plants/scenario-plants.js';

const seconds = z.number().min(0);
const planted = { vehicle: z.int().min(1), at: seconds, duration: seconds.default(120) };

/** What a scenario file may say. Vehicles are counted from 1; times are seconds after the start. */
const SCENARIO = z.strictObject({
  /** Circles to be laid before the fleet starts, each with the rules enter, exit and, with `limit`, overspeed. */
  fences: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        lon: z.number().min(-180).max(180),
        lat: z.number().min(-90).max(90),
        radius: z.number().positive(),
        limit: z.number().positive().optional(),
      }),
    )
    .default([]),
  violations: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('overspeed'), ...planted, speed: z.number().positive().max(250) }),
        z.strictObject({ type: z.literal('fence'), ...planted, fence: z.string() }),
        z.strictObject({ type: z.literal('sos'), ...planted }),
      ]),
    )
    .default([]),
  /** Violations of every kind of rule, by vehicles of their own on recorded time. */
  plants: PLANTS_SCHEMA.optional(),
});

export type Scenario = z.output<typeof SCENARIO>;
export type ScenarioFence = Scenario['fences'][number];

/** Reads a YAML or JSON scenario for a fleet of so many vehicles; one with plants brings its own. Throws InputError with one line for each fault. */
export function readScenario(file: string, vehicles: number): Scenario {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message.split('\n')[0]}`);
  }
  const result = SCENARIO.safeParse(content ?? {});
  if (!result.success) {
    throw new InputError(result.error.issues.map((i) => `${file}: ${i.path.join('.')}: ${i.message}`).join('\n'));
  }
  if (result.data.plants && result.data.fences.length + result.data.violations.length > 0) {
    throw new InputError(
      `${file}: plants: bring their own fences and violations; put the others into another scenario`,
    );
  }
  const names = new Set(result.data.fences.map((fence) => fence.name));
  for (const [i, violation] of result.data.violations.entries()) {
    if (violation.vehicle > vehicles) {
      throw new InputError(
        `${file}: violations.${i}.vehicle: ${violation.vehicle} is beyond the ${vehicles} vehicles of the fleet`,
      );
    }
    if (violation.type === 'fence' && !names.has(violation.fence)) {
      throw new InputError(`${file}: violations.${i}.fence: no fence "${violation.fence}" in this file`);
    }
  }
  return result.data;
}

/** The scenario as orders to single vehicles. */
export function ordersOf(scenario: Scenario): Map<number, Order[]> {
  const orders = new Map<number, Order[]>();
  for (const violation of scenario.violations) {
    const time = { fromS: violation.at, toS: violation.at + violation.duration };
    const list = orders.get(violation.vehicle) ?? [];
    orders.set(violation.vehicle, list);
    if (violation.type === 'sos') list.push({ kind: 'sos', ...time });
    else if (violation.type === 'overspeed') list.push({ kind: 'speed', ...time, kmh: violation.speed });
    else {
      const fence = scenario.fences.find((f) => f.name === violation.fence) as ScenarioFence;
      list.push({ kind: 'visit', ...time, lon: fence.lon, lat: fence.lat });
    }
  }
  return orders;
}

/** A fence of the scenario as `POST /v1/fences` takes it. */
export function fenceFeature(fence: ScenarioFence): object {
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [fence.lon, fence.lat] },
    properties: {
      name: fence.name,
      radius: fence.radius,
      rules: [
        { type: 'enter' },
        { type: 'exit' },
        ...(fence.limit === undefined ? [] : [{ type: 'overspeed', limit: fence.limit }]),
      ],
    },
  };
}
