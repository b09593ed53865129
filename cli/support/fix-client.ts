import type { Endpoint } from './command.js';
import { type MqttLogin, MqttPublisher } from './mqtt-publisher.js';
import { TerminalClient, type TerminalOptions } from './terminal-client.js';
import type { TerminalFix } from './terminal-messages.js';

/** What fleets and recorded tracks can speak. */
export const CLIENT_PROTOCOLS = ['jt808', 'mqtt'] as const;
export type ClientProtocol = (typeof CLIENT_PROTOCOLS)[number];

/** One vehicle that reports, and hears what became of its reports. */
export interface FixClient {
  on(event: 'accepted' | 'refused' | 'resent', hear: (fixes: TerminalFix[]) => unknown): unknown;
  /** `offline`: the connection could not be had or is lost; it tries again by itself. `unwelcome`: it has stopped for good. */
  once(event: 'offline' | 'unwelcome', hear: (reason: string) => unknown): unknown;
  /** Takes one fix, in the order of its calls; resolves when there is room for the next. */
  send(fix: TerminalFix): Promise<void>;
  /** Resolves when every fix is acknowledged or refused, or the signal comes. */
  drained(signal?: AbortSignal): Promise<void>;
  stop(): void;
}

/** Where to, and in which protocol; what is said of MQTT counts there only. */
export interface ClientRoute extends MqttLogin {
  to: Endpoint;
  protocol?: ClientProtocol;
}

/** Says of the first vehicle that is without a connection why: of thousands it would be the same line. */
export function outageTeller({ to }: ClientRoute, tell: (line: string) => void = console.error) {
  let told = false;
  return (reason: string): void => {
    if (!told) tell(`${to.host}:${to.port}: ${reason}; trying again`);
    told = true;
  };
}

export function openFixClient(route: ClientRoute, vehicle: Omit<TerminalOptions, 'host' | 'port'>): FixClient {
  const { to, protocol = 'jt808' } = route;
  if (protocol === 'mqtt') return new MqttPublisher({ ...route, ...to, ...vehicle });
  return new TerminalClient({ ...to, ...vehicle });
}
