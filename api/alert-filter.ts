import type { Alert, AlertFilter } from '../model/alert.js';

/** True where the alert is one that the filter asks for; a part that is absent asks for all. */
export function matchesAlert(filter: AlertFilter, alert: Alert): boolean {
  const { state, type, severity, vehicle, fence, from, to } = filter;
  if (state && !state.includes(alert.state)) return false;
  if (type && !type.includes(alert.type)) return false;
  if (severity && !severity.includes(alert.severity)) return false;
  if (vehicle && !vehicle.includes(alert.vehicleId)) return false;
  if (fence && (alert.fenceId === null || !fence.includes(alert.fenceId))) return false;
  if (from === undefined && to === undefined) return true;
  const at = Date.parse(alert.occurredAt);
  return (from === undefined || at >= from) && (to === undefined || at < to);
}
