import { createServer, type Server, type Socket } from 'node:net';
import type { Datum } from '../model/datum.js';
import { sourceNumber } from '../model/source.js';
import type { Protocol } from '../protocols/protocol.js';
import { Admission } from './admission.js';
import type { CommandPort } from './commands.js';
import { Connection } from './connection.js';
import type { Awaiting, ConnectionHost } from './connection-host.js';
import type { Identity } from './identity.js';
import type { IngestStats } from './ingest-stats.js';
import type { Intake } from './intake.js';
import { TCP_LIMITS, type TcpLimits } from './limits.js';
import type { MediaUploads } from './media-uploads.js';
import type { Quarantine } from './quarantine.js';
import type { ReceiveClock } from './receive-clock.js';
import type { Session } from './session.js';
import type { Uploads } from './uploads.js';

export interface TcpServerOptions {
  protocol: Protocol;
  /** What its coordinates refer to where it is not WGS-84. */
  datum?: Datum;
  host: string;
  /** 0 for any free port. */
  port: number;
  intake: Intake;
  identity: Identity;
  stats: IngestStats;
  quarantine: Quarantine;
  clock: ReceiveClock;
  /** The log's: calls back once every record added so far is durable. */
  whenAccepted: (fn: () => void) => void;
  /** Hears which terminals are here and what they say to commands; absent where none are sent. */
  commands?: CommandPort;
  /** Where reports, and pictures and the like, go. */
  uploads: Uploads;
  media: MediaUploads;
  limits?: Partial<TcpLimits>;
  /** True for the address of a declared gateway, which speaks for many terminals on one connection. */
  isGateway?: (address: string) => boolean;
  /** One line for people; nothing of a frame's content. */
  log?: (level: 'info' | 'warn', message: string) => void;
}

export interface TcpServer {
  port: number;
  /** Stops accepting and reading, acknowledges what was accepted, then closes; within `limits.closeGraceMs`. */
  close(): Promise<void>;
}

/** Waiting connections get their turn in steps of this. */
const TURN_MS = 100;
const SWEEP_MS = 1_000;
/** Connections that get their replies in one turn of the event loop. */
const RELEASED_PER_TURN = 64;
/** As long as Linux lets it be by default: a storm of reconnecting terminals waits in the kernel (sheet §6 row 1). */
const BACKLOG = 4_096;

/** Listens for terminals of one protocol. Resolves when the port is open; rejects where it cannot be had. */
export async function startTcpServer(options: TcpServerOptions): Promise<TcpServer> {
  const listener = new TcpListener(options);
  await listener.listen(options.host, options.port);
  return listener;
}

class TcpListener implements TcpServer, ConnectionHost {
  readonly protocol: Protocol;
  readonly source: number;
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
  readonly whenAccepted: (fn: () => void) => void;
  port = 0;
  readonly #log: NonNullable<TcpServerOptions['log']>;
  readonly #isGateway: (address: string) => boolean;
  readonly #server: Server;
  readonly #admission: Admission;
  readonly #connections = new Set<Connection>();
  /** By terminal number: the newest login. */
  readonly #byTerminal = new Map<string, Session>();
  /** Replies that wait for the log, by connection … */
  #awaiting: Awaiting[] = [];
  /** … and those among them whose turn has come; the first `#released` have had it. */
  #releasing: Awaiting[] = [];
  #released = 0;
  #waitingTurn: Connection[] = [];
  #turns: number;
  #logFull = false;
  /** Of frames that wait for room in the log. */
  #keptBytes = 0;
  #stopped = false;
  readonly #timers: NodeJS.Timeout[];

