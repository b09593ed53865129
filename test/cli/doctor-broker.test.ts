import { expect, onTestFinished, test } from 'vitest';
import { startMosquitto } from '../../bench/support/mosquitto.js';
import { checkBroker } from '../../cli/support/check-broker.js';
import { loadSettings } from '../../config.js';
import { freePort } from '../support/free-port.js';
import { needs } from '../support/needs.js';
import { tempDir } from '../support/temp-dir.js';

const check = (env: Record<string, string>) => checkBroker(loadSettings(env).settings);

test('the embedded broker is there, and says what it lacks; where MQTT is off there is nothing to check', async () => {
  expect(await check({})).toMatchObject({ outcome: 'ok', found: expect.stringContaining('no shared subscriptions') });
  expect(await check({ CHEJI_MQTT_PORT: '0' })).toBeNull();
});

test('a broker that is not there', async () => {
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  expect(await check({ CHEJI_MQTT_URL: url })).toMatchObject({
    outcome: 'broken',
    found: expect.stringContaining('ECONNREFUSED'),
    mend: expect.stringContaining('CHEJI_MQTT_USER'),
  });
});

needs('mosquitto', 'an outside broker', () => {
  test('lets us in, or says that we may not', async () => {
    const open = await startMosquitto({ dir: await tempDir() });
    onTestFinished(() => open.stop());
    for (const version of ['3.1.1', '5']) {
      const env = { CHEJI_MQTT_URL: `mqtt://127.0.0.1:${open.port}`, CHEJI_MQTT_VERSION: version };
      expect(await check(env)).toMatchObject({
        outcome: 'ok',
        found: `127.0.0.1:${open.port} lets us in, MQTT ${version}`,
      });
    }
    const closed = await startMosquitto({ dir: await tempDir(), lines: ['allow_anonymous false'] });
    onTestFinished(() => closed.stop());
    expect(await check({ CHEJI_MQTT_URL: `mqtt://127.0.0.1:${closed.port}` })).toMatchObject({
      outcome: 'broken',
      found: expect.stringContaining('Not authorized'),
    });
  });
});
