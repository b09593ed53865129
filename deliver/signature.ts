import { createHmac } from 'node:crypto';
import type { Webhook } from '../model/webhook.js';

/**
 * Signatures of webhooks, as the Standard Webhooks description has them: HMAC-SHA-256 with the secret over
 * `<id>.<timestamp>.<body>`, Base64, with the prefix `v1,`; several are parted by spaces. docs/webhooks.md shows how a
 * receiver checks them.
 */
const SECRET_PREFIX = 'whsec_';

/** The secret that `salt` stands for: Base64 of 32 bytes behind `whsec_`. Only whoever has the installation's key can make it. */
export function webhookSecret(key: string, id: string, salt: string): string {
  return SECRET_PREFIX + createHmac('sha256', key).update(`webhook\n${id}\n${salt}`).digest('base64');
}

/** `timestamp` in seconds since 1970. */
export function signature(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** Of every secret that is in force: while a receiver learns the new one it may still check with the old. */
export function signatures(key: string, webhook: Webhook, id: string, nowMs: number, body: string): string {
  return webhook.salts
    .filter(({ until }) => until === null || until > nowMs)
    .map(({ salt }) => signature(webhookSecret(key, webhook.id, salt), id, Math.floor(nowMs / 1000), body))
    .join(' ');
}
