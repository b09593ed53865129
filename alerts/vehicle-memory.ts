import type { FixFacts } from './fix-facts.js';

/** A stretch of time in which a terminal called for help; `to` is null while it does. Epoch ms. */
export interface EmergencyEpisode {
  from: number;
  to: number | null;
}

/** What the engine remembers of one vehicle: plain values, so that it goes into a checkpoint as it is. */
export interface VehicleMemory {
  /** The newest evaluated fix. */
  last: FixFacts | null;
  /** Each rule's own memory, by rule id, in the order in which they began. */
  rules: Map<string, unknown>;
  /** What the terminal reports, bits of model/alarm.ts, as of `alarmsAt`. */
  alarms: number;
  /** Time of the fix that said so, epoch ms; NaN before the first. */
  alarmsAt: number;
  /** The newest ones, oldest first. */
  emergencies: EmergencyEpisode[];
}

/** The memories of all vehicles, by vehicle number. */
export class VehicleMemories {
  readonly #byNo = new Map<number, VehicleMemory>();

  of(no: number): VehicleMemory {
    let memory = this.#byNo.get(no);
    if (!memory) {
      memory = { last: null, rules: new Map(), alarms: 0, alarmsAt: NaN, emergencies: [] };
      this.#byNo.set(no, memory);
    }
    return memory;
  }

  drop(no: number): void {
    this.#byNo.delete(no);
  }

  /** Rules that are no more leave nothing behind: one of the same name begins anew. */
  forgetRules(ids: ReadonlySet<string>): void {
    if (ids.size === 0) return;
    for (const { rules } of this.#byNo.values()) for (const id of ids) rules.delete(id);
  }

  snapshot(): [number, VehicleMemory][] {
    return [...this.#byNo];
  }

  restore(snapshot: readonly [number, VehicleMemory][]): void {
    for (const [no, memory] of snapshot) this.#byNo.set(no, memory);
  }
}