  constructor(options: TcpServerOptions) {
    this.protocol = options.protocol;
    this.source = sourceNumber(options.protocol.name);
    this.datum = options.datum ?? 'wgs84';
    this.intake = options.intake;
    this.identity = options.identity;
    this.stats = options.stats;
    this.quarantine = options.quarantine;
    this.clock = options.clock;
    this.commands = options.commands;
    this.uploads = options.uploads;
    this.media = options.media;
    this.whenAccepted = options.whenAccepted;
    this.limits = { ...TCP_LIMITS, ...options.limits };
    this.#log = options.log ?? (() => {});
    this.#isGateway = options.isGateway ?? (() => false);
    this.#admission = new Admission(this.limits);
    this.#turns = this.#turnsPerStep;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    this.#server.maxConnections = this.limits.maxConnections;
    this.#server.on('connection', (socket) => this.#accept(socket));
    this.#server.on('drop', () => this.stats.connectionsDropped++);
    this.intake.onDurable(() => this.#release());
    this.intake.onRoom(() => this.#goOn());
    this.#timers = [setInterval(() => this.#sweep(), SWEEP_MS), setInterval(() => this.#giveTurns(), TURN_MS)];
  }

  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => {
        this.#stopTimers();
        reject(error);
      };
      this.#server.once('error', failed);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off('error', failed);
        // After listening, an error is one of accepting: out of descriptors, say. The kernel keeps the peer waiting.
        this.#server.on('error', (error) => this.#log('warn', `${this.protocol.name} listener: ${error.message}`));
        const address = this.#server.address();
        this.port = typeof address === 'object' && address !== null ? address.port : port;
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    this.#stopped = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.finish('shutdown');
    const grace = setTimeout(() => {
      for (const connection of this.#connections) connection.drop('shutdown');
    }, this.limits.closeGraceMs);
    await closed;
    clearTimeout(grace);
    this.#stopTimers();
  }

  // What connections ask of it.

  awaits(replies: Awaiting): void {
    this.#awaiting.push(replies);
  }

  keeps(frames: number, bytes: number): void {
    const { waitingBytesInAll } = this.limits;
    const before = this.#keptBytes;
    this.stats.waiting.frames += frames;
    this.stats.waiting.bytes += bytes;
    this.#keptBytes += bytes;
    if (before >= waitingBytesInAll || this.#keptBytes < waitingBytesInAll) return;
    for (const connection of this.#connections) connection.pauseForSpool();
  }

  loggedIn(session: Session): void {
    const { terminal } = session;
    const before = this.#byTerminal.get(terminal);
    this.#byTerminal.set(terminal, session);
    before?.peer.supersede(before);
    this.commands?.connected(this.protocol.name, terminal, session);
  }

  loggedOut(session: Session): void {
    const { terminal } = session;
    if (this.#byTerminal.get(terminal) === session) this.#byTerminal.delete(terminal);
    this.commands?.disconnected(this.protocol.name, terminal, session);
  }

  holdAddress(address: string): void {
    this.#admission.hold(address, performance.now());
    this.#log('warn', `${this.protocol.name}: ${address} is kept out for ${this.limits.holdMs / 1000} s: bad frames`);
  }

  // Coming and going.

  #accept(socket: Socket): void {
    const address = socket.remoteAddress;
    socket.on('error', () => {}); // 'close' follows and tells all there is to tell
    if (address === undefined || this.#stopped) {
      socket.destroy();
      return;
    }
    const refusal = this.#admission.refuses(address, performance.now());
    this.stats.connectionsAccepted++;
    if (refusal !== null) {
      this.stats.closed(refusal);
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, address, this, this.#isGateway(address));
    this.#connections.add(connection);
    this.stats.connectionsOpen++;
    socket.on('data', (bytes: Buffer) => {
      connection.receive(bytes);
      if (this.intake.full) this.#waitAll();
    });
    socket.on('end', () => connection.ended());
    socket.on('close', (failed) => this.#closed(connection, failed));
    if (this.#logFull) connection.waitForSpool();
    if (this.#keptBytes >= this.limits.waitingBytesInAll) connection.pauseForSpool();
    if (this.limits.newPerSecond > 0 && --this.#turns < 0) {
      connection.waitTurn();
      this.#waitingTurn.push(connection);
    }
  }

  #closed(connection: Connection, failed: boolean): void {
    this.#connections.delete(connection);
    this.stats.connectionsOpen--;
    connection.closed();
    this.stats.closed(connection.closing ?? (failed ? 'error' : 'peer'));
  }

  /** At most `newPerSecond` connections begin to be read in a second, so that a storm of logins stays bearable. */
  #giveTurns(): void {
    this.#turns = this.#turnsPerStep;
    const given = this.#waitingTurn.splice(0, this.#turns);
    this.#turns -= given.length;
    for (const connection of given) connection.start();
  }

  get #turnsPerStep(): number {
    return Math.max(1, Math.round((this.limits.newPerSecond * TURN_MS) / 1000));
  }

  #sweep(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.sweep(now);
  }

  // Acknowledgements and back-pressure.

  /** More is durable: whoever waits for it gets its replies. */
  #release(): void {
    const idle = this.#releasing.length === 0;
    if (idle) this.#releasing = this.#awaiting;
    else for (const replies of this.#awaiting) this.#releasing.push(replies);
    this.#awaiting = [];
    if (idle) this.#releaseSome();
  }

  /**
   * A few at a time, with a turn of the event loop between: terminals that have their answer send the next report, and
   * while that is read and on its way to the disk the others get theirs. All at once would leave disk and processor
   * waiting for each other.
   */
  #releaseSome(): void {
    const now = performance.now();
    const { durable } = this.intake;
    const end = Math.min(this.#released + RELEASED_PER_TURN, this.#releasing.length);
    while (this.#released < end) {
      const replies = this.#releasing[this.#released++];
      if (replies.release(durable, now)) this.#awaiting.push(replies);
    }
    if (end < this.#releasing.length) {
      setImmediate(() => this.#releaseSome());
    } else {
      this.#releasing = [];
      this.#released = 0;
    }
  }

  #waitAll(): void {
    if (this.#logFull) return;
    this.#logFull = true;
    this.stats.spoolPauses++;
    for (const connection of this.#connections) connection.waitForSpool();
  }

  /** There is room again. What waited may fill it before everybody has had a turn: who had one is the last next time. */
  #goOn(): void {
    if (!this.#logFull) return;
    this.#logFull = false;
    const served: Connection[] = [];
    for (const connection of this.#connections) {
      connection.goOnAfterSpool();
      served.push(connection);
      if (!this.intake.full) continue;
      for (const each of served) if (this.#connections.delete(each)) this.#connections.add(each);
      return this.#waitAll();
    }
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
