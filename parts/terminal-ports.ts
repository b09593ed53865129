import type { Settings } from '../config.js';
import { dialOut } from '../ingest/dial-out.js';
import { Identity } from '../ingest/identity.js';
import { startTcpServer, type TcpServer, type TcpServerOptions } from '../ingest/tcp-server.js';
import { startUdpServer } from '../ingest/udp-server.js';
import { networkList } from '../model/networks.js';
import type { SourceName } from '../model/source.js';
import { ais } from '../protocols/ais/index.js';
import { jt808 } from '../protocols/jt808/index.js';
import { jt905 } from '../protocols/jt905/index.js';
import type { Registry } from '../store/registry.js';

/** How long terminals get to take their last answers, ms. */
const CLOSE_GRACE_MS = 10_000;
const BURST_SECONDS = 10;
/** Of one feed: all ships of the world that are heard in a day, and nearly as many again. */
const MAX_VESSELS = 500_000;

type SharedParts = Omit<TcpServerOptions, 'protocol' | 'host' | 'port' | 'identity' | 'isGateway' | 'limits'> & {
  registry: Registry /** Secret that authentication codes come from. */;
  key: string;
};

export interface TerminalPorts {
  /** 0 where the protocol is switched off. */
  portOf(protocol: SourceName): number;
  /** Stops accepting and reading, acknowledges what was accepted, then closes. */
  close(): Promise<void>;
}

/** Opens one port for each protocol that terminals speak and that is not off. Rejects where one cannot be had. */
export async function openTerminalPorts(settings: Settings, parts: SharedParts): Promise<TerminalPorts> {
  const isGateway = networkList(settings.gatewayAddresses);
  const listeners = [
    {
      protocol: jt808,
      port: settings.jt808Port,
      auth: settings.terminalAuth,
      isGateway,
      datum: settings.sourceDatums.jt808,
    },
    // JT/T 905 has no authentication: a terminal is its id, and the registry says whether it is served.
    { protocol: jt905, port: settings.jt905Port, auth: 'off' as const, isGateway, datum: settings.sourceDatums.jt905 },
    // Ships have none either, and every feed of AIS is of many, who never say that they leave.
    {
      protocol: ais,
      port: settings.aisPort,
      auth: 'off' as const,
      isGateway: () => true,
      datum: undefined,
      terminals: MAX_VESSELS,
    },
  ].filter(({ port }) => port !== 0);
  const { registry, key } = parts;
  const { registrationRequired, maxVehicles, tcpHost: host } = settings;
  const identity = (auth: Settings['terminalAuth']) =>
    new Identity({ registry, key, auth, registrationRequired, maxVehicles });
  const limits = {
    maxConnections: settings.maxConnections,
    rate: settings.terminalRate,
    rateBurst: settings.terminalRate * BURST_SECONDS,
    idleMs: settings.idleSeconds * 1000,
    closeGraceMs: CLOSE_GRACE_MS,
  };

  const servers = new Map<SourceName, TcpServer>();
  const closers: (() => Promise<void>)[] = [];
  for (const { protocol, port, auth, isGateway, datum, terminals } of listeners) {
    const server = await startTcpServer({
      ...parts,
      protocol,
      datum,
      host,
      port,
      identity: identity(auth),
      isGateway,
      limits: { ...limits, ...(terminals !== undefined && { gatewayTerminals: terminals }) },
      // Who can be told nothing need not be known to be here.
      commands: protocol.commands && parts.commands,
    });
    servers.set(protocol.name, server);
    closers.push(() => server.close());
  }
  if (settings.aisPort !== 0) {
    const datagrams = await startUdpServer({
      ...parts,
      protocol: ais,
      host,
      port: settings.aisPort,
      identity: identity('off'),
    });
    closers.push(() => datagrams.close());
  }
  if (settings.aisSources.length > 0) {
    const line = dialOut({ ...parts, protocol: ais, sources: settings.aisSources, identity: identity('off') });
    closers.push(async () => line.close());
  }
  return {
    portOf: (protocol) => servers.get(protocol)?.port ?? 0,
    close: async () => {
      await Promise.all(closers.map((close) => close()));
    },
  };
}
