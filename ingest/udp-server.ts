import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Position } from '../model/position.js';
import type { RejectReason } from '../model/reject.js';
import { sourceNumber } from '../model/source.js';
import type { UploadFact } from '../model/upload.js';
import type { MediaOutcome } from '../protocols/media.js';
import type { Conversation, Protocol, Registration, RegistrationAnswer, Sink } from '../protocols/protocol.js';
import { FrameTally } from './frame-tally.js';
import type { Identity } from './identity.js';
import type { IngestStats } from './ingest-stats.js';
import type { Intake, Origin } from './intake.js';
import type { Quarantine } from './quarantine.js';
import type { ReceiveClock } from './receive-clock.js';
import type { Uploads } from './uploads.js';

export interface UdpServerOptions {
  /** One that nothing has to be answered in. */
  protocol: Protocol;
  host: string;
  /** 0 for any free port. */
  port: number;
  intake: Intake;
  identity: Identity;
  stats: IngestStats;
  quarantine: Quarantine;
  uploads: Uploads;
  clock: ReceiveClock;
  /** One line for people; nothing of a datagram's content. */
  log?: (level: 'info' | 'warn', message: string) => void;
}

export interface UdpServer {
  port: number;
  close(): Promise<void>;
}

/** Senders whose unfinished messages are kept apart; beyond it the one heard of longest ago starts anew. */
const MAX_SENDERS = 256;
const SWEEP_MS = 1_000;
/** As much as Linux allows by default: a receiver sends in bursts. */
const RECEIVE_BUFFER_BYTES = 208 * 1024;
const NEWLINE = Buffer.from('\n');

/**
 * Listens for datagrams of a protocol of lines. Resolves when the port is open; rejects where it cannot be had.
 *
 * UDP can neither be slowed down nor asked again: what comes while the log is full is lost, and said to be.
 */
export async function startUdpServer(options: UdpServerOptions): Promise<UdpServer> {
  const socket = createSocket({ type: options.host.includes(':') ? 'udp6' : 'udp4' });
  const senders = new Map<string, Feed>();
  let lost = 0;
  socket.on('message', (bytes: Buffer, { address }: RemoteInfo) => {
    if (options.intake.full) lost++;
    else feedOf(address).receive(bytes);
  });
  const feedOf = (address: string): Feed => {
    const feed = senders.get(address) ?? new Feed(address, options);
    senders.delete(address);
    senders.set(address, feed);
    if (senders.size > MAX_SENDERS) {
      const [[oldest, silent]] = senders;
      senders.delete(oldest);
      silent.close();
    }
    return feed;
  };
  const sweep = setInterval(() => {
    const now = options.clock.now();
    for (const feed of senders.values()) feed.tick(now);
    if (lost > 0) options.log?.('warn', `${options.protocol.name}: ${lost} datagrams lost, the log has no room`);
    lost = 0;
  }, SWEEP_MS);
  await bound(socket, options).catch((error) => {
    clearInterval(sweep);
    throw error;
  });
  socket.on('error', (error) => options.log?.('warn', `${options.protocol.name} datagrams: ${error.message}`));
  return {
    port: socket.address().port,
    async close() {
      clearInterval(sweep);
      await new Promise<void>((resolve) => socket.close(resolve));
      for (const feed of senders.values()) feed.close();
    },
  };
}

function bound(socket: Socket, { host, port }: UdpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: host, port }, () => {
      socket.off('error', reject);
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      resolve();
    });
  });
}

/** What one sender tells. Every terminal that the registry serves is welcome, and nothing is answered. */
class Feed implements Sink, Origin {
  peer: string | null = null;
  readonly #host: UdpServerOptions;
  readonly #conversation: Conversation;
  readonly #tally: FrameTally;
  readonly #source: number;

  constructor(
    readonly address: string,
    host: UdpServerOptions,
  ) {
    this.#host = host;
    this.#tally = new FrameTally(host.stats);
    this.#source = sourceNumber(host.protocol.name);
    this.#conversation = host.protocol.open(this);
  }

  get bytes(): Uint8Array {
    return this.#conversation.current;
  }

  receive(datagram: Buffer): void {
    this.#run(() => {
      this.#conversation.receive(datagram);
      // A line ends with its datagram, whether that says so or not.
      this.#conversation.receive(NEWLINE);
    });
  }

  tick(now: number): void {
    this.#run(() => this.#conversation.tick(now));
  }

  close(): void {
    this.#run(() => this.#conversation.close());
  }

  #run(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.reject('decoder-bug', this.bytes, error instanceof Error ? error.stack : String(error));
    }
    this.#tally.settle();
  }

  frame(): void {
    this.#tally.frame();
    this.peer = null;
  }

  register(registration: Registration): RegistrationAnswer {
    return this.#host.identity.register(registration);
  }

  authenticate(): boolean {
    return false;
  }

  admits(terminalNumber: string): boolean {
    const { identity, protocol, clock } = this.#host;
    if (identity.isHeld(protocol.name, terminalNumber, clock.now())) return false;
    this.peer = terminalNumber;
    return true;
  }

  quirksOf(): readonly string[] {
    return [];
  }

  deregister(): void {}

  position(p: Position): boolean {
    const { intake, clock } = this.#host;
    p.source = this.#source;
    p.receivedTime = clock.now();
    p.vehicleNo = this.#vehicleNo();
    if (p.vehicleNo !== 0) return intake.accept(p, this) === null;
    intake.refuse(p, 'unknown-terminal', this, 'the registry has no vehicle with this terminal');
    return false;
  }

  reply(): void {}

  upload(fact: UploadFact): void {
    const { identity, uploads, protocol, clock } = this.#host;
    const vehicle = identity.vehicle(this.#vehicleNo());
    if (vehicle !== undefined) uploads.take(fact, vehicle, protocol.name, clock.now());
  }

  media(): MediaOutcome {
    return { reason: 'unknown-message', detail: 'no pictures by datagram' };
  }

  response(): void {}

  reject(reason: RejectReason, bytes: Uint8Array, detail = ''): void {
    this.#tally.reject(reason);
    const { quarantine, clock, protocol } = this.#host;
    const { peer, address } = this;
    const at = clock.now();
    if (quarantine.wants(reason, at))
      quarantine.add({ at, reason, detail, source: protocol.name, peer, address, bytes });
  }

  #vehicleNo(): number {
    return this.peer === null ? 0 : this.#host.identity.vehicleNo(this.#host.protocol.name, this.peer);
  }
}
