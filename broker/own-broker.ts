import type { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Aedes, AedesOptions, Client } from 'aedes';
import { count, type Tally } from '../model/stats.js';
import { matchesTopic } from '../model/topic-pattern.js';
import { LoginGuard } from './login-guard.js';
import { PacketGuard } from './packet-guard.js';
import { type BrokerUser, BrokerUsers, type TopicRights } from './users.js';

/** What the embedded broker does not do: said at the start, by doctor and in docs/mqtt.md. */
export const OWN_BROKER_LACKS = 'MQTT 3.1.1 only, no shared subscriptions, no kept sessions, nothing retained, no TLS';

export interface OwnBrokerLimits {
  connections: number;
  packetBytes: number;
  /** Topic filters that one client may be subscribed to. */
  subscriptions: number;
}

export const OWN_BROKER_LIMITS: OwnBrokerLimits = { connections: 10_000, packetBytes: 384 * 1024, subscriptions: 100 };

export interface BrokerMessage {
  topic: string;
  payload: Buffer;
  /** Of the publisher; null where it is not known any more. */
  clientId: string | null;
  address: string | null;
  /** The publisher says that it may have sent it before. */
  repeated: boolean;
  /** False once nobody waits for `done` any more. */
  isAwaited(): boolean;
}

export interface OwnBrokerOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  users: readonly BrokerUser[];
  limits?: Partial<OwnBrokerLimits>;
  /**
   * Gets every message that its publisher may publish. A publisher of QoS 1 or 2 is acknowledged, and the message goes on to
   * subscribers, when `done` has been called.
   */
  received(message: BrokerMessage, done: () => void): void;
  log(level: 'info' | 'warn', message: string): void;
}

/** From the first byte to a CONNECT, and how long a subscriber may leave what it was sent unread, ms. */
const CONNECT_MS = 10_000;
const DRAIN_MS = 5_000;
const MAX_CLIENT_ID = 256;
const CLOSE_MS = 2_000;

/** The package is optional: what to say where it was left out, with why. */
export class BrokerMissing extends Error {
  readonly code = 'broker-missing';
}

/** The package, loaded when it is needed: its memory is spared to whoever has another broker. Rejects with BrokerMissing. */
export async function loadBroker(): Promise<typeof import('aedes')> {
  return import('aedes').catch((error: Error) => {
    throw new BrokerMissing(
      `the package of the embedded MQTT broker is not installed (${error.message.split('\n')[0]}): install it with ` +
        '`npm install aedes`, name a broker by CHEJI_MQTT_URL, or switch MQTT off with CHEJI_MQTT_PORT=0',
    );
  });
}

/**
 * A broker in this process, for whoever has none: aedes, behind users, rights and bounds of ours. It keeps nothing: what it has
 * acknowledged is in our log, and sessions or retained messages would grow without end at the wish of any client.
 */
export class OwnBroker {
  /** Refused since the start: connections by why, publications and subscriptions without the right to them. */
  readonly refused: Tally = {};
  readonly #options: OwnBrokerOptions;
  readonly #limits: OwnBrokerLimits;
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #users: BrokerUsers;
  readonly #logins = new LoginGuard();
  readonly #rights = new WeakMap<Client, TopicRights>();
  /** What is subscribed to, by client id. */
  readonly #filters = new Map<string, readonly string[]>();
  readonly #told = new Set<string>();

  /** Resolves when the port is open. Rejects where it cannot be had, or the package is missing. */
  static async start(options: OwnBrokerOptions): Promise<OwnBroker> {
    const { Aedes } = await loadBroker();
    const broker = new OwnBroker(options, (hooks) => new Aedes({ ...hooks, connectTimeout: CONNECT_MS }));
    await broker.#listen();
    return broker;
  }

