import { expect, test } from 'vitest';
import { fuzz } from '../../bench/fuzz-mqtt.js';

test('20,000 messages that nobody should send: each ends as handled or refused with a reason', async () => {
  const { handled, rejected, fixes, vehicles } = await fuzz(20_000);
  expect(handled).toBeGreaterThan(5_000);
  for (const reason of ['not-json', 'not-protobuf', 'bad-item', 'unknown-topic', 'too-large']) {
    expect(rejected[reason], reason).toBeGreaterThan(0);
  }
  expect(fixes.accepted).toBeGreaterThan(1_000);
  expect(fixes.rejected['bad-item']).toBeGreaterThan(100);
  expect(vehicles).toBeGreaterThan(10);
}, 60_000);
