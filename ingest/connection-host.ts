import type { Datum } from '../model/datum.js';
import type { Protocol } from '../protocols/protocol.js';
import type { CommandPort } from './commands.js';
import type { Identity } from './identity.js';
import type { IngestStats } from './ingest-stats.js';
import type { Intake } from './intake.js';
import type { TcpLimits } from './limits.js';
import type { MediaUploads } from './media-uploads.js';
import type { Quarantine } from './quarantine.js';
import type { ReceiveClock } from './receive-clock.js';
import type { Session } from './session.js';
import type { Uploads } from './uploads.js';

/** The replies of one connection, while some of them wait for the log. */
export interface Awaiting {
  /** Sends what has become durable; `now` in monotonic ms. False where nothing waits for fixes any more. */
  release(durable: number, now: number): boolean;
}

/** What a connection asks of the server that it belongs to. */
export interface ConnectionHost {
  readonly protocol: Protocol;
  /** Number of model/source.ts. */
  readonly source: number;
  /** What its coordinates refer to, unless the registry says otherwise of a vehicle. */
  readonly datum: Datum;
  readonly intake: Intake;
  readonly identity: Identity;
  readonly stats: IngestStats;
  readonly quarantine: Quarantine;
  readonly limits: TcpLimits;
  readonly clock: ReceiveClock;
  readonly commands: CommandPort | undefined;
  readonly uploads: Uploads;
  readonly media: MediaUploads;
  /** Calls `fn` once every change recorded so far is durable. */
  whenAccepted(fn: () => void): void;
  /** There are replies that wait for the log. */
  awaits(replies: Awaiting): void;
  /** A connection keeps so many frames and bytes more, or fewer, until the log has room. */
  keeps(frames: number, bytes: number): void;
  /** A connection speaks for a terminal from now on. */
  loggedIn(session: Session): void;
  /** It no longer does. */
  loggedOut(session: Session): void;
  /** Keeps new connections of an address out for a while. */
  holdAddress(address: string): void;
}
