import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, describeSettings, loadSettings } from '../config.js';

function configFile(name: string, text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'cheji-config-')), name);
  writeFileSync(file, text);
  return file;
}

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadSettings(env);
  } catch (error) {
    return (error as ConfigError).message.split('\n');
  }
  return [];
}

test('an empty environment gives the defaults of the contract', () => {
  const { settings, warnings } = loadSettings({});
  expect(settings).toMatchObject({
    dataDir: './data',
    httpHost: '127.0.0.1',
    httpPort: 8080,
    tcpHost: '0.0.0.0',
    jt808Port: 6808,
    jt905Port: 6905,
    aisPort: 0,
    gatewayAddresses: [],
    webhookNetworks: [],
    webhookHosts: [],
    mqttAlerts: null,
    databaseUrl: null,
    adminKey: null,
    ackLevel: 'fsync',
    timePolicy: 'live',
    logLevel: 'info',
  });
  expect(settings.rules.speedLimits['dangerous-goods']).toBe(80);
  expect(warnings).toEqual([]);
});

test('each wrong value is one line with the key, the value and what is allowed', () => {
  const env = { CHEJI_HTTP_PORT: '70000', CHEJI_ACK_LEVEL: 'maybe', CHEJI_REGION: '120,31,119,32' };
  expect(() => loadSettings(env)).toThrow(ConfigError);
  expect(() => loadSettings(env)).toThrow(
    [
      'CHEJI_HTTP_PORT=70000: must be a port, 1–65535',
      'CHEJI_ACK_LEVEL=maybe: must be write, fsync or stored',
      'CHEJI_REGION=120,31,119,32: must be west,south,east,north in degrees',
    ].join('\n'),
  );
});

test.each([
  ['CHEJI_SPEED_LIMITS', 'taxi=fast'],
  ['CHEJI_SPEED_LIMITS', 'tram=50'],
  ['CHEJI_SPEED_LIMITS', 'taxi=60=5'],
  ['CHEJI_JT808_PORT', '-1'],
  ['CHEJI_JT905_PORT', '65536'],
  ['CHEJI_GATEWAY_ADDRESSES', '10.0.0.1,10.0.0.0/33'],
  ['CHEJI_WEBHOOK_NETWORKS', 'intranet'],
  ['CHEJI_WEBHOOK_HOSTS', 'https://example.cn'],
  ['CHEJI_MQTT_ALERTS', 'cheji/alerts/#'],
  ['CHEJI_MQTT_ALERTS', 'cheji/{plate}'],
  ['CHEJI_MQTT_ALERTS', 'cheji/{type'],
  ['CHEJI_MQTT_ALERTS_FILTER', '{severity: loud}'],
  ['CHEJI_MQTT_ALERTS_FILTER', '{colour: red}'],
  ['CHEJI_MQTT_ALERTS_FILTER', '{region: 32}'],
  ['CHEJI_MQTT_ALERTS_FILTER', '{'],
  ['CHEJI_REDIS_URL', 'http://h'],
  ['CHEJI_DATABASE_URL', 'mysql://h/db'],
  ['CHEJI_ADMIN_KEY', 'short'],
  ['CHEJI_REGISTRATION_REQUIRED', 'yes'],
])('%s=%s is refused', (name, value) => {
  expect(() => loadSettings({ [name]: value })).toThrow(name);
});

test.each([
  [
    'CHEJI_MQTT_CA',
    '/nowhere/ca.pem',
    "a PEM file: who may sign the certificate; ENOENT: no such file or directory, open '/nowhere/ca.pem'",
  ],
  ['CHEJI_MQTT_KEY', configFile('key.pem', 'not a key'), 'a PEM file: the key to it; no PEM in it'],
  ['CHEJI_GATEWAY_ADDRESSES', '10.0.0.1, 10.0.0.0/33', 'fd00::/8; entry 2: 10.0.0.0/33'],
  ['CHEJI_AIS_SOURCES', 'a:1,b', 'host:port,host:port; entry 2: b'],
  ['CHEJI_WEBHOOK_HOSTS', 'a.example.cn,https://b', '*.example.org; entry 2: https://b'],
  ['CHEJI_SPEED_LIMITS', 'bus=60,taxi=fast', 'other; taxi=fast'],
  ['CHEJI_SPEED_LIMITS', 'bus=60,tram=50', 'other; there is no tram'],
  ['CHEJI_SOURCE_DATUM', 'http=gcj02,jt808=mars', 'cgcs2000; jt808=mars'],
])('%s=%s: what is wrong with it is said behind what is allowed', (name, value, message) => {
  const [line, ...more] = problemsOf({ [name]: value });
  expect([line.startsWith(`${name}=${value}: must be `), line.slice(-message.length), more]).toEqual([
    true,
    message,
    [],
  ]);
});

