import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import {
  alertTopic,
  comesBackIn,
  DEFAULT_MQTT_TOPICS,
  DEFAULT_MQTT_USERS,
  type MqttUserSetting,
  mqttTopics,
  mqttUsers,
} from './config-mqtt.js';
import { TOPIC_NAMES } from './deliver/mqtt-carrier.js';
import type { TopicSetting } from './ingest/mqtt/topic-routes.js';
import { DEFAULT_RULE_SETTINGS, type RuleSettings } from './model/change.js';
import { DATUMS, type Datum } from './model/datum.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from './model/vehicle.js';

/** Everything that can be set, typed. Outside this file nobody reads the environment. */
export interface Settings {
  dataDir: string;
  httpHost: string;
  httpPort: number;
  tcpHost: string;
  jt808Port: number;
  jt905Port: number;
  /** Sentences of ships, over TCP and UDP. */
  aisPort: number;
  /** Of the embedded broker; 0, or `mqttUrl`: none. */
  mqttPort: number;
  mqttUrl: string | null;
  mqttVersion: '3.1.1' | '5';
  mqttUser: string | null;
  mqttPassword: string | null;
  /** PEM files. */
  mqttCa: string | null;
  mqttCert: string | null;
  mqttKey: string | null;
  /** null: one of this installation's own. */
  mqttClientId: string | null;
  /** Group of shared subscriptions; null: every message comes here. */
  mqttShare: string | null;
  /** Topic that alerts are published to, with names in braces; null: they are not. */
  mqttAlerts: string | null;
  mqttTopics: TopicSetting[];
  /** Where the alert log is copied to, for other nodes and programs. */
  redisUrl: string | null;
  mqttUsers: MqttUserSetting[];
  /** Addresses and networks whose one connection carries many terminals. */
  gatewayAddresses: string[];
  /** What webhooks may reach: addresses and networks that are not public, and host names where not any. */
  webhookNetworks: string[];
  webhookHosts: string[];
  databaseUrl: string | null;
  adminKey: string | null;
  ackLevel: 'write' | 'fsync' | 'stored';
  timePolicy: 'live' | 'replay';
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug';
  spoolSegmentBytes: number;
  /** null: 20 GiB or 70 % of the free space at start, whichever is less. */
  spoolMaxBytes: number | null;
  spoolFsyncMs: number;
  /** Where terminals bring the files of their alarms; 0: they are not asked for. */
  attachmentPort: number;
  /** The address of that port as terminals reach it. */
  attachmentAddress: string | null;
  /** Pictures, sounds and videos of terminals; beyond this the oldest go. */
  mediaMaxBytes: number;
  terminalAuth: 'required' | 'any' | 'off';
  registrationRequired: boolean;
  /** Frames per second that one terminal may send on and on; 0: no limit. */
  terminalRate: number;
  maxConnections: number;
  /** A vehicle that was heard within this many seconds is online. */
  onlineSeconds: number;
  retentionDays: number;
  /** The frame of each fix is kept with it. */
  keepRaw: boolean;
  /** Tracks that are older are compressed, where the database can; null: never. */
  compressAfterDays: number | null;
  /** West, south, east, north in degrees; fixes more than 50 km outside are marked. */
  region: [number, number, number, number] | null;
  /** What coordinates refer to, of sources where it is not WGS-84. */
  sourceDatums: Partial<Record<DatumSource, Datum>>;
  rules: RuleSettings;
}

/** Sources whose coordinates may refer to something else; those of MQTT say it by topic. */
const DATUM_SOURCES = ['jt808', 'jt905', 'http'] as const;
type DatumSource = (typeof DATUM_SOURCES)[number];

export interface LoadedSettings {
  settings: Settings;
  /** In force, by key, as text; secrets masked. What `--print-config` shows. */
  printed: Record<string, string>;
  /** One sentence each: a key that nothing reads, a key of a later version. */
  warnings: string[];
}

/** A setting that cannot be used; the message is one line for each, saying key, value and what is allowed. */
export class ConfigError extends Error {
  readonly code = 'bad-config';
}

interface Key {
  name: string;
  /** As text; '' means not set. */
  fallback: string;
  allowed: string;
  secret?: boolean;
  /** A list or a map in the file of settings. */
  structured?: boolean;
  /** What is wrong, as far as it can be said; null where nothing is. */
  read: (text: string, into: Settings) => string | null;
}

