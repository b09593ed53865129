import { distanceM } from '../../geo/distance.js';
import type { Scenario, ScenarioFence } from './scenario.js';
import type { TerminalFix } from './terminal-client.js';

/** One alert that a correct system must raise. */
export interface Expected {
  vehicle: string;
  type: 'fence-enter' | 'fence-exit' | 'overspeed' | 'terminal-emergency';
  fence: string | null;
  /** RFC 3339: the fix at which the condition begins. */
  occurredAt: string;
}

interface Memory {
  inside: Set<ScenarioFence>;
  speeding: Set<ScenarioFence>;
  sos: boolean;
}

/**
 * Writes down what must be detected, from the fixes that are sent and by the plainest means there are: distance to the
 * centre of each circle, speed against its limit. It shares nothing with the engine but the distance on the sphere.
 */
export class Truth {
  readonly expected: Expected[] = [];
  readonly #memory = new Map<string, Memory>();

  constructor(readonly scenario: Scenario) {}

  /** Fixes of one vehicle must come in the order of their times. */
  see(vehicle: string, fix: TerminalFix): void {
    const memory = this.#memory.get(vehicle);
    // A vehicle that is inside when it is first seen has not entered; one that calls for help does.
    const now: Memory = { inside: new Set(), speeding: new Set(), sos: ((fix.alarm ?? 0) & 1) !== 0 };
    for (const fence of this.scenario.fences) {
      if (distanceM(fix.lon, fix.lat, fence.lon, fence.lat) > fence.radius) continue;
      now.inside.add(fence);
      if (fence.limit !== undefined && fix.speedKmh > fence.limit) now.speeding.add(fence);
    }
    const note = (type: Expected['type'], fence: ScenarioFence | null) =>
      this.expected.push({ vehicle, type, fence: fence?.name ?? null, occurredAt: new Date(fix.time).toISOString() });
    if (now.sos && !memory?.sos) note('terminal-emergency', null);
    for (const fence of now.speeding) if (!memory?.speeding.has(fence)) note('overspeed', fence);
    if (memory) {
      for (const fence of now.inside) if (!memory.inside.has(fence)) note('fence-enter', fence);
      for (const fence of memory.inside) if (!now.inside.has(fence)) note('fence-exit', fence);
    }
    this.#memory.set(vehicle, now);
  }
}
