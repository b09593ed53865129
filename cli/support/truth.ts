import { distanceM } from '../../geo/distance.js';
import type { Scenario, ScenarioFence } from './scenario.js';
import type { TerminalFix } from './terminal-messages.js';

/** One alert that a correct system must raise. */
export interface Expected {
  vehicle: string;
  type: 'fence-enter' | 'fence-exit' | 'overspeed' | 'terminal-emergency';
  fence: string | null;
  /** RFC 3339: the fix at which the condition begins. */
  occurredAt: string;
}

/** Reports over the limit within one minute are one event (交运发〔2016〕160号 annex 2 note 2). */
const SAME_EVENT_MS = 60_000;

interface Memory {
  inside: Set<ScenarioFence>;
  /** When the vehicle was last too fast in a fence, epoch ms. */
  lastOver: Map<ScenarioFence, number>;
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
    const memory = this.#memory.get(vehicle) ?? { inside: new Set(), lastOver: new Map(), sos: false };
    this.#memory.set(vehicle, memory);
    const note = (type: Expected['type'], fence: ScenarioFence | null) =>
      this.expected.push({ vehicle, type, fence: fence?.name ?? null, occurredAt: new Date(fix.time).toISOString() });

    const sos = ((fix.alarm ?? 0) & 1) !== 0;
    if (sos && !memory.sos) note('terminal-emergency', null);
    memory.sos = sos;
    for (const fence of this.scenario.fences) {
      const inside = distanceM(fix.lon, fix.lat, fence.lon, fence.lat) <= fence.radius;
      // Who is inside when first seen counts as having entered.
      if (inside && !memory.inside.has(fence)) note('fence-enter', fence);
      if (!inside && memory.inside.has(fence)) note('fence-exit', fence);
      if (inside) memory.inside.add(fence);
      else memory.inside.delete(fence);
      if (!inside || fence.limit === undefined || fix.speedKmh <= fence.limit) continue;
      const last = memory.lastOver.get(fence);
      if (last === undefined || fix.time - last > SAME_EVENT_MS) note('overspeed', fence);
      memory.lastOver.set(fence, fix.time);
    }
  }
}