const port = z.coerce.number().int().min(0).max(65_535);
const list = z.string().transform((text) => text.split(',').map((entry) => entry.trim()));
const networks = list.pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])));

/** The one table of keys. */
const KEYS: Key[] = [
  key('CHEJI_DATA_DIR', './data', 'a directory', z.string().min(1), (s, v) => (s.dataDir = v)),
  key('CHEJI_HTTP_HOST', '127.0.0.1', 'an address or host name', z.string().min(1), (s, v) => (s.httpHost = v)),
  key('CHEJI_HTTP_PORT', '8080', 'a port, 1–65535', port.min(1), (s, v) => (s.httpPort = v)),
  key('CHEJI_TCP_HOST', '0.0.0.0', 'an address or host name', z.string().min(1), (s, v) => (s.tcpHost = v)),
  key('CHEJI_JT808_PORT', '6808', 'a port, or 0 for off', port, (s, v) => (s.jt808Port = v)),
  key('CHEJI_JT905_PORT', '6905', 'a port, or 0 for off', port, (s, v) => (s.jt905Port = v)),
  key('CHEJI_AIS_PORT', '0', 'a port for TCP and UDP, or 0 for off', port, (s, v) => (s.aisPort = v)),
  key('CHEJI_MQTT_PORT', '1883', 'a port of the embedded broker, or 0 for off', port, (s, v) => (s.mqttPort = v)),
  key(
    'CHEJI_MQTT_URL',
    '',
    'mqtt://host:port or mqtts://host:port of a broker, instead of the embedded one; user and password may stand in it',
    z.url({ protocol: /^mqtts?$/ }),
    (s, v) => (s.mqttUrl = v),
    { secret: true },
  ),
  key('CHEJI_MQTT_VERSION', '5', '3.1.1 or 5, of that broker', z.enum(['3.1.1', '5']), (s, v) => (s.mqttVersion = v)),
  key('CHEJI_MQTT_USER', '', 'the name we log in with', z.string(), (s, v) => (s.mqttUser = v)),
  key('CHEJI_MQTT_PASSWORD', '', 'the password to it', z.string(), (s, v) => (s.mqttPassword = v), { secret: true }),
  key('CHEJI_MQTT_CA', '', 'a PEM file: who may sign the certificate', z.string(), (s, v) => (s.mqttCa = v)),
  key('CHEJI_MQTT_CERT', '', 'a PEM file: our own certificate', z.string(), (s, v) => (s.mqttCert = v)),
  key('CHEJI_MQTT_KEY', '', 'a PEM file: the key to it', z.string(), (s, v) => (s.mqttKey = v)),
  key(
    'CHEJI_MQTT_CLIENT_ID',
    '',
    '1 to 128 letters, digits, _ or -; each node needs its own, and keeps it; made from the data directory where empty',
    z.string().regex(/^[A-Za-z0-9_-]{1,128}$/),
    (s, v) => (s.mqttClientId = v),
  ),
  key(
    'CHEJI_MQTT_SHARE',
    '',
    'a group of shared subscriptions: 1 to 64 letters, digits, _ or -; empty for none',
    z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    (s, v) => (s.mqttShare = v),
  ),
  key(
    'CHEJI_MQTT_ALERTS',
    '',
    `a topic to publish alerts to, such as cheji/alerts/{type}/{vehicleId}; names: ${TOPIC_NAMES.join(', ')}; empty for off`,
    alertTopic,
    (s, v) => (s.mqttAlerts = v),
  ),
  key(
    'CHEJI_MQTT_TOPICS',
    JSON.stringify(DEFAULT_MQTT_TOPICS),
    'a list of {topic, codec, datum, down}: docs/mqtt.md',
    mqttTopics,
    (s, v) => (s.mqttTopics = v),
    { structured: true },
  ),
  key(
    'CHEJI_MQTT_USERS',
    JSON.stringify(DEFAULT_MQTT_USERS),
    'a list of {user, password, publish, subscribe} for the embedded broker: docs/mqtt.md',
    mqttUsers,
    (s, v) => (s.mqttUsers = v),
    { secret: true, structured: true },
  ),
  key(
    'CHEJI_REDIS_URL',
    '',
    'redis://user:password@host:port/database or rediss://…, which the alert log is copied to',
    z.url({ protocol: /^rediss?$/ }),
    (s, v) => (s.redisUrl = v),
    { secret: true },
  ),
  key(
    'CHEJI_GATEWAY_ADDRESSES',
    '',
    'addresses and networks of platforms that carry many terminals on one connection: 10.1.2.3,10.2.0.0/16,fd00::/8',
    networks,
    (s, v) => (s.gatewayAddresses = v),
  ),
  key(
    'CHEJI_WEBHOOK_NETWORKS',
    '',
    'addresses and networks that webhooks may reach although they are not public: 10.1.2.3,10.2.0.0/16,fd00::/8',
    networks,
    (s, v) => (s.webhookNetworks = v),
  ),
  key(
    'CHEJI_WEBHOOK_HOSTS',
    '',
    'the only hosts that webhooks may reach, any where empty: hooks.example.cn,*.example.org',
    list.pipe(z.array(z.string().regex(/^(\*\.)?[A-Za-z0-9.:-]{1,253}$/))),
    (s, v) => (s.webhookHosts = v),
  ),
  key(
    'CHEJI_ATTACHMENT_PORT',
    '0',
    'a port that terminals send the files of their alarms to, or 0 for off',
    port,
    (s, v) => (s.attachmentPort = v),
  ),
  key(
    'CHEJI_ATTACHMENT_ADDRESS',
    '',
    'the address or name of this server as terminals reach it',
    z.string().min(1).max(255),
    (s, v) => (s.attachmentAddress = v),
  ),
  key(
    'CHEJI_DATABASE_URL',
    '',
    'postgres://user:password@host:port/database',
    z.url({ protocol: /^postgres(ql)?$/ }),
    (s, v) => (s.databaseUrl = v),
    { secret: true },
  ),
  key(
    'CHEJI_ADMIN_KEY',
    '',
    '16 to 200 visible characters',
    z.string().regex(/^[\x21-\x7e]{16,200}$/),
    (s, v) => (s.adminKey = v),
    {
      secret: true,
    },
  ),
  key(
    'CHEJI_ACK_LEVEL',
    'fsync',
    'write, fsync or stored',
    z.enum(['write', 'fsync', 'stored']),
    (s, v) => (s.ackLevel = v),
  ),
  key('CHEJI_TIME_POLICY', 'live', 'live or replay', z.enum(['live', 'replay']), (s, v) => (s.timePolicy = v)),
  key(
    'CHEJI_LOG_LEVEL',
    'info',
    'fatal, error, warn, info or debug',
    z.enum(['fatal', 'error', 'warn', 'info', 'debug']),
    (s, v) => (s.logLevel = v),
  ),
  key(
    'CHEJI_SPOOL_SEGMENT_BYTES',
    String(64 * 1024 * 1024),
    'bytes, 1 MiB to 1 GiB',
    z.coerce
      .number()
      .int()
      .min(1 << 20)
      .max(1 << 30),
    (s, v) => (s.spoolSegmentBytes = v),
  ),
  key(
    'CHEJI_SPOOL_MAX_BYTES',
    '',
    'bytes, at least 16 MiB',
    z.coerce
      .number()
      .int()
      .min(16 << 20),
    (s, v) => (s.spoolMaxBytes = v),
  ),
  key(
    'CHEJI_SPOOL_FSYNC_MS',
    '5',
    'milliseconds, 1–10000',
    z.coerce.number().int().min(1).max(10_000),
    (s, v) => (s.spoolFsyncMs = v),
  ),
  key(
    'CHEJI_MEDIA_MAX_BYTES',
    String(10 * 1024 ** 3),
    'bytes, at least 1 MiB',
    z.coerce
      .number()
      .int()
      .min(1 << 20),
    (s, v) => (s.mediaMaxBytes = v),
  ),
  key(
    'CHEJI_TERMINAL_AUTH',
    'required',
    'required (the code that registration gave), any (any code) or off (none)',
    z.enum(['required', 'any', 'off']),
    (s, v) => (s.terminalAuth = v),
  ),
  key(
    'CHEJI_REGISTRATION_REQUIRED',
    'false',
    'true (only terminals of the registry) or false (new terminals appear by themselves)',
    z.enum(['true', 'false']),
    (s, v) => (s.registrationRequired = v === 'true'),
  ),
  key(
    'CHEJI_TERMINAL_RATE',
    '20',
    'frames per second of one terminal, or 0 for no limit',
    z.coerce.number().min(0).max(1_000_000),
    (s, v) => (s.terminalRate = v),
  ),
  key(
    'CHEJI_MAX_CONNECTIONS',
    '65000',
    'terminals connected at once, 1–1000000',
    z.coerce.number().int().min(1).max(1_000_000),
    (s, v) => (s.maxConnections = v),
  ),
  key(
    'CHEJI_ONLINE_SECONDS',
    '300',
    'seconds, 10–86400',
    z.coerce.number().int().min(10).max(86_400),
    (s, v) => (s.onlineSeconds = v),
  ),
  key(
    'CHEJI_RETENTION_DAYS',
    '183',
    'days that tracks are kept, 1–36500',
    z.coerce.number().int().min(1).max(36_500),
    (s, v) => (s.retentionDays = v),
  ),
  key(
    'CHEJI_KEEP_RAW',
    'false',
    'true: the frame that each fix came in is kept with it',
    z.enum(['true', 'false']),
    (s, v) => (s.keepRaw = v === 'true'),
  ),
  key(
    'CHEJI_COMPRESS_AFTER_DAYS',
    '7',
    'days, 2–36500, after which TimescaleDB (Community edition) compresses tracks, or 0 for never',
    z.coerce
      .number()
      .int()
      .max(36_500)
      .refine((days) => days === 0 || days >= 2),
    (s, v) => (s.compressAfterDays = v === 0 ? null : v),
  ),
  key('CHEJI_REGION', '', 'west,south,east,north in degrees', z.string().transform(bbox), (s, v) => (s.region = v)),
  key(
    'CHEJI_SOURCE_DATUM',
    '',
    `what coordinates refer to where it is not WGS-84, source=datum,… with ${DATUM_SOURCES.join(', ')} and ${DATUMS.join(', ')}`,
    z
      .string()
      .transform((text) => Object.fromEntries(text.split(',').map((entry) => entry.split('=').map((s) => s.trim()))))
      .pipe(z.partialRecord(z.enum(DATUM_SOURCES), z.enum(DATUMS))),
    (s, v) => (s.sourceDatums = v),
  ),
  key(
    'CHEJI_SPEED_LIMITS',
    Object.entries(DEFAULT_RULE_SETTINGS.speedLimits)
      .map(([category, limit]) => `${category}=${limit}`)
      .join(','),
    `category=km/h,… with categories of ${VEHICLE_CATEGORIES.join(', ')}`,
    z.string().transform(speedLimits),
    (s, v) => (s.rules.speedLimits = v),
  ),
  key(
    'CHEJI_SPEED_DURATION',
    String(DEFAULT_RULE_SETTINGS.speedDurationS),
    'seconds, 0–3600',
    z.coerce.number().min(0).max(3600),
    (s, v) => (s.rules.speedDurationS = v),
  ),
];

