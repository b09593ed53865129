import type { DrawnDatum } from '../../model/datum-shift.js';
import type { Bbox } from '../parameters.js';
import type { VehicleFilter } from '../vehicles/vehicle-filter.js';
import type { Encoding, SharedMessage } from './encoding.js';
import type { StreamFormat, SubscriptionId } from './messages.js';

/** Where a view's messages go. */
export interface ViewPort {
  /** False where the client is behind or has had its bytes: it gets nothing now, and a snapshot once it has caught up. */
  ready(): boolean;
  /** False where the message was not taken. */
  send(message: Buffer, binary: boolean): boolean;
}

/** What of the map somebody looks at, and how it is to be told. */
export interface Sight {
  /** WGS-84, whatever the map is drawn in. */
  bbox: Bbox;
  filter: VehicleFilter;
  format: StreamFormat;
  /** What the places that are told refer to. */
  datum: DrawnDatum;
}

/** The live map, as whoever looks at it sees it. */
export interface Views {
  /** Adds the view and sends its snapshot. */
  add(view: View, sight: Sight): void;
  remove(view: View): void;
}

/** One subscription to positions. */
export interface View {
  readonly id: SubscriptionId;
  readonly port: ViewPort;
  /** Null until it is added to the hub. */
  audience: Audience | null;
  /** What the client has is not what a delta could continue: it needs a snapshot. */
  stale: boolean;
}

/** All views of the same sight. What they are told is worked out once and written once. */
export class Audience {
  readonly views = new Set<View>();
  mode: 'positions' | 'density' = 'positions';
  /** Vehicles in it that the views which are up to date have been told of. */
  count = 0;

  constructor(
    readonly key: string,
    readonly sight: Sight,
    readonly encoding: Encoding,
  ) {}

  static keyOf({ bbox, filter, format, datum }: Sight): string {
    return `${format} ${datum} ${bbox.join(' ')} ${filter.key}`;
  }

  /** Sends the view what it is to get; where it is not ready for it, or does not take it, it gets a snapshot later. */
  tell(view: View, message: SharedMessage): void {
    // Asked right before each, because several views may be those of one client.
    view.stale = !(view.port.ready() && view.port.send(message.for(view.id), this.encoding.binary));
  }

  allStale(): void {
    for (const view of this.views) view.stale = true;
  }
}
