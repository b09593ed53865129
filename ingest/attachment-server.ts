import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Tally } from '../model/stats.js';
import { AttachmentConversation } from '../protocols/jt808/attachment-conversation.js';
import { type AttachmentLimits, type AttachmentParts, AttachmentSession } from './attachment-session.js';

export interface AttachmentServerOptions extends Omit<AttachmentParts, 'limits' | 'counts' | 'incoming'> {
  host: string;
  /** 0 for any free port. */
  port: number;
  limits?: Partial<AttachmentServerLimits>;
  /** One line for people. */
  log?: (message: string) => void;
}

/** Times in ms. */
export interface AttachmentServerLimits extends AttachmentLimits {
  connections: number;
  /** From the connection to the alarm that it is about. */
  firstMs: number;
  idleMs: number;
  totalMs: number;
  /** Bytes of answers that are not read. */
  writeBufferBytes: number;
  /** How long `close` waits for files to be kept. */
  closeMs: number;
}

export const ATTACHMENT_LIMITS: AttachmentServerLimits = {
  fileBytes: 64 * 1024 * 1024,
  files: 64,
  incomingBytes: 4 * 1024 * 1024 * 1024,
  connections: 1000,
  firstMs: 30_000,
  idleMs: 60_000,
  totalMs: 30 * 60_000,
  writeBufferBytes: 256 * 1024,
  closeMs: 5_000,
};

const SWEEP_MS = 1_000;

interface Peer {
  socket: Socket;
  session: AttachmentSession;
  since: number;
  heardAt: number;
  /** Work on what has come, in order; reading waits for it, so that nothing gathers in memory. */
  work: Promise<void>;
  /** The socket is closed, and `work` ends with what that leaves to be done. */
  gone: Promise<void>;
}

/** The port that files of alarms come to. Only terminals that were asked get in: they know the alert and its key. */
export class AttachmentServer {
  /** Files by what became of them, and what was refused. */
  readonly counts: Tally = {};
  port = 0;
  readonly #o: AttachmentServerOptions;
  readonly #limits: AttachmentServerLimits;
  readonly #server: Server;
  readonly #incoming = { bytes: 0 };
  readonly #peers = new Set<Peer>();
  readonly #timer: NodeJS.Timeout;

  private constructor(options: AttachmentServerOptions) {
    this.#o = options;
    this.#limits = { ...ATTACHMENT_LIMITS, ...options.limits };
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = this.#limits.connections;
    this.#timer = setInterval(() => this.#sweep(performance.now()), SWEEP_MS);
  }

  /** Rejects where the port cannot be had. */
  static async start(options: AttachmentServerOptions): Promise<AttachmentServer> {
    const server = new AttachmentServer(options);
    await server.#listen();
    return server;
  }

  get open(): number {
    return this.#peers.size;
  }

  /** Ends all connections; what has come of unfinished files is kept and reported, unless the log takes nothing. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const peers = [...this.#peers];
    for (const { socket } of peers) socket.destroy();
    await closed;
    // The server is closed a moment before its sockets say so.
    await Promise.all(peers.map(({ gone }) => gone));
    const kept = Promise.all(peers.map(({ work }) => work));
    await Promise.race([kept, pause(this.#limits.closeMs, undefined, { ref: false })]);
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        clearInterval(this.#timer);
        reject(error);
      };
      this.#server.once('error', failed);
      this.#server.listen(this.#o.port, this.#o.host, () => {
        this.#server.off('error', failed);
        this.#server.on('error', (error) => this.#o.log?.(`attachments: ${error.message}`));
        const address = this.#server.address();
        this.port = typeof address === 'object' && address !== null ? address.port : this.#o.port;
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    const conversation = new AttachmentConversation();
    const reply = (bytes: Buffer) => {
      if (!socket.writable) return;
      socket.write(bytes);
      if (socket.writableLength > this.#limits.writeBufferBytes) socket.destroy();
    };
    const session = new AttachmentSession(
      { ...this.#o, limits: this.#limits, counts: this.counts, incoming: this.#incoming },
      reply,
    );
    const now = performance.now();
    let gone = () => {};
    const peer: Peer = {
      ...{ socket, session, since: now, heardAt: now, work: Promise.resolve() },
      gone: new Promise((resolve) => {
        gone = resolve;
      }),
    };
    this.#peers.add(peer);
    socket.on('error', () => {}); // 'close' follows
    socket.on('data', (bytes: Buffer) => {
      peer.heardAt = performance.now();
      socket.pause();
      this.#then(peer, async () => {
        for (const event of conversation.receive(bytes)) {
          if (!(await session.handle(event))) {
            socket.end();
            return;
          }
        }
        socket.resume();
      });
    });
    socket.on('close', () => {
      this.#peers.delete(peer);
      this.#then(peer, () => session.close());
      gone();
    });
  }

  /** `work` after what is under way; one that fails ends the connection. */
  #then(peer: Peer, work: () => Promise<void>): void {
    peer.work = peer.work.then(work).catch((error: unknown) => {
      this.#o.log?.(`attachments: ${error instanceof Error ? error.message : String(error)}`);
      peer.socket.destroy();
    });
  }

  #sweep(now: number): void {
    const { firstMs, idleMs, totalMs } = this.#limits;
    for (const { socket, session, since, heardAt } of this.#peers) {
      const late = !session.welcome && now - since > firstMs;
      if (late || now - heardAt > idleMs || now - since > totalMs) socket.destroy();
    }
  }
}