/** Keys of the contract that this version does not serve yet: told, never refused, so that one environment fits all. */
const LATER: Record<string, string> = {
  CHEJI_JT809_PORT: 'JT/T 809 links are not in this version',
};

/** Read by the tests and by CI, not by the server. */
const FOR_TESTS = new Set(['CHEJI_REQUIRE_SERVICES', 'CHEJI_SHARED']);

/** Environment over file over defaults. Throws ConfigError with one line for each wrong key. */
export function loadSettings(env: Record<string, string | undefined> = process.env, file?: string): LoadedSettings {
  const problems: string[] = [];
  const warnings: string[] = [];
  const fromFile = file === undefined ? {} : readConfigFile(file, problems);
  const settings = { rules: { ...DEFAULT_RULE_SETTINGS } } as Settings;
  Object.assign(settings, {
    databaseUrl: null,
    adminKey: null,
    spoolMaxBytes: null,
    attachmentAddress: null,
    mqttUrl: null,
    mqttUser: null,
    mqttPassword: null,
    mqttCa: null,
    mqttCert: null,
    mqttKey: null,
    mqttClientId: null,
    mqttShare: null,
    redisUrl: null,
    mqttAlerts: null,
    region: null,
    gatewayAddresses: [],
    webhookNetworks: [],
    webhookHosts: [],
    sourceDatums: {},
  });
  const printed: Record<string, string> = {};

  for (const k of KEYS) {
    const text = env[k.name] || fromFile[k.name] || k.fallback;
    printed[k.name] = k.secret && text !== '' ? mask(text) : text;
    if (text === '') continue;
    const wrong = k.read(text, settings);
    if (wrong !== null) problems.push(`${k.name}=${k.secret ? mask(text) : text}: must be ${k.allowed}${wrong}`);
  }
  if (settings.attachmentPort > 0 && settings.attachmentAddress === null) {
    problems.push('CHEJI_ATTACHMENT_ADDRESS: must be set where CHEJI_ATTACHMENT_PORT is: terminals are told of it');
  }
  const back = settings.mqttAlerts && comesBackIn(settings.mqttAlerts, settings.mqttTopics ?? []);
  if (back)
    problems.push(
      `CHEJI_MQTT_ALERTS=${settings.mqttAlerts}: would come back in by the topic ${back} of CHEJI_MQTT_TOPICS`,
    );
  if ((settings.mqttCert === null) !== (settings.mqttKey === null)) {
    problems.push('CHEJI_MQTT_CERT, CHEJI_MQTT_KEY: a certificate and its key go together');
  }
  for (const name of [...Object.keys(env), ...Object.keys(fromFile)]) {
    if (!name.startsWith('CHEJI_') || KEYS.some((k) => k.name === name) || FOR_TESTS.has(name)) continue;
    const value = env[name] ?? fromFile[name];
    if (name in LATER) {
      if (value !== '' && value !== '0') warnings.push(`${name} is set, but ${LATER[name]}`);
    } else {
      warnings.push(`${name} is set, but no such setting exists; \`cheji serve --help\` lists them`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return { settings, printed, warnings };
}

/** Key, default and what is allowed, for `--help` and the documentation. */
export function describeSettings(): { name: string; fallback: string; allowed: string }[] {
  return KEYS.map(({ name, fallback, allowed }) => ({ name, fallback, allowed }));
}

function key<T extends z.ZodType>(
  name: string,
  fallback: string,
  allowed: string,
  schema: T,
  set: (into: Settings, value: NonNullable<z.output<T>>) => unknown,
  options: Pick<Key, 'secret' | 'structured'> = {},
): Key {
  return {
    name,
    fallback,
    allowed,
    ...options,
    read: (text, into) => {
      const result = schema.safeParse(text);
      if (!result.success || result.data === undefined) return options.structured ? placeOf(result.error) : '';
      set(into, result.data as NonNullable<z.output<T>>);
      return null;
    },
  };
}

/** Where in a list the first thing is that is wrong, and why. */
function placeOf(error: z.ZodError | undefined): string {
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return '';
  const [first, ...names] = issue.path;
  const place =
    typeof first === 'number' ? `entry ${first + 1}${names.map((name) => `, ${String(name)}`).join('')}: ` : '';
  return `; ${place}${issue.message}`;
}

function readConfigFile(file: string, problems: string[]): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message.split('\n')[0]}`);
  }
  if (parsed === null) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw new ConfigError(`${file}: must be a map of keys`);
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed as Record<string, unknown>)) {
    const key = KEYS.find((k) => k.name === name);
    if (!key && !(name in LATER)) {
      problems.push(`${file}: ${name}: no such setting; the names are those of the environment variables`);
    } else if (key?.structured && typeof value === 'object') values[name] = JSON.stringify(value);
    else if (typeof value === 'object') problems.push(`${file}: ${name}: must be one value`);
    else values[name] = String(value);
  }
  return values;
}

function mask(secret: string): string {
  // Of a URL the host stays readable; anything else is hidden whole.
  return secret.includes('://') ? secret.replace(/\/\/.*@/, '//***@') : '***';
}

function bbox(text: string, context: z.RefinementCtx): [number, number, number, number] | undefined {
  const [west, south, east, north, ...rest] = text.split(',').map(Number);
  const good =
    rest.length === 0 && west >= -180 && east <= 180 && west < east && south >= -90 && north <= 90 && south < north;
  if (good) return [west, south, east, north];
  context.addIssue({ code: 'custom' });
}

function speedLimits(text: string, context: z.RefinementCtx): RuleSettings['speedLimits'] | undefined {
  const limits: RuleSettings['speedLimits'] = {};
  for (const part of text.split(',').filter(Boolean)) {
    const [category, limit] = part.split('=').map((s) => s.trim());
    const known = (VEHICLE_CATEGORIES as readonly string[]).includes(category);
    if (!known || !(Number(limit) > 0 && Number(limit) <= 300)) {
      context.addIssue({ code: 'custom' });
      return;
    }
    limits[category as VehicleCategory] = Number(limit);
  }
  return limits;
}
