import { z } from 'zod';
import { key, optional, pemFile, port, text, urlOf } from './key.js';
import { DEFAULT_MQTT_TOPICS, DEFAULT_MQTT_USERS, mqttTopics, mqttUsers } from './mqtt-topics.js';

/** Feeds over MQTT: the embedded broker or another, and what is read there. */
export const mqttKeys = {
  /** Of the embedded broker; 0, or `mqttUrl`: none. */
  mqttPort: key('CHEJI_MQTT_PORT', '1883', 'a port of the embedded broker, or 0 for off', port),
  mqttUrl: optional(
    'CHEJI_MQTT_URL',
    'mqtt://host:port or mqtts://host:port of a broker, instead of the embedded one; user and password may stand in it',
    urlOf(/^mqtts?$/),
    { secret: 'in-url' },
  ),
  mqttVersion: key('CHEJI_MQTT_VERSION', '5', '3.1.1 or 5, of that broker', z.enum(['3.1.1', '5'])),
  mqttUser: optional('CHEJI_MQTT_USER', 'the name we log in with', text),
  mqttPassword: optional('CHEJI_MQTT_PASSWORD', 'the password to it', text, { secret: true }),
  mqttCa: optional('CHEJI_MQTT_CA', 'a PEM file: who may sign the certificate', pemFile),
  mqttCert: optional('CHEJI_MQTT_CERT', 'a PEM file: our own certificate', pemFile),
  mqttKey: optional('CHEJI_MQTT_KEY', 'a PEM file: the key to it', pemFile),
  /** null: one of this installation's own. */
  mqttClientId: optional(
    'CHEJI_MQTT_CLIENT_ID',
    '1 to 128 letters, digits, _ or -; each node needs its own, and keeps it; made from the data directory where empty',
    z.string().regex(/^[A-Za-z0-9_-]{1,128}$/),
  ),
  /** Group of shared subscriptions; null: every message comes here. */
  mqttShare: optional(
    'CHEJI_MQTT_SHARE',
    'a group of shared subscriptions: 1 to 64 letters, digits, _ or -; empty for none',
    z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  ),
  mqttTopics: key(
    'CHEJI_MQTT_TOPICS',
    JSON.stringify(DEFAULT_MQTT_TOPICS),
    'a list of {topic, codec, datum, speedUnit, down}: docs/mqtt.md',
    mqttTopics,
    { structured: true },
  ),
  mqttUsers: key(
    'CHEJI_MQTT_USERS',
    JSON.stringify(DEFAULT_MQTT_USERS),
    'a list of {user, password, publish, subscribe} for the embedded broker: docs/mqtt.md',
    mqttUsers,
    { secret: true, structured: true },
  ),
};
