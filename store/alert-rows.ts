import { type Alert, type AlertFilter, type AlertTransition, completeAlert } from '../model/alert.js';
import { type AlertLife, type AlertWord, UNTOUCHED } from '../model/alert-life.js';

/** Column lists by filter key; each holds if the alert has one of the values. */
const ALERT_COLUMNS = [
  ['state', 'state'],
  ['type', 'type'],
  ['severity', 'severity'],
  ['vehicle', 'vehicle_id'],
  ['fence', 'fence_id'],
  ['company', 'company'],
  ['assignee', 'assigned_to'],
  ['group', 'group_id'],
  ['overdue', 'overdue'],
] as const;

/** Rows of alerts of the same group as the one that is `listed`, later ones, that the filter asks for too. */
export function laterOfGroup(filter: AlertFilter, values: unknown[]): string {
  const conditions = alertConditions(filter, values, 'later.').join(' and ');
  return `select from alerts as later
    where later.group_id = listed.group_id and later.group_count > listed.group_count and ${conditions}`;
}

/** Conditions that hold where an alert is one that the filter asks for; their parameters are added to `values`. */
export function alertConditions(filter: AlertFilter, values: unknown[], table = ''): string[] {
  const conditions = ['true'];
  for (const [key, column] of ALERT_COLUMNS) {
    const wanted = filter[key];
    if (wanted) conditions.push(`${table}${column} = any($${values.push(wanted)})`);
  }
  if (filter.region) {
    // One by one, because an index serves a pattern and no list of them.
    const divisions = filter.region.map((code) => `${table}region like $${values.push(`${code}%`)}`);
    conditions.push(`(${divisions.join(' or ')})`);
  }
  if (filter.muted) conditions.push(`(${table}muted is not null) = any($${values.push(filter.muted)})`);
  if (filter.from !== undefined) conditions.push(`${table}occurred_at >= $${values.push(new Date(filter.from))}`);
  if (filter.to !== undefined) conditions.push(`${table}occurred_at < $${values.push(new Date(filter.to))}`);
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

/** A row of `alert_transitions`. */
export interface StepRow {
  number: string;
  input_seq: string;
  transition: AlertTransition['transition'];
  at: Date | null;
  by: string | null;
  word: AlertWord | null;
  alert: Alert;
}

export function stepOf(row: StepRow): AlertTransition {
  return {
    number: Number(row.number),
    inputSeq: Number(row.input_seq),
    transition: row.transition,
    ...(row.at && { at: row.at.toISOString() }),
    ...(row.by !== null && { by: row.by }),
    ...(row.word && { word: row.word }),
    alert: completeAlert(row.alert),
  };
}
