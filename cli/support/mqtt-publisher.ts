import { EventEmitter, once } from 'node:events';
import { connectBroker, type MqttClient } from '../../broker/connect.js';
import type { TerminalFix } from './terminal-messages.js';

/** How publishers get into the broker, and what their topics say. */
export interface MqttLogin {
  user?: string;
  password?: string;
  /** The second level of our own topics. */
  tenant?: string;
}

export interface MqttPublisherOptions extends MqttLogin {
  host: string;
  port: number;
  /** The vehicle, as topics name it. */
  number: string;
  /** Messages sent and not yet acknowledged, at most. */
  window?: number;
  /** The longest pause between two attempts to connect. */
  longestBackOffMs?: number;
}

interface Events {
  accepted: [fixes: TerminalFix[]];
  refused: [fixes: TerminalFix[]];
  resent: [fixes: TerminalFix[]];
  offline: [reason: string];
  unwelcome: [reason: string];
  /** There may be room for another message, or nothing left to wait for. */
  progress: [];
}

const WINDOW = 4;
const TENANT = 'fleet';
/** Refusals that trying again does not mend (MQTT 3.1.1 §3.2.2.3): bad user name or password, not authorized. */
const NOT_WELCOME: ReadonlySet<unknown> = new Set([4, 5]);
const IGNITION_ON = 1;
const POSITIONED = 2;

/**
 * One vehicle that publishes our own JSON at QoS 1, on a connection of its own: what the broker has not acknowledged is sent again
 * on the next connection.
 */
export class MqttPublisher extends EventEmitter<Events> {
  readonly #o: MqttPublisherOptions;
  readonly #topic: string;
  readonly #inFlight = new Set<TerminalFix>();
  #client: Promise<MqttClient> | null = null;
  #ended = false;

  constructor(options: MqttPublisherOptions) {
    super();
    this.#o = options;
    this.#topic = `v1/${options.tenant ?? TENANT}/vehicles/${options.number}/position`;
  }

  /** Fixes that are not acknowledged yet. */
  get pending(): number {
    return this.#inFlight.size;
  }

  async send(fix: TerminalFix): Promise<void> {
    this.#client ??= this.#connect();
    const client = await this.#client;
    while (this.#inFlight.size >= (this.#o.window ?? WINDOW) && !this.#ended) await once(this, 'progress');
    if (this.#ended) {
      this.emit('refused', [fix]);
      return;
    }
    this.#inFlight.add(fix);
    if (client.connected) this.#publish(client, fix);
  }

  async drained(signal?: AbortSignal): Promise<void> {
    while (this.pending > 0 && !this.#ended && !signal?.aborted) {
      await once(this, 'progress', { signal }).catch(() => {});
    }
  }

  /** Disconnects, and gives up what is not acknowledged. */
  stop(): void {
    this.#ended = true;
    this.#client?.then((client) => client.end(true));
    this.emit('progress');
  }

  #publish(client: MqttClient, fix: TerminalFix): void {
    client.publish(this.#topic, payloadOf(fix), { qos: 1 }, (error) => {
      if (error || !this.#inFlight.delete(fix)) return;
      this.emit('accepted', [fix]);
      this.emit('progress');
    });
  }

  async #connect(): Promise<MqttClient> {
    const { host, port, user = null, password = null, number, tenant = TENANT } = this.#o;
    const address = {
      ...{
        url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`,
        version: '3.1.1' as const,
        user,
        password,
      },
      ...{ caFile: null, certFile: null, keyFile: null },
    };
    const client = await connectBroker(address, {
      clientId: `${tenant}-${number}`,
      longestPauseMs: this.#o.longestBackOffMs,
    });
    let connects = 0;
    client.on('connect', () => {
      // The library sends again what it remembers, which is not always everything.
      const waiting = [...this.#inFlight];
      for (const fix of waiting) this.#publish(client, fix);
      if (connects++ > 0 && waiting.length > 0) this.emit('resent', waiting);
    });
    client.on('error', (error) => {
      if ('code' in error && NOT_WELCOME.has(error.code)) this.#giveUp(error.message);
      else if (!this.#ended) this.emit('offline', error.message);
    });
    return client;
  }

  #giveUp(reason: string): void {
    if (this.#ended) return;
    const lost = [...this.#inFlight];
    this.#inFlight.clear();
    this.emit('unwelcome', reason);
    if (lost.length > 0) this.emit('refused', lost);
    this.stop();
  }
}

function payloadOf(fix: TerminalFix): string {
  const { time: t, lon, lat, speedKmh: s, headingDeg: h, altitudeM: a, mileageKm: o } = fix;
  const known = Object.entries({ s, h: h % 360, a, o }).filter(([, value]) => Number.isFinite(value));
  const st = IGNITION_ON | (fix.located === false ? 0 : POSITIONED);
  return JSON.stringify({ t, lon, lat, ...Object.fromEntries(known), al: fix.alarm ?? 0, st });
}
