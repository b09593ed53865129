import type { ClientBase } from 'pg';
import type { Alert, AlertTransition } from '../model/alert.js';
import type { AlertLife } from '../model/alert-life.js';
import { jsonText } from './json-text.js';

/** Brings transitions of the alert log into `alerts` and `alert_transitions`, inside the caller's transaction. */
export async function putAlerts(db: ClientBase, transitions: readonly AlertTransition[]): Promise<void> {
  await db.query(PUT_TRANSITIONS, [jsonText(transitions)]);
  // One statement may touch a row once: of each alert only its newest form.
  const newest = new Map<string, AlertTransition>();
  for (const transition of transitions) {
    const before = newest.get(transition.alert.id);
    if (!before || before.alert.revision < transition.alert.revision) newest.set(transition.alert.id, transition);
  }
  await db.query(PUT_ALERTS, [jsonText([...newest.values()].map(({ alert }) => ({ ...alert, life: lifeOf(alert) })))]);
}

/** What has no column of its own. */
function lifeOf({ assignment, appeal, supervision, deadlines, escalations, group }: Alert): Partial<AlertLife> {
  return { assignment, appeal, supervision, deadlines, escalations, group };
}

const PUT_TRANSITIONS = `
  insert into alert_transitions (alert_id, revision, number, input_seq, transition, at, by, word, alert)
  select alert ->> 'id', (alert ->> 'revision')::integer, number, "inputSeq", transition, at, by, word, alert
  from jsonb_to_recordset($1::jsonb) as t (number bigint, "inputSeq" bigint, transition text, at timestamptz, by text,
    word jsonb, alert jsonb)
  on conflict do nothing`;

const PUT_ALERTS = `
  insert into alerts (id, type, severity, state, vehicle_id, plate, company, region, fence_id, rule_id, rule_revision,
    occurred_at, detected_at, cleared_at, clear_reason, position, evidence, handling, assigned_to, overdue, muted,
    group_id, group_count, life, revision)
  select id, type, severity, state, "vehicleId", plate, company, region, "fenceId", "ruleId", "ruleRevision",
    "occurredAt", "detectedAt", "clearedAt", "clearReason", position, evidence, handling, life #>> '{assignment,to}',
    overdue, muted, life #>> '{group,id}', (life #>> '{group,count}')::integer, life, revision
  from jsonb_to_recordset($1::jsonb) as a (id text, type text, severity text, state text, "vehicleId" text, plate text,
    company text, region text, "fenceId" text, "ruleId" text, "ruleRevision" bigint, "occurredAt" timestamptz,
    "detectedAt" timestamptz, "clearedAt" timestamptz, "clearReason" text, position jsonb, evidence jsonb,
    handling jsonb, overdue boolean, muted text, life jsonb, revision integer)
  on conflict (id) do update set type = excluded.type, severity = excluded.severity, state = excluded.state,
    vehicle_id = excluded.vehicle_id, plate = excluded.plate, company = excluded.company, region = excluded.region,
    fence_id = excluded.fence_id, rule_id = excluded.rule_id, rule_revision = excluded.rule_revision,
    occurred_at = excluded.occurred_at, detected_at = excluded.detected_at, cleared_at = excluded.cleared_at,
    clear_reason = excluded.clear_reason, position = excluded.position, evidence = excluded.evidence,
    handling = excluded.handling, assigned_to = excluded.assigned_to, overdue = excluded.overdue,
    muted = excluded.muted, group_id = excluded.group_id, group_count = excluded.group_count, life = excluded.life,
    revision = excluded.revision
  where alerts.revision < excluded.revision`;
