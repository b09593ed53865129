import { comesBackIn } from './mqtt-topics.js';
import type { Settings } from './settings.js';

/** One sentence for each pair of settings that are good alone and do not go together. */
export function contradictions(settings: Settings): string[] {
  const { attachmentPort, attachmentAddress, mqttAlerts, mqttPositions, mqttTopics, mqttCert, mqttKey } = settings;
  const { role, redisUrl, redisCa, redisCert, redisKey, databaseUrl, adminKey } = settings;
  const problems: string[] = [];
  if (attachmentPort > 0 && attachmentAddress === null) {
    problems.push('CHEJI_ATTACHMENT_ADDRESS: must be set where CHEJI_ATTACHMENT_PORT is: terminals are told of it');
  }
  for (const [name, topic] of [
    ['CHEJI_MQTT_ALERTS', mqttAlerts],
    ['CHEJI_MQTT_POSITIONS', mqttPositions],
  ] as const) {
    const back = topic === null ? null : comesBackIn(topic, mqttTopics);
    if (back !== null) problems.push(`${name}=${topic}: would come back in by the topic ${back} of CHEJI_MQTT_TOPICS`);
  }
  if ((mqttCert === null) !== (mqttKey === null)) {
    problems.push('CHEJI_MQTT_CERT, CHEJI_MQTT_KEY: a certificate and its key go together');
  }
  if ((redisCert === null) !== (redisKey === null)) {
    problems.push('CHEJI_REDIS_CERT, CHEJI_REDIS_KEY: a certificate and its key go together');
  }
  if ((redisCa ?? redisCert) !== null && !redisUrl?.startsWith('rediss://')) {
    problems.push('CHEJI_REDIS_CA, CHEJI_REDIS_CERT: are for TLS, and CHEJI_REDIS_URL does not begin with rediss://');
  }
  if (role === 'api') {
    const missing: [name: string, value: string | null, why: string][] = [
      ['CHEJI_REDIS_URL', redisUrl, 'the main node hands its log on there'],
      ['CHEJI_DATABASE_URL', databaseUrl, 'history is read from the database of the main node'],
      ['CHEJI_ADMIN_KEY', adminKey, 'it is the key of the main node'],
    ];
    for (const [name, value, why] of missing) {
      if (value === null) problems.push(`${name}: must be set where CHEJI_ROLE is api: ${why}`);
    }
  }
  return problems;
}
