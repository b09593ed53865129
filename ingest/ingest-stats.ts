import type { RejectReason } from '../model/reject.js';
import { SOURCE_NAMES } from '../model/source.js';
import { count, type LiveStats, type Tally } from '../model/stats.js';
import { LatencyHistogram } from './latency-histogram.js';

/** Why we end a connection: the label of a counter. */
export type CloseReason =
  | 'address-held' //       its address sent nothing but broken frames a moment ago
  | 'address-rate' //       its address opens connections faster than allowed
  | 'terminal-held' //      its terminal is held back for wrong codes or broken frames
  | 'no-first-frame' //     nothing valid within the first time
  | 'no-auth' //            not authenticated in time
  | 'slow-frame' //         a frame that began and did not end
  | 'idle' //               silent for longer than a living terminal is
  | 'garbage' //            more than 8 KiB without a valid frame
  | 'bad-checksums' //      too many broken frames in a minute
  | 'not-authenticated' //  data again and again before authentication
  | 'other-terminal' //     a second terminal number on one connection
  | 'rate' //               ten times more than a terminal may send
  | 'write-buffer' //       it does not read what we answer
  | 'superseded' //         the same terminal came on a new connection
  | 'overload' //           nothing more could be taken in the middle of its bytes
  | 'shutdown' //           we are stopping
  | 'peer' //               it went by itself
  | 'error'; //             the network failed

/**
 * What ingest counts since the process started, for `GET /v1/stats/live` and `/metrics`. A record is one fix.
 * `fixes.accepted` and `pending` belong to the intake, which knows how far the log is durable.
 */
export class IngestStats {
  /** Frames cut out of a stream, good or not; handled is what remains after Σ rejected. */
  framesReceived = 0;
  framesHandled = 0;
  readonly framesRejected: Tally = {};
  fixesReceived = 0;
  readonly fixesRejected: Tally = {};
  /** Fixes received by number of model/source.ts. */
  readonly fixesBySource = new Float64Array(SOURCE_NAMES.length);
  connectionsOpen = 0;
  connectionsAuthenticated = 0;
  connectionsAccepted = 0;
  /** Connections that the system refused for us: the limit of open ones was reached. */
  connectionsDropped = 0;
  readonly connectionsClosed: Tally = {};
  authFailures = 0;
  /** How often all reading stopped for want of room in the log. */
  spoolPauses = 0;
  /** How often one terminal was made to wait because it sent too fast. */
  ratePauses = 0;
  /** Frames of terminals, and their bytes, that wait until the log has room. */
  readonly waiting = { frames: 0, bytes: 0 };
  /** The watched directory: files, and what stands in them. */
  readonly files: LiveStats['files'] = { done: 0, failed: 0, received: 0, taken: 0, refused: 0, pending: 0, waits: 0 };
  /** Servers of a feed that we connect to. */
  readonly dialOut: LiveStats['dialOut'] = {
    ...{ sources: 0, dialled: 0, connecting: 0, connected: 0, ended: {}, pauses: 0 },
  };
  readonly datagrams: LiveStats['datagrams'] = { received: 0, taken: 0, lost: 0 };
  /** From the bytes' arrival to the reply's departure. */
  readonly ackLatency = new LatencyHistogram();

  rejectFrame(reason: RejectReason): void {
    count(this.framesRejected, reason);
  }

  rejectFix(reason: RejectReason): void {
    count(this.fixesRejected, reason);
  }

  closed(reason: CloseReason): void {
    count(this.connectionsClosed, reason);
  }

  frames(): LiveStats['frames'] {
    return { received: this.framesReceived, handled: this.framesHandled, rejected: { ...this.framesRejected } };
  }

  connections(): LiveStats['connections'] {
    return {
      open: this.connectionsOpen,
      authenticated: this.connectionsAuthenticated,
      accepted: this.connectionsAccepted,
      closed: { ...this.connectionsClosed },
      authFailures: this.authFailures,
      pauses: { spool: this.spoolPauses, rate: this.ratePauses },
      waiting: { ...this.waiting },
    };
  }

  /** Ways in besides the ports of terminals. */
  otherWays(): Pick<LiveStats, 'files' | 'dialOut' | 'datagrams'> {
    const { files, dialOut, datagrams } = this;
    return {
      files: { ...files },
      dialOut: { ...dialOut, ended: { ...dialOut.ended } },
      datagrams: { ...datagrams },
    };
  }

  /** Received fixes by the name of their source; sources that gave none are absent. */
  bySource(): Tally {
    const tally: Tally = {};
    this.fixesBySource.forEach((n, i) => {
      if (n > 0) tally[SOURCE_NAMES[i]] = n;
    });
    return tally;
  }
}
