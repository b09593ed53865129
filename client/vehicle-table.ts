import type { Datum } from '../model/datum.js';
import type {
  Bbox,
  DensityCell,
  DensityMessage,
  LivePosition,
  PositionsMessage,
  StreamFormat,
  StreamMessage,
  StreamRequest,
  VehiclesFilter,
} from './messages.js';
import type { Subscription, SubscriptionPort } from './subscription.js';

export interface VehiclesOptions {
  bbox: Bbox;
  /** What the map is drawn in: coordinates both ways refer to it. Default `wgs84`. */
  datum?: Datum;
  filter?: VehiclesFilter;
  /** `protobuf`: binary frames of a quarter of the bytes; what is told is the same. Default `json`. */
  format?: StreamFormat;
  /** The most that the server should send on average. */
  bytesPerSecond?: number;
}

/** What one message changed in the table. */
export interface VehiclesChange {
  /** New in the view, or with something new. */
  put: readonly LivePosition[];
  /** Not in the view any more. */
  gone: readonly string[];
}

/**
 * The vehicles of a view as the stream tells them, by id; or, where they are too many, `cells` that count them. While there
 * is no connection it stays as it was last told.
 */
export class VehicleTable implements Subscription {
  readonly byId = new Map<string, LivePosition>();
  cells: readonly DensityCell[] = [];
  /** False until the first answer, and from a break of the connection to the answer after it. */
  live = false;
  #options: VehiclesOptions;
  readonly #port: SubscriptionPort;
  readonly #changed: (change: VehiclesChange) => void;

  constructor(
    readonly id: number,
    options: VehiclesOptions,
    port: SubscriptionPort,
    changed: (change: VehiclesChange) => void,
  ) {
    this.#options = options;
    this.#port = port;
    this.#changed = changed;
  }

  get bbox(): Bbox {
    return this.#options.bbox;
  }

  /** The map moved, or the filter is another. What enters the view and what leaves it follows. */
  update(to: { bbox?: Bbox; filter?: VehiclesFilter }): void {
    this.#options = { ...this.#options, ...to };
    const { bbox, filter } = this.#options;
    this.#port.send({ op: 'update', id: this.id, bbox, ...(to.filter && { filter }) });
  }

  close(): void {
    this.#port.close(this.id);
  }

  request(): StreamRequest {
    return { op: 'subscribe', id: this.id, channel: 'positions', ...this.#options };
  }

  take(message: StreamMessage): void {
    if (message.type === 'positions') this.#takePositions(message);
    else if (message.type === 'density') this.#takeDensity(message);
  }

  lost(): void {
    this.live = false;
  }

  #takePositions({ snapshot, items, gone }: PositionsMessage): void {
    this.live = true;
    this.cells = [];
    const left = snapshot ? this.#missingFrom(items) : gone.filter((id) => this.byId.has(id));
    for (const id of left) this.byId.delete(id);
    for (const item of items) this.byId.set(item.vehicleId, item);
    this.#changed({ put: items, gone: left });
  }

  #takeDensity({ cells }: DensityMessage): void {
    this.live = true;
    const gone = [...this.byId.keys()];
    this.byId.clear();
    this.cells = cells;
    this.#changed({ put: [], gone });
  }

  #missingFrom(items: readonly LivePosition[]): string[] {
    const present = new Set(items.map(({ vehicleId }) => vehicleId));
    return [...this.byId.keys()].filter((id) => !present.has(id));
  }
}
