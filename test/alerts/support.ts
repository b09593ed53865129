import { Engine } from '../../engine.js';
import type { AlertTransition } from '../../model/alert.js';
import {
  allocBlock,
  BLOCK_HEADER_BYTES,
  type Block,
  KIND_CHANGE,
  KIND_FIXES,
  readBlock,
  sealBlock,
} from '../../model/block.js';
import { type Change, DEFAULT_RULE_SETTINGS } from '../../model/change.js';
import type { FenceGeometry, FenceProperties, FenceRule } from '../../model/fence.js';
import { FixBatchBuilder } from '../../model/fix-batch.js';
import { LOCATED, Position } from '../../model/position.js';
import type { Vehicle, VehicleCategory } from '../../model/vehicle.js';

/** 2026-03-01 10:00:00 in Beijing. */
export const TEN = Date.UTC(2026, 2, 1, 2, 0, 0);

type ChangeFacts = Change extends infer C ? (C extends Change ? Omit<C, 'revision' | 'at'> : never) : never;

/** A log as the spool would hold it: fixes gather into blocks, a change is a block of its own. */
export class LogBuilder {
  readonly blocks: Block[] = [];
  seq = 0;
  fixes = 0;
  revision = 0;
  readonly #batch = new FixBatchBuilder();

  constructor(readonly perBlock = 16) {}

  fix(p: Position): void {
    this.#batch.add(p);
    if (this.#batch.count >= this.perBlock) this.flush();
  }

  change(facts: ChangeFacts, at = TEN): void {
    this.flush();
    const change = { ...facts, revision: ++this.revision, at } as Change;
    const body = Buffer.from(JSON.stringify(change));
    const bytes = allocBlock(body.length);
    body.copy(bytes, BLOCK_HEADER_BYTES);
    this.#add(bytes, KIND_CHANGE, 1);
  }

  flush(): void {
    const { count } = this.#batch;
    if (count > 0) this.#add(this.#batch.take(), KIND_FIXES, count);
  }

  #add(bytes: Buffer, kind: typeof KIND_CHANGE | typeof KIND_FIXES, count: number): void {
    sealBlock(bytes, { kind, firstSeq: this.seq + 1, count, fixesBefore: this.fixes, closedAt: 0 });
    this.blocks.push(readBlock(bytes, 0) as Block);
    this.seq += count;
    if (kind === KIND_FIXES) this.fixes += count;
  }
}

export interface FixNote {
  /** Seconds after ten o'clock. */
  at: number;
  lon?: number;
  lat?: number;
  speed?: number;
  alarms?: number;
  quality?: number;
  subSeq?: number;
  mileageKm?: number;
  /** Seconds from the fix to its receipt. */
  delay?: number;
}

export function fixOf(vehicleNo: number, note: FixNote): Position {
  const p = new Position();
  p.vehicleNo = vehicleNo;
  p.fixTime = TEN + note.at * 1000;
  p.receivedTime = p.fixTime + (note.delay ?? 1) * 1000;
  p.lon = note.lon ?? 0.5;
  p.lat = note.lat ?? 0.5;
  p.speedKmh = note.speed ?? 40;
  p.mileageKm = note.mileageKm ?? NaN;
  p.alarms = (note.alarms ?? 0) >>> 0;
  p.alarmWord = p.alarms;
  p.quality = note.quality ?? 0;
  p.subSeq = note.subSeq ?? 0;
  p.flags = LOCATED;
  p.source = 1;
  return p;
}

/** A square of 1° with its south-west corner there. */
export function square(west: number, south: number): FenceGeometry {
  const [east, north] = [west + 1, south + 1];
  return {
    type: 'Polygon',
    coordinates: [
      [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
      ],
    ],
  };
}

/** An engine and a log that grows: what is told of each part is a transcript. */
export class Story {
  readonly log = new LogBuilder();
  engine = new Engine();
  #taken = 0;
  /** Transitions of the last `tell`. */
  transitions: AlertTransition[] = [];

  vehicle(no: number, id: string, category: VehicleCategory = 'other', others: Partial<Vehicle> = {}): this {
    this.log.change({
      type: 'vehicle-put',
      vehicle: {
        no,
        id,
        plate: `沪A${no}`,
        plateColor: 2,
        category,
        company: null,
        region: null,
        terminals: [],
        createdAt: TEN,
        ...others,
      },
    });
    return this;
  }

  fence(
    no: number,
    id: string,
    geometry: FenceGeometry,
    rules: FenceRule[],
    others: Partial<FenceProperties> = {},
  ): this {
    this.log.change({
      type: 'fence-put',
      fence: {
        no,
        id,
        revision: this.log.revision + 1,
        geometry,
        properties: { name: id, rules, ...others },
        createdAt: TEN,
        updatedAt: TEN,
      },
    });
    return this;
  }

  settings(speedLimits: Partial<Record<VehicleCategory, number>>, speedDurationS = 30): this {
    this.log.change({ type: 'settings-put', settings: { ...DEFAULT_RULE_SETTINGS, speedLimits, speedDurationS } });
    return this;
  }

  fixes(vehicleNo: number, ...notes: FixNote[]): this {
    for (const note of notes) this.log.fix(fixOf(vehicleNo, note));
    return this;
  }

  change(facts: ChangeFacts, at?: number): this {
    this.log.change(facts, at);
    return this;
  }

  /** Evaluates what was added since the last call: one line for each transition. */
  tell(): string[] {
    this.log.flush();
    for (; this.#taken < this.log.blocks.length; this.#taken++) this.engine.apply(this.log.blocks[this.#taken]);
    this.transitions = this.engine.take();
    return this.transitions.map(line);
  }
}

/** `raised fence-enter v1 depot 10:00:05`, with the time of the condition's begin, or of its end. */
function line({ transition, alert }: AlertTransition): string {
  const time = transition === 'cleared' ? alert.clearedAt : alert.occurredAt;
  const words = [transition, alert.type, alert.vehicleId, alert.fenceId, beijing(time), alert.clearReason];
  return words.filter((word) => word !== null).join(' ');
}

function beijing(time: string | null): string {
  return new Date(Date.parse(time ?? '') + 8 * 3_600_000).toISOString().slice(11, 19);
}
