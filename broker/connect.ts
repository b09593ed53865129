import { readFileSync } from 'node:fs';
import type { IClientOptions, MqttClient } from 'mqtt';

export type { IPublishPacket as PublishPacket, MqttClient } from 'mqtt';

/** A broker of somebody's, and how to get in. */
export interface BrokerAddress {
  /** `mqtt://host:port` or `mqtts://host:port`; user and password may stand in it. */
  url: string;
  version: '3.1.1' | '5';
  user: string | null;
  password: string | null;
  /** PEM files: who may have signed the broker's certificate, and our own certificate with its key. */
  caFile: string | null;
  certFile: string | null;
  keyFile: string | null;
}

/** How one client behaves; what is absent is that of a client which leaves no trace. */
export interface ClientWishes {
  clientId: string;
  /** The broker keeps the session, with what was not acknowledged, while we are away. */
  keepSession?: boolean;
  /** Messages that the broker may have unacknowledged (MQTT 5). */
  receiveMaximum?: number;
  /** The longest pause between two attempts, ms. */
  longestPauseMs?: number;
  /** Gives up after the first attempt. */
  once?: boolean;
}

const KEEPALIVE_S = 30;
const CONNECT_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** How long a broker of MQTT 5 keeps our session. */
const SESSION_S = 7 * 86_400;
/** The most that a packet may have (MQTT 5): what is larger than a payload may be, but not by far, is told to the sender's face. */
const MAX_PACKET_BYTES = 1024 * 1024;

/**
 * The one place that makes clients of MQTT brokers. The client begins to connect at once and, unless told `once`, goes on for
 * ever, with pauses that grow and differ. It emits `connect` and `error`; nothing is subscribed to by itself.
 *
 * Throws where a file cannot be read.
 */
export async function connectBroker(address: BrokerAddress, wishes: ClientWishes): Promise<MqttClient> {
  const options = clientOptions(address, wishes);
  // Loaded here: whoever has no outside broker does not pay for it.
  const { connect } = await import('mqtt');
  const client = connect(address.url, options);
  if (!wishes.once) growPauses(client, wishes.longestPauseMs ?? LONGEST_PAUSE_MS);
  return client;
}

function clientOptions(address: BrokerAddress, wishes: ClientWishes): IClientOptions {
  const { clientId, keepSession = false, receiveMaximum, once = false } = wishes;
  const properties =
    address.version === '5'
      ? {
          sessionExpiryInterval: keepSession ? SESSION_S : 0,
          maximumPacketSize: MAX_PACKET_BYTES,
          ...(receiveMaximum !== undefined && { receiveMaximum }),
        }
      : undefined;
  return {
    clientId,
    clean: !keepSession,
    protocolVersion: address.version === '5' ? 5 : 4,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_MS,
    reconnectPeriod: once ? 0 : FIRST_PAUSE_MS,
    reconnectOnConnackError: !once, // a broker that starts refuses for a while
    resubscribe: false,
    queueQoSZero: false,
    ...(properties && { properties }),
    ...(address.user !== null && { username: address.user }),
    ...(address.password !== null && { password: address.password }),
    ...(address.caFile !== null && { ca: pem(address.caFile) }),
    ...(address.certFile !== null && { cert: pem(address.certFile) }),
    ...(address.keyFile !== null && { key: pem(address.keyFile) }),
  };
}

function pem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`MQTT: ${(error as Error).message}`);
  }
}

/** The library pauses equally long each time: a fleet of servers would come back to a broker in one moment. */
function growPauses(client: MqttClient, longestMs: number): void {
  let pauseMs = FIRST_PAUSE_MS;
  client.on('connect', () => {
    pauseMs = FIRST_PAUSE_MS;
    client.options.reconnectPeriod = pauseMs;
  });
  client.on('reconnect', () => {
    pauseMs = Math.min(pauseMs * 2, longestMs);
    client.options.reconnectPeriod = Math.round(pauseMs * (0.75 + Math.random() / 2));
  });
}

/** Resolves with what the broker says of itself once it has let us in; rejects with why it has not. */
export function whenConnected(client: MqttClient): Promise<BrokerTraits> {
  return new Promise((resolve, reject) => {
    client.once('connect', ({ sessionPresent, properties }) =>
      resolve({
        sessionPresent,
        sharedSubscriptions: properties?.sharedSubscriptionAvailable !== false,
      }),
    );
    client.once('error', reject);
    client.once('close', () => reject(new Error('the broker closed the connection')));
  });
}

export interface BrokerTraits {
  sessionPresent: boolean;
  /** False where a broker of MQTT 5 says that it has none. */
  sharedSubscriptions: boolean;
}
