import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { signature, signatures, webhookSecret } from '../../deliver/signature.js';
import type { Webhook } from '../../model/webhook.js';

test('the example of the Standard Webhooks description', () => {
  // github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md and the libraries' tests.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const signed = signature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}');
  expect(signed).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('every secret in force signs; each depends on the installation, the webhook and the salt', () => {
  const salts = [
    { salt: 'new', until: null },
    { salt: 'old', until: 2000 },
    { salt: 'older', until: 1000 },
  ];
  const webhook = { id: 'w1', salts } as Webhook;
  const expected = ['new', 'old'].map((salt) => {
    const bytes = Buffer.from(webhookSecret('key', 'w1', salt).slice('whsec_'.length), 'base64');
    expect(bytes).toHaveLength(32);
    return `v1,${createHmac('sha256', bytes).update('m1.1.{}').digest('base64')}`;
  });
  expect(signatures('key', webhook, 'm1', 1500, '{}')).toBe(expected.join(' '));
  const secrets = [
    ['key', 'w1', 'new'],
    ['other', 'w1', 'new'],
    ['key', 'w2', 'new'],
    ['key', 'w1', 'old'],
  ].map(([key, id, salt]) => webhookSecret(key, id, salt));
  expect(new Set(secrets).size).toBe(4);
});
