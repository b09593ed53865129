import type { DriverState } from '../../model/driver.js';
import type { FixFacts } from '../fix-facts.js';
import type { NewAlert } from '../life/alert-book.js';
import { forget, type Gap } from './gap.js';
import { SharedMemory, type SharedSnapshot } from './shared-memory.js';

/** A stretch of time in which a terminal called for help; `to` is null while it does. Epoch ms. */
export interface EmergencyEpisode {
  from: number;
  to: number | null;
}

/**
 * What the engine remembers of one vehicle: plain values, so that it goes into a checkpoint as it is. There are a million of them: what nearly
 * every vehicle has is there from the start, where it takes no more room than its value.
 */
export interface VehicleMemory {
  /** The newest evaluated fix. */
  last: FixFacts | null;
  /** Each rule's own memory, by rule id, in the order in which they began; null while none has one, to save room. */
  rules: Map<string, unknown> | null;
  /** What the terminal reports, bits of model/alarm.ts, as of `alarmsAt`. */
  alarms: number;
  /** Time of the fix that said so, epoch ms; NaN before the first. */
  alarmsAt: number;
  /** The newest ones, oldest first; null before the first. */
  emergencies: EmergencyEpisode[] | null;
  /** The interval of its evaluated fixes, ms, as far as it is used to; null before the second. */
  pace: number | null;
  /** The newest gap in its fixes, while late ones may fill it. */
  gap?: Gap;
  /** A run of fixes that came too late, and into no gap, while it lasts: judged by itself (late-fixes-step.ts). */
  late?: LateEpisode;
  /** What was said of the driver's card, by its time, oldest first; absent where no rule hears of cards, or none was heard of since. */
  cards?: readonly DriverState[];
  /** What rules that retell have raised, and when (epoch ms); absent where there is none. */
  told?: (readonly [ruleId: string, alertId: string, time: number])[];
  /** Rules whose past of the vehicle late fixes have changed since it was last told. */
  retold?: string[];
}

/** Late fixes in the order of their times, with memories of their own: rule memory never moves backwards. */
export interface LateEpisode {
  last: FixFacts | null;
  /** When the newest of them came, epoch ms by our clock; absent in checkpoints of before it was kept. */
  heardAt?: number;
  rules: Map<string, unknown>;
  /** Rules that have raised an alert in it. */
  raised: string[];
  /** What began in it while the rule had another alert open: told when it has ended. Absent where there is none. */
  past?: Map<string, NewAlert>;
}

export interface MemoriesSnapshot {
  vehicles: [number, VehicleMemory][];
  shared: SharedSnapshot | [key: string, value: unknown][];
}

/** The memories of all vehicles, by vehicle number. */
export class VehicleMemories {
  readonly #byNo = new Map<number, VehicleMemory>();
  readonly shared = new SharedMemory();

  /** The memory of a vehicle, where there is one. */
  get(no: number): VehicleMemory | undefined {
    return this.#byNo.get(no);
  }

  all(): IterableIterator<[number, VehicleMemory]> {
    return this.#byNo.entries();
  }

  of(no: number): VehicleMemory {
    let memory = this.#byNo.get(no);
    if (!memory) {
      memory = { last: null, rules: null, alarms: 0, alarmsAt: NaN, emergencies: null, pace: null };
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
    for (const memory of this.#byNo.values()) {
      const { rules, gap, late } = memory;
      for (const id of ids) rules?.delete(id);
      if (memory.told) memory.told = memory.told.filter(([id]) => !ids.has(id));
      if (memory.retold) memory.retold = memory.retold.filter((id) => !ids.has(id));
      if (gap) forget(gap, ids);
      if (late) forgetLate(late, ids);
    }
    this.shared.forgetRules(ids);
  }

  snapshot(): MemoriesSnapshot {
    return { vehicles: [...this.#byNo], shared: this.shared.snapshot() };
  }

  restore({ vehicles, shared }: MemoriesSnapshot): void {
    // Into the form that new ones have: as they are read they take more room, and older ones had not all of it.
    for (const [no, memory] of vehicles) Object.assign(this.of(no), memory);
    this.shared.restore(shared);
  }
}

function forgetLate(late: LateEpisode, ruleIds: ReadonlySet<string>): void {
  for (const id of ruleIds) {
    late.rules.delete(id);
    late.past?.delete(id);
  }
  late.raised = late.raised.filter((id) => !ruleIds.has(id));
}
