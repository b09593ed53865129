import { z } from 'zod';
import { ALERT_STATES, type Alert, type AlertFilter, SEVERITIES } from '../../model/alert.js';
import { booleansParam, listParam, oneOrMany } from '../parameters.js';
import { alertId, companyName, fenceId, personName, regionCode, vehicleId } from '../schemas/common.js';

/** Which alerts are asked for, in JSON. */
export const alertFilterSchema = z.strictObject({
  state: oneOrMany(z.enum(ALERT_STATES)).optional(),
  type: oneOrMany(z.string().min(1).max(64)).optional(),
  severity: oneOrMany(z.enum(SEVERITIES)).optional(),
  vehicle: oneOrMany(vehicleId).optional(),
  fence: oneOrMany(fenceId).optional(),
  company: oneOrMany(companyName).optional(),
  region: oneOrMany(regionCode).optional(),
  group: oneOrMany(alertId).optional(),
  assignee: oneOrMany(personName).optional(),
  overdue: oneOrMany(z.boolean()).optional(),
  muted: oneOrMany(z.boolean()).optional(),
}) satisfies z.ZodType<AlertFilter>;

/** The same as parameters of a query. */
export const alertFilterParams = {
  state: listParam(z.enum(ALERT_STATES)).optional(),
  type: listParam(z.string().min(1).max(64)).optional(),
  severity: listParam(z.enum(SEVERITIES)).optional(),
  vehicle: listParam(vehicleId, 500).optional(),
  fence: listParam(fenceId).optional(),
  company: listParam(companyName).optional(),
  region: listParam(regionCode).optional().describe('GB/T 2260 digits; 32 holds 3202 and 320211'),
  group: listParam(alertId).optional().describe('all alerts of the groups with these ids'),
  assignee: listParam(personName).optional(),
  overdue: booleansParam.optional(),
  muted: booleansParam.optional(),
};

/** The same for whoever is told of alerts as they come: what is muted is no news, unless it is asked for. */
export const newsFilterSchema = alertFilterSchema.transform(newsFilter);

export function newsFilter(filter: AlertFilter): AlertFilter {
  return { muted: [false], ...filter };
}

/** Whether an alert is news that the filter asks for. */
export function newsOf(filter: AlertFilter): (alert: Alert) => boolean {
  const news = newsFilter(filter);
  return (alert) => matchesAlert(news, alert);
}

/** True where the alert is one that the filter asks for; a part that is absent asks for all. */
export function matchesAlert(filter: AlertFilter, alert: Alert): boolean {
  const { state, type, severity, vehicle, fence, company, region, group, assignee, overdue, muted, from, to } = filter;
  if (state && !state.includes(alert.state)) return false;
  if (type && !type.includes(alert.type)) return false;
  if (severity && !severity.includes(alert.severity)) return false;
  if (vehicle && !vehicle.includes(alert.vehicleId)) return false;
  if (fence && (alert.fenceId === null || !fence.includes(alert.fenceId))) return false;
  if (company && (alert.company === null || !company.includes(alert.company))) return false;
  if (region && !region.some((division) => alert.region?.startsWith(division))) return false;
  if (group && !(alert.group && group.includes(alert.group.id))) return false;
  if (assignee && (alert.assignment === null || !assignee.includes(alert.assignment.to))) return false;
  if (overdue && !overdue.includes(alert.overdue)) return false;
  if (muted && !muted.includes(alert.muted !== null)) return false;
  if (from === undefined && to === undefined) return true;
  const at = Date.parse(alert.occurredAt);
  return (from === undefined || at >= from) && (to === undefined || at < to);
}
