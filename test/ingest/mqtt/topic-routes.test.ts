import { describe, expect, test } from 'vitest';
import { DEFAULT_TOPICS, RouteTable, type TopicSetting, topicRoutes } from '../../../ingest/mqtt/topic-routes.js';

const table = (settings: readonly TopicSetting[]) => new RouteTable(topicRoutes(settings));

test('every codec is read on its usual topics, and nothing is subscribed to twice', () => {
  const routes = table(DEFAULT_TOPICS);
  for (const [topic, codec] of [
    ['v1/acme/vehicles/A/position', 'v1'],
    ['v1/acme/batch', 'v1'],
    ['v1/acme/vehicles/A/cmd/c1/ack', 'v1'],
    ['jt808/c/013800138000/up', 'emqx-jt808'],
    ['owntracks/jane/phone', 'owntracks'],
    ['tb/car/telemetry', 'thingsboard'],
    ['v1/gateway/telemetry', 'thingsboard'],
    ['traccar/positions', 'traccar'],
    ['jt808-frames/13800138000/up', 'jt808'],
  ]) {
    expect(routes.find(topic)?.route.codecName, topic).toBe(codec);
  }
  expect(routes.find('v1/acme/vehicles/A/cmd')).toBeNull();
  expect(routes.downFilters).toEqual(['v1/+/vehicles/+/cmd', 'jt808/+/+/dn', 'jt808-frames/+/dn']);
});

test('the first line that fits decides; what it names is handed over; lines within others are not asked for', () => {
  const routes = table([
    { topic: 'fleet/special/{terminal}', codec: 'v1', datum: 'gcj02' },
    { topic: 'fleet/{group}/{terminal}', codec: 'v1' },
  ]);
  expect(routes.find('fleet/special/A')).toMatchObject({ names: { terminal: 'A' }, route: { datum: 'gcj02' } });
  expect(routes.find('fleet/x/A')).toMatchObject({ names: { group: 'x', terminal: 'A' } });
  expect(routes.filters).toEqual(['fleet/+/+']);
});

test('answers go where the settings say, or to the usual place where its names are there', () => {
  const [own, usual, none, off] = topicRoutes([
    { topic: 'gw/{phone}/up', codec: 'emqx-jt808', down: 'gw/{phone}/down' },
    { topic: 'x/{client}/{phone}/up', codec: 'emqx-jt808' },
    { topic: 'y/+/+/up', codec: 'emqx-jt808' },
    { topic: 'z/{terminal}', codec: 'jt808', down: '' },
  ]);
  expect([own.down, usual.down, none.down, off.down]).toEqual([
    'gw/{phone}/down',
    'jt808/{client}/{phone}/dn',
    null,
    null,
  ]);
});

describe('settings that cannot be', () => {
  test.each<[TopicSetting, string]>([
    [{ topic: 'a/#/b', codec: 'v1' }, 'entry 1, a/#/b: # may only be the last level'],
    [{ topic: 'a', codec: 'v9' }, 'there is no codec v9; there are v1'],
    [{ topic: 'a/{terminal}', codec: 'traccar' }, 'name their terminal themselves'],
    [{ topic: 'a', codec: 'v1', datum: 'mars' }, 'there is no datum mars'],
    [
      { topic: 'a', codec: 'thingsboard', speedUnit: 'furlongs' },
      'there is no unit of speed furlongs; there are km/h, knots',
    ],
    [{ topic: 'a', codec: 'traccar', speedUnit: 'mph' }, 'what speeds of traccar are in is fixed'],
    [{ topic: 'a', codec: 'jt808', speedUnit: 'km/h' }, 'what speeds of jt808 are in is fixed'],
    [{ topic: 'a/{x}', codec: 'jt808', down: 'a/{y}' }, 'its names must be those of the topic'],
    [{ topic: 'a/{x}', codec: 'jt808', down: 'a/+' }, 'its names must be those of the topic'],
    [{ topic: '$SYS/#', codec: 'v1' }, 'topics of the broker itself'],
  ])('%j', (setting, message) => {
    expect(() => topicRoutes([setting])).toThrow(message);
  });
});