test('no complaint ends where its reason should stand', () => {
  expect(() => loadSettings({}, configFile('c.yaml', 'CHEJI_HTTP_PORT: ['))).toThrow(/c\.yaml: Flow .*[^:]$/);
  expect(problemsOf({ CHEJI_MQTT_TOPICS: '[' })[0]).toMatch(/line 1, column 2$/);
});

test('which alerts are published is said as in the filter of a webhook', () => {
  const load = (text: string) => loadSettings({ CHEJI_MQTT_ALERTS_FILTER: text }).settings.mqttAlertsFilter;
  expect(loadSettings({}).settings.mqttAlertsFilter).toEqual({});
  expect(load('{severity: critical, region: ["32", "3301"]}')).toEqual({
    severity: ['critical'],
    region: ['32', '3301'],
  });
});

test('alerts are not published where they would come back in', () => {
  const topics = JSON.stringify([{ topic: 'fleet/+/up', codec: 'traccar' }]);
  const load = (topic: string) => loadSettings({ CHEJI_MQTT_TOPICS: topics, CHEJI_MQTT_ALERTS: topic }).settings;
  expect(() => load('fleet/{vehicleId}/up')).toThrow('come back in by the topic fleet/+/up');
  expect(load('fleet/{vehicleId}/alerts').mqttAlerts).toBe('fleet/{vehicleId}/alerts');
});

test('positions are published to a topic of each vehicle that does not come back in', () => {
  const load = (topic: string) => loadSettings({ CHEJI_MQTT_POSITIONS: topic }).settings;
  expect(load('out/{company}/{vehicleId}')).toMatchObject({
    mqttPositions: 'out/{company}/{vehicleId}',
    mqttPositionsSeconds: 5,
  });
  for (const topic of ['out/all', 'out/{plate}/{vehicleId}', 'out/+/{vehicleId}']) {
    expect(() => load(topic)).toThrow('must be a topic to publish positions to, with {vehicleId} in it');
  }
  const topics = JSON.stringify([{ topic: 'fleet/+/up', codec: 'traccar' }]);
  expect(() => loadSettings({ CHEJI_MQTT_TOPICS: topics, CHEJI_MQTT_POSITIONS: 'fleet/{vehicleId}/up' })).toThrow(
    'CHEJI_MQTT_POSITIONS=fleet/{vehicleId}/up: would come back in by the topic fleet/+/up',
  );
});

test('a node of the API says what it lacks; whole, it has its role', () => {
  const whole = {
    CHEJI_ROLE: 'api',
    CHEJI_REDIS_URL: 'redis://r',
    CHEJI_DATABASE_URL: 'postgres://db/cheji',
    CHEJI_ADMIN_KEY: 'key-of-all-the-nodes',
  };
  expect(loadSettings(whole).settings.role).toBe('api');
  expect(loadSettings({}).settings.role).toBe('all');
  for (const name of ['CHEJI_REDIS_URL', 'CHEJI_DATABASE_URL', 'CHEJI_ADMIN_KEY']) {
    expect(() => loadSettings({ ...whole, [name]: '' })).toThrow(`${name}: must be set where CHEJI_ROLE is api`);
  }
  expect(() => loadSettings({ CHEJI_ROLE: 'leader' })).toThrow('CHEJI_ROLE=leader: must be all');
  expect(() => loadSettings({ CHEJI_NODE_URL: 'redis://x' })).toThrow('CHEJI_NODE_URL');
});

test('the environment wins over the file, the file over the defaults', () => {
  const file = configFile('cheji.yaml', 'CHEJI_HTTP_PORT: 9000\nCHEJI_TIME_POLICY: replay\n');
  const { settings } = loadSettings({ CHEJI_HTTP_PORT: '9001' }, file);
  expect(settings.httpPort).toBe(9001);
  expect(settings.timePolicy).toBe('replay');
});

test('a file may be JSON; a key in it that does not exist is refused by name', () => {
  expect(loadSettings({}, configFile('c.json', '{"CHEJI_JT808_PORT": 0}')).settings.jt808Port).toBe(0);
  expect(() => loadSettings({}, configFile('c.yaml', 'CHEJI_HTTP_PROT: 1'))).toThrow(
    'CHEJI_HTTP_PROT: no such setting',
  );
  expect(() => loadSettings({}, configFile('c.yaml', '- a'))).toThrow('must be a map of keys');
  expect(() => loadSettings({}, '/nowhere/cheji.yaml')).toThrow('ENOENT');
});

