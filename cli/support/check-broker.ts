import { connectBroker, type MqttClient, whenConnected } from '../../broker/connect.js';
import { loadBroker, OWN_BROKER_LACKS } from '../../broker/own-broker.js';
import type { Settings } from '../../config.js';
import { RouteTable, topicRoutes } from '../../ingest/mqtt/topic-routes.js';
import { brokerAddress } from '../../parts/mqtt-feeds.js';
import { type Check, firstLine, result } from './checks.js';

const NAME = 'mqtt broker';
const AT_LEAST_ONCE = 1;

/** The broker that messages come by: ours can be loaded, or the other lets us in and subscribe; null where both are off. */
export async function checkBroker(settings: Settings): Promise<Check | null> {
  if (settings.mqttUrl !== null) return checkOutside(settings, settings.mqttUrl);
  if (settings.mqttPort === 0) return null;
  try {
    await loadBroker();
    return result(NAME, 'ok', `embedded: ${OWN_BROKER_LACKS}`, '');
  } catch (error) {
    return result(NAME, 'broken', firstLine(error), 'npm install aedes, or set CHEJI_MQTT_URL');
  }
}

async function checkOutside(settings: Settings, url: string): Promise<Check> {
  const host = new URL(url).host;
  let client: MqttClient | undefined;
  try {
    // Under a name of its own, and without a session: the server's is not touched.
    client = await connectBroker(brokerAddress(settings, url), { clientId: `cheji-doctor-${process.pid}`, once: true });
    client.on('error', () => {});
    const { sharedSubscriptions } = await whenConnected(client);
    if (settings.mqttShare !== null && !sharedSubscriptions) {
      return result(NAME, 'broken', `${host} has no shared subscriptions`, 'unset CHEJI_MQTT_SHARE');
    }
    const { filters } = new RouteTable(topicRoutes(settings.mqttTopics));
    const granted = await client.subscribeAsync(filters, { qos: AT_LEAST_ONCE }).catch(() => []);
    const refused = filters.filter((filter) => !granted.some((g) => g.topic === filter && g.qos <= AT_LEAST_ONCE));
    return refused.length === 0
      ? result(NAME, 'ok', `${host} lets us in, MQTT ${settings.mqttVersion}`, '')
      : result(
          NAME,
          'broken',
          `${host} does not let us subscribe to ${refused.join(', ')}`,
          'give our user the right to',
        );
  } catch (error) {
    const mend = `see that it runs and that CHEJI_MQTT_USER, _PASSWORD, _CA, _CERT, _KEY and _VERSION are right`;
    return result(NAME, 'broken', `${host}: ${firstLine(error) || 'no connection'}`, mend);
  } finally {
    await client?.endAsync(true);
  }
}
