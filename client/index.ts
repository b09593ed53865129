/** The client of the live stream, for browsers and Node.js, without dependencies (docs/stream.md). */
export type { AlertFollower, AlertsHandlers, AlertsOptions } from './alert-follower.js';
export type { CommandFollower, CommandsHandlers } from './command-follower.js';
export type {
  AlertStep,
  AlertsFilter,
  Bbox,
  CommandJson,
  CommandsFilter,
  DensityCell,
  Gap,
  LivePosition,
  StreamFormat,
  VehiclesFilter,
} from './messages.js';
export { Stream, StreamError, type StreamOptions, type StreamState } from './stream.js';
export type { VehiclesChange, VehiclesOptions, VehicleTable } from './vehicle-table.js';
export type { SocketConstructor, SocketLike } from './web-socket.js';
