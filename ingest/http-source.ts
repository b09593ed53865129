import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Datum, usualDatum } from '../model/datum.js';
import { Position } from '../model/position.js';
import { REJECT_REASONS, type RejectReason } from '../model/reject.js';
import { sourceNumber } from '../model/source.js';
import type { Registry } from '../store/registry.js';
import type { Intake, Origin } from './intake.js';
import { MAX_VEHICLES } from './limits.js';
import { parsePosition } from './position-input.js';
import type { ReceiveClock } from './receive-clock.js';

/** What became of one item; `field` where one member of it is to blame. */
export type PositionResult =
  | { ok: true }
  | { ok: false; reason: RejectReason | 'full'; detail: string; field?: string };

export interface HttpSourceOptions {
  intake: Intake;
  registry: Registry;
  clock: ReceiveClock;
  /** Only vehicles that the registry has are served. */
  registrationRequired: boolean;
  /** Vehicles after which an unknown id makes no other. */
  maxVehicles?: number;
  /** What coordinates refer to where neither the item nor the registry says; WGS-84 where absent. */
  datum?: Datum;
  /** What the fixes count as having come by. */
  source?: 'http' | 'file';
}

/** After so many items the event loop gets a turn: sockets do not wait for a large body. */
const ITEMS_PER_TURN = 500;

/** Positions as JSON: those that a platform pushes (`POST /v1/positions`), and those of files. */
export class HttpSource {
  readonly #intake: Intake;
  readonly #registry: Registry;
  readonly #clock: ReceiveClock;
  readonly #registrationRequired: boolean;
  readonly #maxVehicles: number;
  readonly #datum: Datum | undefined;
  readonly #source: number;

  constructor(options: HttpSourceOptions) {
    const {
      intake,
      registry,
      clock,
      registrationRequired,
      maxVehicles = MAX_VEHICLES,
      datum,
      source = 'http',
    } = options;
    this.#source = sourceNumber(source);
    this.#datum = datum;
    this.#intake = intake;
    this.#registry = registry;
    this.#clock = clock;
    this.#registrationRequired = registrationRequired;
    this.#maxVehicles = maxVehicles;
  }

  /**
   * One result per item, in order, once every item that is `ok` is durable. Where any was not taken because the log is
   * `full`, nothing is waited for, a disk that refuses writes least of all: all of them are to be sent again, and those
   * that were taken are repeats then. `address` is the sender's, for the quarantine.
   */
  async accept(items: readonly unknown[], address: string | null = null): Promise<PositionResult[]> {
    const results: PositionResult[] = [];
    for (const item of items) {
      if (results.length > 0 && results.length % ITEMS_PER_TURN === 0) await nextTurn();
      results.push(await this.#take(item, address));
    }
    const full = results.some((result) => !result.ok && result.reason === 'full');
    if (!full) await this.#intake.whenDurable();
    return results;
  }

  // Answers without a promise wherever it can: `await` of a plain value still costs a turn of the microtask queue only.
  #take(item: unknown, address: string | null): PositionResult | Promise<PositionResult> {
    if (this.#intake.full) return { ok: false, reason: 'full', detail: 'no room just now; send it again later' };
    const input = parsePosition(item, this.#usualDatum);
    if (!('position' in input))
      return this.#refuse(
        new Position(),
        'bad-item',
        item,
        address,
        `${input.field || 'a position'} ${input.message}`,
        input.field,
      );
    const { vehicleId, position } = input;
    const known = this.#registry.catalog.vehicleById(vehicleId);
    if (known) return this.#give(position, known.no, item, address);
    if (this.#registrationRequired || this.#registry.catalog.vehicles.size >= this.#maxVehicles) {
      const why = this.#registrationRequired ? '' : `, and beyond ${this.#maxVehicles} none is made by itself`;
      const detail = `the registry has no vehicle ${vehicleId}${why}`;
      return this.#refuse(position, 'unknown-vehicle', item, address, detail, 'vehicleId');
    }
    return this.#giveNew(position, vehicleId, item, address);
  }

  readonly #usualDatum = (vehicleId: string): Datum =>
    usualDatum(null, this.#registry.catalog.vehicleById(vehicleId), this.#datum);

  async #giveNew(p: Position, vehicleId: string, item: unknown, address: string | null): Promise<PositionResult> {
    // In the catalog at once, unless it is refused: its record is in the log before the fix.
    const made = this.#registry.putVehicle({ id: vehicleId });
    const vehicle = this.#registry.catalog.vehicleById(vehicleId);
    if (vehicle) return this.#give(p, vehicle.no, item, address);
    const outcome = await made;
    const detail = 'refused' in outcome ? `vehicleId ${outcome.problems.map(({ message }) => message).join('; ')}` : '';
    return this.#refuse(p, 'bad-item', item, address, detail, 'vehicleId');
  }

  #give(p: Position, vehicleNo: number, item: unknown, address: string | null): PositionResult {
    p.vehicleNo = vehicleNo;
    p.source = this.#source;
    p.receivedTime = this.#clock.now();
    const reason = this.#intake.accept(p, new JsonOrigin(item, address));
    if (reason === null) return { ok: true };
    if (reason === 'full') return { ok: false, reason, detail: 'no room just now; send it again later' };
    const field = reason === 'bad-time' || reason === 'too-old' ? 'time' : undefined;
    return { ok: false, reason, detail: REJECT_REASONS[reason], field };
  }

  #refuse(
    p: Position,
    reason: RejectReason,
    item: unknown,
    address: string | null,
    detail: string,
    field: string,
  ): PositionResult {
    p.source = this.#source;
    p.receivedTime = this.#clock.now();
    this.#intake.refuse(p, reason, new JsonOrigin(item, address), detail);
    return { ok: false, reason, detail, field };
  }
}

/** The item as text, made only where the quarantine keeps it. */
class JsonOrigin implements Origin {
  constructor(
    private readonly item: unknown,
    readonly address: string | null,
  ) {}

  get peer(): string | null {
    const id = (this.item as { vehicleId?: unknown } | null)?.vehicleId;
    return typeof id === 'string' ? id : null;
  }

  get bytes(): Uint8Array {
    return Buffer.from(JSON.stringify(this.item) ?? '');
  }
}
