import { z } from 'zod';
import { alertFilterSchema } from '../api/alerts/alert-filter.js';
import { TOPIC_NAMES } from '../deliver/mqtt-carrier.js';
import { POSITION_TOPIC_NAMES } from '../deliver/position-publisher.js';
import { readRedisAddress } from '../redis/address.js';
import { key, list, networks, optional, pemFile, structured, tell, text, wholeNumber } from './key.js';
import { alertTopic, positionTopic } from './mqtt-topics.js';

const redisAddress = text.superRefine((url, context) => {
  const address = readRedisAddress(url);
  if (typeof address === 'string') tell(context, address);
});

/** Where alerts go besides the API. */
export const deliveryKeys = {
  /** Topic that alerts are published to, with names in braces; null: they are not. */
  mqttAlerts: optional(
    'CHEJI_MQTT_ALERTS',
    `a topic to publish alerts to, such as cheji/alerts/{type}/{vehicleId}; names: ${TOPIC_NAMES.join(', ')}; empty for off`,
    alertTopic,
  ),
  mqttAlertsFilter: key(
    'CHEJI_MQTT_ALERTS_FILTER',
    '{}',
    'which alerts are published, as in the filter of a webhook: {severity: [critical], region: "32"}',
    structured.pipe(alertFilterSchema),
    { structured: true },
  ),
  /** Topic that the newest position of each vehicle is published to; null: they are not. */
  mqttPositions: optional(
    'CHEJI_MQTT_POSITIONS',
    `a topic to publish positions to, with {vehicleId} in it, such as cheji/positions/{vehicleId}; names: ${POSITION_TOPIC_NAMES.join(', ')}; empty for off`,
    positionTopic,
  ),
  mqttPositionsSeconds: key(
    'CHEJI_MQTT_POSITIONS_SECONDS',
    '5',
    '1 to 3600: seconds between two positions of a vehicle that are published',
    wholeNumber(1, 3600),
  ),
  /** Where the alert log is copied to, for other nodes and programs, and the log for other nodes. */
  redisUrl: optional(
    'CHEJI_REDIS_URL',
    'redis://user:password@host:port/database, or rediss://… for TLS, which the alert log is copied to and which joins several nodes; of a cluster some of its nodes, redis://a:6379,b:6379,c:6379, or one with ?cluster=yes',
    redisAddress,
    { secret: 'in-url' },
  ),
  redisCa: optional(
    'CHEJI_REDIS_CA',
    'a PEM file: who may sign the certificate of Redis, where not who everybody trusts',
    pemFile,
  ),
  redisCert: optional('CHEJI_REDIS_CERT', 'a PEM file: our own certificate, where Redis asks for one', pemFile),
  redisKey: optional('CHEJI_REDIS_KEY', 'a PEM file: the key to it', pemFile),
  /** What webhooks may reach: addresses and networks that are not public, and host names where not any. */
  webhookNetworks: key(
    'CHEJI_WEBHOOK_NETWORKS',
    '',
    'addresses and networks that webhooks may reach although they are not public: 10.1.2.3,10.2.0.0/16,fd00::/8',
    networks,
  ),
  webhookHosts: key(
    'CHEJI_WEBHOOK_HOSTS',
    '',
    'the only hosts that webhooks may reach, any where empty: hooks.example.cn,*.example.org',
    list.pipe(z.array(z.string().regex(/^(\*\.)?[A-Za-z0-9.:-]{1,253}$/))),
  ),
};