  private constructor(options: OwnBrokerOptions, build: (hooks: AedesOptions) => Aedes) {
    this.#options = options;
    this.#limits = { ...OWN_BROKER_LIMITS, ...options.limits };
    this.#users = new BrokerUsers(options.users);
    this.#aedes = build({
      drainTimeout: DRAIN_MS,
      preConnect: (...asked) => this.#preConnect(...asked),
      authenticate: (...asked) => this.#authenticate(...asked),
      authorizePublish: (...asked) => this.#authorizePublish(...asked),
      authorizeSubscribe: (...asked) => this.#authorizeSubscribe(...asked),
    });
    this.#server = createServer({ noDelay: true }, (socket) => this.#connected(socket));
    this.#server.maxConnections = this.#limits.connections;
    this.#server.on('drop', () => this.#refuse('too-many-connections'));
    const broker: EventEmitter = this.#aedes; // its types leave this event out
    broker.on('error', (error: Error) => this.#tell(error.message));
    this.#aedes.on('connectionError', (_, error) => this.#tell(`a client was refused: ${error.message}`));
    this.#aedes.on('clientDisconnect', ({ id }) => this.#filters.delete(id));
    this.#aedes.on('unsubscribe', (gone, { id }) => {
      const left = this.#filters.get(id)?.filter((filter) => !gone.includes(filter)) ?? [];
      this.#filters.set(id, left);
    });
    this.#aedes.on('clientError', (client, error) => this.#tell(`client ${client.id}: ${error.message}`));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get clients(): number {
    return this.#aedes.connectedClients;
  }

  /** To whoever is subscribed, as if a client had published it. Resolves when it is on its way. */
  publish(topic: string, payload: Buffer): Promise<'sent' | 'nobody'> {
    const heard = [...this.#filters.values()].some((filters) => filters.some((filter) => matchesTopic(filter, topic)));
    return new Promise((resolve, reject) => {
      const packet = { cmd: 'publish' as const, topic, payload, qos: 1 as const, dup: false, retain: false };
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve(heard ? 'sent' : 'nobody')));
    });
  }

  async close(): Promise<void> {
    this.#server.close();
    const closed = new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    await Promise.race([closed, pause(CLOSE_MS, undefined, { ref: false })]);
    for (const socket of this.#sockets) socket.destroy();
  }

  async #listen(): Promise<void> {
    await this.#aedes.listen();
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#tell(error.message));
        resolve();
      });
    }).catch(async (error) => {
      await this.close();
      throw error;
    });
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const guard = new PacketGuard(this.#limits.packetBytes);
    this.#aedes.handle(socket);
    // aedes reads when it is ready to; what it reads passes here before it is kept or parsed.
    socket.on('data', (chunk: Buffer) => {
      if (guard.admits(chunk)) return;
      this.#refuse('packet-too-large');
      socket.destroy(new Error(`a packet of more than ${this.#limits.packetBytes} bytes`));
    });
  }

  // What aedes asks.

  #preConnect(...[client, packet, done]: Asked<'preConnect'>): void {
    if ((packet.clientId ?? '').length > MAX_CLIENT_ID) {
      this.#refuse('bad-client-id');
      done(new Error(`a client id of more than ${MAX_CLIENT_ID} characters`), false);
    } else if (this.#logins.isHeld(addressOf(client) ?? '', performance.now())) {
      this.#refuse('address-held');
      done(new Error('too many wrong passwords from this address'), false);
    } else {
      packet.clean = true;
      done(null, true);
    }
  }

  #authenticate(...[client, name, password, done]: Asked<'authenticate'>): void {
    const rights = this.#users.login(name, password, client.id);
    if (rights === null) {
      this.#refuse('wrong-password');
      this.#logins.failed(addressOf(client) ?? '', performance.now());
      done(null, false);
    } else {
      this.#rights.set(client, rights);
      done(null, true);
    }
  }

  #authorizePublish(...[client, packet, done]: Asked<'authorizePublish'>): void {
    const { topic } = packet;
    if (client === null || !this.#rights.get(client)?.mayPublish(topic)) {
      // Closed, and not acknowledged: what is acknowledged is kept.
      this.#refuse('publish-denied');
      this.#tell(`client ${client?.id} may not publish on ${topic.slice(0, 200)}`);
      done(new Error('not authorized to publish'));
      return;
    }
    packet.retain = false;
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    const { id: clientId } = client;
    const message = {
      topic,
      payload,
      clientId,
      address: addressOf(client),
      repeated: packet.dup,
      isAwaited: () => !client.closed,
    };
    this.#options.received(message, () => done());
  }

  #authorizeSubscribe(...[client, subscription, done]: Asked<'authorizeSubscribe'>): void {
    const { topic } = subscription;
    const before = (this.#filters.get(client.id) ?? []).filter((filter) => filter !== topic);
    if (this.#rights.get(client)?.maySubscribe(topic) && before.length < this.#limits.subscriptions) {
      this.#filters.set(client.id, [...before, topic]);
      done(null, subscription);
      return;
    }
    this.#refuse('subscribe-denied');
    this.#tell(`client ${client.id} may not subscribe to ${topic.slice(0, 200)}`);
    done(null, null); // the client hears of it in the SUBACK
  }

  #refuse(why: string): void {
    count(this.refused, why);
  }

  /** Each line once a minute at most: a client that is refused comes again and again. */
  #tell(line: string): void {
    if (this.#told.has(line) || this.#told.size >= MAX_TOLD) return;
    if (this.#told.size === 0) setTimeout(() => this.#told.clear(), TOLD_MS).unref();
    this.#told.add(line);
    this.#options.log('warn', `mqtt broker: ${line}`);
  }
}

/** What aedes hands to a hook. */
type Asked<Hook extends keyof AedesOptions> = Parameters<NonNullable<AedesOptions[Hook]>>;

const TOLD_MS = 60_000;
const MAX_TOLD = 20;

function addressOf(client: Client): string | null {
  return (client.conn as Socket).remoteAddress ?? null;
}
