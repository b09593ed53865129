import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { alertId } from '../../../alerts/life/alert-id.js';

const identity = {
  vehicleId: '沪A12345',
  ruleId: 'fence:depot:enter',
  ruleRevision: 7,
  kind: 'fence-enter',
  onsetTime: 1_772_330_405_000,
  onsetSubSeq: 2,
};

/** RFC 4648 §6 by way of binary text: another road to the same place. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)])
    .join('');
}

test('is the first 26 characters of base32(SHA-256) over the parts', () => {
  const text = '沪A12345\x1ffence:depot:enter\x1f7\x1ffence-enter\x1f1772330405000\x1f2';
  const digest = createHash('sha256').update(text).digest();
  expect(alertId(identity)).toBe(base32(digest).slice(0, 26));
});

test('each part matters', () => {
  const others = [
    { vehicleId: '沪A12346' },
    { ruleId: 'fence:depot:exit' },
    { ruleRevision: 8 },
    { kind: 'fence-exit' },
    { onsetTime: 1_772_330_405_001 },
    { onsetSubSeq: 3 },
  ].map((part) => alertId({ ...identity, ...part }));
  expect(new Set([alertId(identity), ...others]).size).toBe(7);
});

test('alike parts that border differently are different alerts', () => {
  expect(alertId({ ...identity, vehicleId: 'a', ruleId: 'bc' })).not.toBe(
    alertId({ ...identity, vehicleId: 'ab', ruleId: 'c' }),
  );
});
