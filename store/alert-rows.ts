import type { Alert, AlertFilter } from '../model/alert.js';
import { type AlertLife, UNTOUCHED } from '../model/alert-life.js';

/** Column lists by filter key; each holds if the alert has one of the values. */
const ALERT_COLUMNS = [
  ['state', 'state'],
  ['type', 'type'],
  ['severity', 'severity'],
  ['vehicle', 'vehicle_id'],
  ['fence', 'fence_id'],
  ['company', 'company'],
  ['assignee', 'assigned_to'],
  ['overdue', 'overdue'],
] as const;

/** Conditions that hold where an alert is one that the filter asks for; their parameters are added to `values`. */
export function alertConditions(filter: AlertFilter, values: unknown[]): string[] {
  const conditions = ['true'];
  for (const [key, column] of ALERT_COLUMNS) {
    const wanted = filter[key];
    if (wanted) conditions.push(`${column} = any($${values.push(wanted)})`);
  }
  if (filter.region) conditions.push(`region like any($${values.push(filter.region.map((code) => `${code}%`))})`);
  if (filter.muted) conditions.push(`(muted is not null) = any($${values.push(filter.muted)})`);
  if (filter.from !== undefined) conditions.push(`occurred_at >= $${values.push(new Date(filter.from))}`);
  if (filter.to !== undefined) conditions.push(`occurred_at < $${values.push(new Date(filter.to))}`);
  return conditions;
}

/** A row of `alerts`. */
export interface AlertRow {
  id: string;
  type: string;
  severity: Alert['severity'];
  state: Alert['state'];
  vehicle_id: string;
  plate: string | null;
  fence_id: string | null;
  rule_id: string;
  rule_revision: string;
  occurred_at: Date;
  detected_at: Date;
  cleared_at: Date | null;
  clear_reason: string | null;
  position: Alert['position'];
  evidence: Alert['evidence'];
  handling: Alert['handling'];
  company: string | null;
  region: string | null;
  overdue: boolean;
  muted: string | null;
  life: Partial<AlertLife>;
  revision: number;
}

export function alertOf(row: AlertRow): Alert {
  return {
    id: row.id,
    type: row.type,
    severity: row.severity,
    state: row.state,
    vehicleId: row.vehicle_id,
    plate: row.plate,
    company: row.company,
    region: row.region,
    fenceId: row.fence_id,
    ruleId: row.rule_id,
    ruleRevision: Number(row.rule_revision),
    occurredAt: row.occurred_at.toISOString(),
    detectedAt: row.detected_at.toISOString(),
    clearedAt: row.cleared_at?.toISOString() ?? null,
    clearReason: row.clear_reason,
    position: row.position,
    evidence: row.evidence,
    ...UNTOUCHED,
    ...row.life,
    handling: row.handling,
    overdue: row.overdue,
    muted: row.muted,
    revision: row.revision,
  };
}
