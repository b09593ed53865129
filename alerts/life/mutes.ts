import type { Alert } from '../../model/alert.js';
import type { Mute } from '../../model/mute.js';

type Muted = Pick<Alert, 'type' | 'severity' | 'vehicleId' | 'fenceId' | 'company' | 'region'>;

/**
 * The mute that holds at `time` (epoch ms) and concerns the alert, the first that was made; undefined: it is news. A critical alert
 * is muted only by a mute that names its type: nobody silences a call for help by silencing a company.
 */
export function muteOf(mutes: Iterable<Mute>, alert: Muted, time: number): Mute | undefined {
  for (const mute of mutes) if (isMutedBy(mute, alert, time)) return mute;
  return undefined;
}

/** The mute holds at `time`, epoch ms, and concerns the alert. */
export function isMutedBy(mute: Mute, alert: Muted, time: number): boolean {
  return time >= mute.from && time < mute.to && concerns(mute, alert);
}

function concerns({ scope }: Mute, { type, severity, vehicleId, fenceId, company, region }: Muted): boolean {
  const { types, vehicles, fences, companies, regions } = scope;
  if (severity === 'critical' && !types) return false;
  if (types && !types.includes(type)) return false;
  if (vehicles && !vehicles.includes(vehicleId)) return false;
  if (fences && (fenceId === null || !fences.includes(fenceId))) return false;
  if (companies && (company === null || !companies.includes(company))) return false;
  return !regions || regions.some((division) => region?.startsWith(division));
}
