/** Counts by label; a label that was never counted is absent. */
export type Tally = Record<string, number>;

export function count(tally: Tally, label: string, n = 1): void {
  tally[label] = (tally[label] ?? 0) + n;
}

export function total(tally: Tally): number {
  let sum = 0;
  for (const n of Object.values(tally)) sum += n;
  return sum;
}

/**
 * The counters on which conservation is checked, `GET /v1/stats/live`. A record is one fix.
 *
 *   frames.received  = frames.handled + Σ frames.rejected
 *   fixes.received   = fixes.accepted + Σ fixes.rejected + fixes.pending
 *   log.accepted     = store.storedNew + store.duplicate + store.quarantined + store.missed + store.inSpool
 *   log.accepted     = engine.evaluated + Σ engine.notEvaluable + engine.inSpool
 *   files.received   = files.taken + files.refused + files.pending
 *   dialOut.dialled  = dialOut.connecting + dialOut.connected + Σ dialOut.ended
 *   datagrams.received = datagrams.taken + datagrams.lost
 *
 * A follower has drained the log when its `watermark` is `log.lastSeq`; then its `inSpool` must be 0.
 *
 * `frames` and `fixes` count since this process started; `log`, `store` and `engine` count since the log began, through
 * every restart: they are kept with the watermarks they belong to.
 */
export interface LiveStats {
  since: string;
  frames: { received: number; handled: number; rejected: Tally };
  fixes: { received: number; accepted: number; pending: number; rejected: Tally; bySource: Tally };
  log: { accepted: number; lastSeq: number; bytes: number; quotaBytes: number; state: SpoolState };
  store: {
    state: 'ready' | 'away' | 'starting';
    storedNew: number;
    duplicate: number;
    /** Those among the duplicates whose payload was another one; both are kept. */
    conflict: number;
    quarantined: number;
    /** Gone from the log before this database had them: stored in an earlier database, or lost to a rotten disk. */
    missed: number;
    /** Number of the last record that is in the database. */
    watermark: number;
    inSpool: number;
    /** Age of the oldest record that waits. */
    lagSeconds: number;
  };
  engine: {
    evaluated: number;
    notEvaluable: Tally;
    /** Number of the last record that the engine has taken in. */
    watermark: number;
    inSpool: number;
    stepFailures: Tally;
    alerts: Tally;
    /** Alerts whose clocks stopped because too many ran. */
    clocksGivenUp: number;
  };
  connections: {
    open: number;
    authenticated: number;
    /** Since this process started. */
    accepted: number;
    /** Those that ended, by reason (ingest/ingest-stats.ts). */
    closed: Tally;
    authFailures: number;
    /** How often reading stopped, by what for. */
    pauses: { spool: number; rate: number };
    /** Frames, registrations among them, that wait in memory until the log has room, and their bytes. */
    waiting: { frames: number; bytes: number };
  };
  /** From the arrival of a fix to the departure of its acknowledgement. */
  ackLatency: Latencies;
  /** What terminals reported besides fixes since this process started, by kind (model/upload.ts). */
  uploads: Tally;
  media: MediaStats;
  mqtt: MqttStats;
  positionsOut: PositionsOut;
  /** null: none are published. */
  alertsOut: AlertsOut | null;
  /** The watched directory since this process started: files that were moved, and the positions and sentences in them. */
  files: {
    done: number;
    failed: number;
    received: number;
    taken: number;
    refused: number;
    /** In hand: not durable yet, or not written down as such. */
    pending: number;
    /** How often it waited for room in the log. */
    waits: number;
  };
  /** Servers of AIS that we connect to, since this process started. */
  dialOut: {
    /** As the settings name them. */
    sources: number;
    /** Connections that were tried. */
    dialled: number;
    connecting: number;
    connected: number;
    /** Those that came to nothing or to an end, by why (ingest/dial-out.ts). */
    ended: Tally;
    /** How often one was not read for want of room in the log. */
    pauses: number;
  };
  /** Of AIS over UDP, since this process started; `lost`: what came while the log was full, for UDP cannot wait. */
  datagrams: { received: number; taken: number; lost: number };
  vehicles: { known: number; online: number };
  stream: { clients: number; subscriptions: number };
}

