import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { Feed, type FeedHost } from './feed.js';

export interface UdpServerOptions extends FeedHost {
  host: string;
  /** 0 for any free port. */
  port: number;
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
  const { datagrams } = options.stats;
  let told = datagrams.lost;
  socket.on('message', (bytes: Buffer, { address }: RemoteInfo) => {
    datagrams.received++;
    if (options.intake.full) {
      datagrams.lost++;
      return;
    }
    datagrams.taken++;
    const feed = feedOf(address);
    feed.receive(bytes);
    feed.receive(NEWLINE); // a line ends with its datagram, whether that says so or not
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
    const lost = datagrams.lost - told;
    if (lost > 0) options.log?.('warn', `${options.protocol.name}: ${lost} datagrams lost, the log has no room`);
    told = datagrams.lost;
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
