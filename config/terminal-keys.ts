import { z } from 'zod';
import { feedAddress, flag, key, list, networks, optional, port, text, wholeNumber } from './key.js';

/** Terminals on sockets: where they connect, who is let in, how much each may send. */
export const terminalKeys = {
  tcpHost: key('CHEJI_TCP_HOST', '0.0.0.0', 'an address or host name', text),
  jt808Port: key('CHEJI_JT808_PORT', '6808', 'a port, or 0 for off', port),
  jt905Port: key('CHEJI_JT905_PORT', '6905', 'a port, or 0 for off', port),
  /** Sentences of ships, over TCP and UDP. */
  aisPort: key('CHEJI_AIS_PORT', '0', 'a port for TCP and UDP, or 0 for off', port),
  /** Servers of AIS that we connect to. */
  aisSources: key(
    'CHEJI_AIS_SOURCES',
    '',
    'servers of AIS sentences to connect to, at most 64: host:port,host:port',
    list.pipe(z.array(feedAddress).max(64)),
  ),
  /** Addresses and networks whose one connection carries many terminals. */
  gatewayAddresses: key(
    'CHEJI_GATEWAY_ADDRESSES',
    '',
    'addresses and networks of platforms that carry many terminals on one connection: 10.1.2.3,10.2.0.0/16,fd00::/8',
    networks,
  ),
  /** Where terminals bring the files of their alarms; 0: they are not asked for. */
  attachmentPort: key(
    'CHEJI_ATTACHMENT_PORT',
    '0',
    'a port that terminals send the files of their alarms to, or 0 for off',
    port,
  ),
  /** The address of that port as terminals reach it. */
  attachmentAddress: optional(
    'CHEJI_ATTACHMENT_ADDRESS',
    'the address or name of this server as terminals reach it',
    text.max(255),
  ),
  terminalAuth: key(
    'CHEJI_TERMINAL_AUTH',
    'required',
    'required (the code that registration gave), any (any code) or off (none)',
    z.enum(['required', 'any', 'off']),
  ),
  registrationRequired: key(
    'CHEJI_REGISTRATION_REQUIRED',
    'false',
    'true (only terminals of the registry) or false (new terminals appear by themselves)',
    flag,
  ),
  /** Beyond them no vehicle appears by itself; people may put more into the registry. */
  maxVehicles: key(
    'CHEJI_MAX_VEHICLES',
    '1000000',
    'vehicles, 1–10000000, beyond which new terminals no longer appear by themselves',
    wholeNumber(1, 10_000_000),
  ),
  /** Frames per second that one terminal may send on and on; 0: no limit. */
  terminalRate: key(
    'CHEJI_TERMINAL_RATE',
    '20',
    'frames per second of one terminal, or 0 for no limit',
    z.coerce.number().min(0).max(1_000_000),
  ),
  /** From one frame of a terminal to the next, before its connection counts as dead. */
  idleSeconds: key(
    'CHEJI_IDLE_SECONDS',
    '180',
    'seconds, 30–86400, that a connection may be silent: three heartbeats of the terminals or more',
    wholeNumber(30, 86_400),
  ),
  maxConnections: key(
    'CHEJI_MAX_CONNECTIONS',
    '65000',
    'terminals connected at once, 1–1000000',
    wholeNumber(1, 1_000_000),
  ),
};
