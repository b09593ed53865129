-- What people and time make of an alert, and what lists ask for.
alter table alerts
  add column company text,
  add column region text,
  add column assigned_to text,
  add column overdue boolean not null default false,
  add column muted text,           -- id of the mute in force when it was raised
  add column group_id text,        -- id of the first alert of its group
  add column group_count integer,  -- its place in the group
  -- assignment, appeal, supervision, deadlines, escalations, group, as model/alert-life.ts has them
  add column life jsonb not null default '{}';
create index alerts_by_company on alerts (company, occurred_at desc, id desc);
create index alerts_by_region on alerts (region text_pattern_ops, occurred_at desc, id desc);
create index alerts_overdue on alerts (occurred_at desc, id desc) where overdue;
create index alerts_by_group on alerts (group_id, group_count);

-- When each step was, who made it, and what was said. Unknown of steps of before.
alter table alert_transitions
  add column at timestamptz,
  add column by text,
  add column word jsonb;
