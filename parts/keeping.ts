import type { Settings } from '../config.js';
import type { UpkeepOptions } from '../store/upkeep.js';

/**
 * What the database keeps, and for how long. Recorded tracks are old from the start, and so is what follows from them: under `replay`
 * it stays until somebody removes it, and nothing comes late.
 */
export function keepingOf(settings: Settings): UpkeepOptions {
  const { timePolicy, retentionDays, compressAfterDays, alertDays, auditDays } = settings;
  if (timePolicy === 'replay') return { retentionDays: null, compressAfterDays: null, alertDays: null, auditDays };
  return { retentionDays, compressAfterDays, alertDays, auditDays };
}
