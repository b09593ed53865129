import { expect, test, vi } from 'vitest';

vi.mock('aedes', () => {
  throw new Error("Cannot find package 'aedes'");
});

test('an installation without the optional package says what to do', async () => {
  const { OwnBroker } = await import('../../broker/own-broker.js');
  const options = { host: '127.0.0.1', port: 0, users: [], received: () => {}, log: () => {} };
  await expect(OwnBroker.start(options)).rejects.toMatchObject({
    code: 'broker-missing',
    message: expect.stringMatching(/is not installed .*npm install aedes.*CHEJI_MQTT_URL.*CHEJI_MQTT_PORT=0/),
  });
});
