import type { Bbox } from '../parameters.js';
import type { VehicleFilter } from '../vehicle-filter.js';
import type { SubscriptionId } from './messages.js';

/** Where a view's messages go. */
export interface ViewPort {
  /** False where the client is behind: it gets nothing now, and a snapshot once it has caught up. */
  ready(): boolean;
  /** False where the message was not taken. */
  send(message: Buffer): boolean;
}

/** One subscription to positions: a part of the map that somebody is looking at. */
export interface View {
  id: SubscriptionId;
  bbox: Bbox;
  filter: VehicleFilter;
  port: ViewPort;
  mode: 'positions' | 'density';
  /** Vehicles in it that the client has been told of. */
  count: number;
  /** What the client has is not what a delta could continue: it needs a snapshot. */
  stale: boolean;
}
