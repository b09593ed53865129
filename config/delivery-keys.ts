import { z } from 'zod';
import { TOPIC_NAMES } from '../deliver/mqtt-carrier.js';
import { key, list, networks, optional, urlOf } from './key.js';
import { alertTopic } from './mqtt-topics.js';

/** Where alerts go besides the API. */
export const deliveryKeys = {
  /** Topic that alerts are published to, with names in braces; null: they are not. */
  mqttAlerts: optional(
    'CHEJI_MQTT_ALERTS',
    `a topic to publish alerts to, such as cheji/alerts/{type}/{vehicleId}; names: ${TOPIC_NAMES.join(', ')}; empty for off`,
    alertTopic,
  ),
  /** Where the alert log is copied to, for other nodes and programs, and the log for other nodes. */
  redisUrl: optional(
    'CHEJI_REDIS_URL',
    'redis://user:password@host:port/database or rediss://…, which the alert log is copied to and which joins several nodes; ?cluster=yes behind it for a cluster',
    urlOf(/^rediss?$/),
    { secret: true },
  ),
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