/** Pictures, sounds and videos of terminals; counts since this process started. */
export interface MediaStats {
  /** Unfinished now, the memory that they take, and the most that they may take. */
  open: number;
  memoryBytes: number;
  memoryLimitBytes: number;
  /** Finished, whole or not. */
  complete: number;
  incomplete: number;
  /** Parts by what became of them: taken, repeated, busy (left unanswered for now), or why they were refused. */
  parts: Tally;
  /** How often missing parts were asked for. */
  asked: number;
  diskFailures: number;
  /** Files of alarms (ingest/attachment-session.ts) by what became of them, and what was refused. */
  attachments: Tally;
  /** Files that are kept, and those that were deleted because others needed the room. */
  files: { count: number; bytes: number; deleted: number; deletedBytes: number };
}

/** Positions that are published over MQTT; counts since this process started, all zero where none are. */
export interface PositionsOut {
  /** Messages that the broker has taken, and tries that failed. */
  published: number;
  failed: number;
  /** Vehicles whose newest position is not published yet. */
  waiting: number;
}

/** Alerts that are published over MQTT. */
export interface AlertsOut {
  /** Messages that the broker took since this process started. */
  delivered: number;
  /** Steps of the alert log after that. */
  behind: number;
  /** Messages that the broker refused again and again, and that are kept. */
  deadLetters: number;
}

/** Messages over MQTT; counts since this process started. received = handled + Σ rejected. */
export interface MqttStats {
  /** Whose broker it is, if any. */
  broker: 'off' | 'own' | 'outside';
  /** Of the way to it; `refused`: it is there and does not let us in, or not subscribe. */
  state: 'off' | 'listening' | 'connected' | 'away' | 'refused';
  detail: string;
  /** Clients of our own broker. */
  clients: number;
  messages: {
    received: number;
    handled: number;
    rejected: Tally;
    /** Received messages by the codec that read them. */
    byCodec: Tally;
    /** Said by the broker to have been sent before. */
    repeated: number;
    /** Kept by the broker from before we subscribed. */
    retained: number;
  };
  /** What publishers told besides fixes. */
  events: Tally;
  /** Messages whose acknowledgement waits for the log. */
  unacknowledged: number;
  /** How often reading stopped for want of room in the log. */
  pauses: number;
  /** Connections to an outside broker that were made. */
  connects: number;
  /** What our own broker refused, by why. */
  refused: Tally;
}

/** Durations by bucket: `counts[i]` of them up to `boundsSeconds[i]` and over the bound before; the last over all bounds. */
export interface Latencies {
  boundsSeconds: number[];
  counts: number[];
  sumSeconds: number;
}

/** The equations that do not hold, one line each; none where every record is accounted for. */
export function imbalances({ frames, fixes, log, store, engine, files, dialOut, datagrams }: LiveStats): string[] {
  const sides: [string, number, number][] = [
    ['frames.received', frames.received, frames.handled + total(frames.rejected)],
    ['fixes.received', fixes.received, fixes.accepted + total(fixes.rejected) + fixes.pending],
    [
      'log.accepted, store',
      log.accepted,
      store.storedNew + store.duplicate + store.quarantined + store.missed + store.inSpool,
    ],
    ['log.accepted, engine', log.accepted, engine.evaluated + total(engine.notEvaluable) + engine.inSpool],
    ['files.received', files.received, files.taken + files.refused + files.pending],
    ['dialOut.dialled', dialOut.dialled, dialOut.connecting + dialOut.connected + total(dialOut.ended)],
    ['datagrams.received', datagrams.received, datagrams.taken + datagrams.lost],
  ];
  return sides
    .filter(([, left, right]) => left !== right)
    .map(([what, left, right]) => `${what}: ${left}, not ${right}`);
}

/** `filling`: over 70 % of the quota; `full`: senders are paused; `failed`: the disk refuses writes. */
export type SpoolState = 'ok' | 'filling' | 'full' | 'failed';
