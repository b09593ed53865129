import type { TerminalLink } from '../../../ingest/commands.js';
import { Identity } from '../../../ingest/identity.js';
import { JsonLinks } from '../../../ingest/mqtt/json-links.js';
import { Jt808Links } from '../../../ingest/mqtt/jt808-links.js';
import { MqttSource } from '../../../ingest/mqtt/source.js';
import { DEFAULT_TOPICS, RouteTable, type TopicSetting, topicRoutes } from '../../../ingest/mqtt/topic-routes.js';
import { ReceiveClock } from '../../../ingest/receive-clock.js';
import { Uploads } from '../../../ingest/uploads.js';
import type { CommandMessage } from '../../../model/command.js';
import type { CommandResponse } from '../../../protocols/protocol.js';
import { LIVE, makeIntake, NOW } from '../support.js';

/** A command dispatcher that only remembers what it is told. */
export class FakeCommands {
  readonly links = new Map<string, TerminalLink>();
  readonly responses: CommandResponse[] = [];
  connected(protocol: string, terminal: string, link: TerminalLink): void {
    this.links.set(`${protocol}:${terminal}`, link);
  }
  disconnected(protocol: string, terminal: string): void {
    this.links.delete(`${protocol}:${terminal}`);
  }
  response(_: string, response: CommandResponse): void {
    this.responses.push(response);
  }
}

/** A command on its way to a link. */
export function message(type: string, params: Record<string, unknown> = {}): CommandMessage {
  return { id: `c-${type}`, type, params, expiresAt: NOW + 60_000 };
}

/** A broker that takes everything, or says why not. */
export class FakeOutlet {
  readonly published: { topic: string; payload: Buffer }[] = [];
  outcome: 'sent' | 'nobody' | Error = 'sent';
  publish(topic: string, payload: Uint8Array): Promise<'sent' | 'nobody'> {
    if (this.outcome instanceof Error) return Promise.reject(this.outcome);
    this.published.push({ topic, payload: Buffer.from(payload) });
    return Promise.resolve(this.outcome);
  }
}

/** Everything between a broker and a log that commits when told to; the clock stands at NOW. */
export function makeSource(settings: readonly TopicSetting[] = DEFAULT_TOPICS, registrationRequired = false) {
  const made = makeIntake(LIVE);
  const { log, stats, quarantine, registry, intake } = made;
  const clock = new ReceiveClock(
    () => {},
    () => NOW,
    () => 0,
  );
  const identity = new Identity({ registry, key: '', auth: 'off', registrationRequired });
  const taken: { kind: string; content: Record<string, unknown> }[] = [];
  const uploads = new Uploads({ recordUpload: (upload) => taken.push(upload) });
  const commands = new FakeCommands();
  const outlet = new FakeOutlet();
  const whenAccepted = (fn: () => void) => log.whenAccepted(fn);
  const shared = { intake, identity, stats, quarantine, uploads, clock, commands, outlet, whenAccepted };
  const frames = new Jt808Links({ ...shared, media: { add: () => 'repeated' as const } });
  const links = new JsonLinks(shared);
  const routes = new RouteTable(topicRoutes(settings));
  const source = new MqttSource({ ...shared, routes, frames, links });
  const take = (topic: string, payload: unknown, over: { retained?: boolean; contentType?: string } = {}) =>
    source.take({
      ...{ topic, retained: false, repeated: false, address: '192.0.2.1' },
      payload: Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)),
      ...over,
    });
  return { ...made, clock, identity, uploads: taken, commands, outlet, whenAccepted, frames, links, source, take };
}

export const TOPIC = 'v1/acme/vehicles/A/position';
export const good = { t: NOW, lon: 121.5, lat: 31.2 };
