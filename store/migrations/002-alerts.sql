-- The newest form of every alert, from the alert log.
create table alerts (
  id text collate "C" primary key, -- deterministic, alerts/alert-id.ts; pages of lists go by its bytes
  type text not null,
  severity text not null,
  state text not null,
  vehicle_id text not null,
  plate text,
  fence_id text,
  rule_id text not null,
  rule_revision bigint not null,
  occurred_at timestamptz not null,
  detected_at timestamptz not null,
  cleared_at timestamptz,
  clear_reason text,
  position jsonb not null,
  evidence jsonb not null,
  handling jsonb,
  revision integer not null
);
create index alerts_by_time on alerts (occurred_at desc, id desc);
create index alerts_by_vehicle on alerts (vehicle_id, occurred_at desc, id desc);

-- Every step in the life of an alert, with the alert as it was after it.
create table alert_transitions (
  alert_id text not null,
  revision integer not null,
  number bigint not null,        -- place in the alert log
  input_seq bigint not null,     -- record of the spool that caused it
  transition text not null,
  alert jsonb not null,
  primary key (alert_id, revision)
);