test('secrets are masked in what is printed and in complaints', () => {
  const { printed } = loadSettings({
    CHEJI_DATABASE_URL: 'postgres://u:secret@db:5432/x',
    CHEJI_ADMIN_KEY: 'k'.repeat(20),
  });
  expect(printed.CHEJI_DATABASE_URL).toBe('postgres://***@db:5432/x');
  expect(JSON.stringify(printed)).not.toMatch(/secret|kkk/);
  expect(() => loadSettings({ CHEJI_ADMIN_KEY: 'p4ss' })).toThrow('CHEJI_ADMIN_KEY=***');
});

test('a secret that looks like an address is masked whole; of an address what leads there is shown', () => {
  const { printed } = loadSettings({
    CHEJI_ADMIN_KEY: 'key://secret-secret',
    CHEJI_MQTT_PASSWORD: 'a://secret',
    CHEJI_MQTT_USERS: JSON.stringify([{ user: 'u', password: 'x://secret1' }]),
    CHEJI_DATABASE_URL: 'postgres://db:5432/x?user=u&password=secret',
    CHEJI_MQTT_URL: 'mqtt://broker:1883',
    CHEJI_REDIS_URL: 'redis://:secret@redis:6379/0',
  });
  expect(printed).toMatchObject({
    CHEJI_ADMIN_KEY: '***',
    CHEJI_MQTT_PASSWORD: '***',
    CHEJI_MQTT_USERS: '***',
    CHEJI_DATABASE_URL: 'postgres://***@db:5432/x',
    CHEJI_MQTT_URL: 'mqtt://broker:1883',
    CHEJI_REDIS_URL: 'redis://***@redis:6379/0',
  });
});

test('keys of later versions and unknown keys are told, not refused', () => {
  const { warnings } = loadSettings({ CHEJI_JT809_PORT: '6809', CHEJI_MQTT_PORT: '0', CHEJI_COLOUR: 'red' });
  expect(warnings).toEqual([
    'CHEJI_JT809_PORT is set, but JT/T 809 links are not in this version',
    'CHEJI_COLOUR is set, but no such setting exists; `cheji serve --help` lists them',
  ]);
});

test('every key is described, and the default that it describes is allowed', () => {
  for (const { name, fallback } of describeSettings()) {
    if (fallback) expect(() => loadSettings({ [name]: fallback })).not.toThrow();
  }
});

describe('lists of MQTT', () => {
  const good = [{ topic: 'fleet/{terminal}/gps', codec: 'v1', datum: 'gcj02' }];

  test('from the environment as JSON or YAML, from the file as they stand there', () => {
    const file = configFile(
      'cheji.yaml',
      `CHEJI_MQTT_TOPICS:\n  - { topic: "fleet/{terminal}/gps", codec: v1, datum: gcj02 }\n`,
    );
    expect(loadSettings({}, file).settings.mqttTopics).toEqual(good);
    expect(loadSettings({ CHEJI_MQTT_TOPICS: JSON.stringify(good) }).settings.mqttTopics).toEqual(good);
    expect(loadSettings({}).settings.mqttTopics.length).toBeGreaterThan(5);
  });

  test.each([
    ['CHEJI_MQTT_TOPICS', '[{topic: a/#/b, codec: v1}]', 'entry 1, a/#/b: # may only be the last level'],
    ['CHEJI_MQTT_TOPICS', '[{topic: a, codec: v1}, {topic: b, codec: v9}]', 'entry 2, codec'],
    ['CHEJI_MQTT_TOPICS', '[', 'CHEJI_MQTT_TOPICS=[: must be a list'],
    ['CHEJI_MQTT_TOPICS', '{}', 'must be a list'],
    ['CHEJI_MQTT_USERS', '[{user: a b}]', 'entry 1, user: must be 1 to 64 letters'],
    ['CHEJI_MQTT_USERS', '[{user: a, password: short}]', 'entry 1, password: must have at least 8'],
    ['CHEJI_MQTT_USERS', '[{user: a}, {user: a}]', 'a is there twice'],
    ['CHEJI_MQTT_USERS', '[{user: a, publish: ["x/#/y"]}]', 'entry 1, publish, 0: # may only be the last level'],
    ['CHEJI_MQTT_CERT', configFile('own.pem', '-----BEGIN CERTIFICATE-----'), 'a certificate and its key go together'],
    ['CHEJI_MQTT_TOPICS', '[', 'docs/mqtt.md; Flow sequence must end with a ] at line 1, column 2'],
    ['CHEJI_MQTT_URL', 'http://x', 'CHEJI_MQTT_URL='],
  ])('%s=%s stops the start', (key, value, message) => {
    expect(() => loadSettings({ [key]: value })).toThrow(message);
  });

  test('passwords are not shown', () => {
    const { printed } = loadSettings({ CHEJI_MQTT_USERS: '[{user: a, password: secret-word}]' });
    expect(printed.CHEJI_MQTT_USERS).toBe('***');
  });
});
