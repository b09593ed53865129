import { createHash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 26;

/** What makes an alert the one it is. Input data only, so a replay finds the same id. */
export interface AlertIdentity {
  /** The vehicle's name outside the system: numbers inside depend on the order of first contact. */
  vehicleId: string;
  ruleId: string;
  ruleRevision: number;
  /** The alert's type. */
  kind: string;
  /** Epoch ms of the fix at which the condition began. */
  onsetTime: number;
  onsetSubSeq: number;
}

/**
 * First 26 characters of the lower-case base32 (RFC 4648 §6) of the SHA-256 over the parts in the order above, as UTF-8
 * text joined by 0x1F. Reliability sheet §9.
 */
export function alertId(of: AlertIdentity): string {
  const parts = [of.vehicleId, of.ruleId, of.ruleRevision, of.kind, of.onsetTime, of.onsetSubSeq];
  const digest = createHash('sha256').update(parts.join('\x1f'), 'utf8').digest();
  let id = '';
  let bits = 0;
  let value = 0;
  for (const byte of digest) {
    value = ((value << 8) | byte) & 0x1fff;
    bits += 8;
    while (bits >= 5 && id.length < ID_LENGTH) {
      bits -= 5;
      id += ALPHABET[(value >>> bits) & 31];
    }
  }
  return id;
}
