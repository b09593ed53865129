import type { BrokerAddress } from '../broker/connect.js';
import { OWN_BROKER_LACKS } from '../broker/own-broker.js';
import type { BrokerUser } from '../broker/users.js';
import type { Settings } from '../config.js';
import type { CommandPort } from '../ingest/commands.js';
import { Identity } from '../ingest/identity.js';
import type { IngestStats } from '../ingest/ingest-stats.js';
import type { Intake } from '../ingest/intake.js';
import type { MediaUploads } from '../ingest/media-uploads.js';
import { BrokerFeed } from '../ingest/mqtt/broker-feed.js';
import { JsonLinks } from '../ingest/mqtt/json-links.js';
import { Jt808Links } from '../ingest/mqtt/jt808-links.js';
import type { Outlet } from '../ingest/mqtt/outlet.js';
import { MqttSource } from '../ingest/mqtt/source.js';
import { Subscriber } from '../ingest/mqtt/subscriber.js';
import { RouteTable, topicRoutes } from '../ingest/mqtt/topic-routes.js';
import type { Quarantine } from '../ingest/quarantine.js';
import type { ReceiveClock } from '../ingest/receive-clock.js';
import type { Uploads } from '../ingest/uploads.js';
import type { MqttStats } from '../model/stats.js';
import type { Registry } from '../store/registry.js';

export interface MqttParts {
  registry: Registry;
  /** Makes, and gives, a secret of this installation by its name. */
  secret: (name: string) => string;
  /** Of this installation: what the broker knows our session by. */
  node: string;
  intake: Intake;
  stats: IngestStats;
  quarantine: Quarantine;
  uploads: Uploads;
  media: MediaUploads;
  commands: CommandPort;
  clock: ReceiveClock;
  whenAccepted: (fn: () => void) => void;
  log(level: 'info' | 'warn', message: string): void;
}

const SWEEP_MS = 1_000;
const OFF = {
  broker: 'off',
  state: 'off',
  detail: '',
  clients: 0,
  unacknowledged: 0,
  connects: 0,
  refused: {},
} as const satisfies Partial<MqttStats>;

/** What comes over MQTT, and the way to answer: through a broker of our own, or another; through none where both are off. */
export class MqttFeeds implements Outlet {
  readonly #settings: Settings;
  readonly #parts: MqttParts;
  readonly #frames: Jt808Links;
  readonly #links: JsonLinks;
  readonly #source: MqttSource;
  readonly #sweep: NodeJS.Timeout;
  #way: BrokerFeed | Subscriber | null = null;

  constructor(settings: Settings, parts: MqttParts) {
    this.#settings = settings;
    this.#parts = parts;
    const { registrationRequired, maxVehicles } = settings;
    // Who may publish under a name is the broker's to say; the registry says who is served.
    const identity = new Identity({ ...parts, key: '', auth: 'off', registrationRequired, maxVehicles });
    this.#frames = new Jt808Links({ ...parts, identity, outlet: this });
    this.#links = new JsonLinks({ ...parts, outlet: this });
    const routes = new RouteTable(topicRoutes(settings.mqttTopics));
    this.#source = new MqttSource({ ...parts, identity, routes, frames: this.#frames, links: this.#links });
    this.#sweep = setInterval(() => {
      this.#frames.sweep();
      this.#links.sweep();
    }, SWEEP_MS);
    this.#sweep.unref();
  }

  /** Of the broker of our own; 0 where there is none. */
  get port(): number {
    return this.#way instanceof BrokerFeed ? this.#way.port : 0;
  }

  /** Opens our own broker, or begins to connect to another. Rejects where the port cannot be had. */
  async open(): Promise<void> {
    const { intake, stats, whenAccepted, log, node } = this.#parts;
    const { mqttUrl: url, mqttPort: port, mqttShare: share, tcpHost: host } = this.#settings;
    const acknowledged = (ms: number, messages: number) => stats.ackLatency.observe(ms, messages);
    const shared = { source: this.#source, intake, whenAccepted, acknowledged, log };
    if (url !== null) {
      const clientId = this.#settings.mqttClientId ?? `cheji-${node.slice(0, NODE_DIGITS)}`;
      this.#way = await Subscriber.start({ ...shared, address: brokerAddress(this.#settings, url), clientId, share });
    } else if (port !== 0) {
      this.#way = await BrokerFeed.start({ ...shared, host, port, users: this.#users() });
      log('info', `mqtt: the embedded broker has ${OWN_BROKER_LACKS}; CHEJI_MQTT_URL names another`);
    }
  }

  publish(topic: string, payload: Uint8Array): Promise<'sent' | 'nobody'> {
    return this.#way?.publish(topic, payload) ?? Promise.reject(new Error('MQTT is off'));
  }

  stats(): MqttStats {
    const { counts } = this.#source;
    const { events, pauses } = counts;
    return { ...OFF, ...this.#way?.stats(), messages: counts.snapshot(), events: { ...events }, pauses };
  }

  /** Stops taking messages, acknowledges what was taken, and disconnects. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#way?.close();
    this.#frames.close();
    this.#links.close();
  }

  /** Users of the settings; those without a password get one that is kept in the data directory. */
  #users(): BrokerUser[] {
    const { routes } = this.#source.routes;
    return this.#settings.mqttUsers.map(({ user, password, publish, subscribe }) => ({
      name: user,
      password: password ?? this.#parts.secret(passwordFile(user)),
      publish: publish ?? routes.map(({ pattern }) => pattern.filter),
      subscribe: subscribe ?? this.#source.routes.downFilters,
    }));
  }
}

const NODE_DIGITS = 12;

/** How clients of an outside broker get in (broker/connect.ts). */
export function brokerAddress(settings: Settings, url: string): BrokerAddress {
  const { mqttVersion: version, mqttUser: user, mqttPassword: password } = settings;
  return {
    url,
    version,
    user,
    password,
    caFile: settings.mqttCa,
    certFile: settings.mqttCert,
    keyFile: settings.mqttKey,
  };
}

/** Where the password of a user of the embedded broker is kept, among the keys. */
export function passwordFile(user: string): string {
  return `mqtt-${user}.password`;
}
