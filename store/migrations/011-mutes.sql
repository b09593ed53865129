-- Whom people kept quiet, when and why: the records of supervision are kept for three years, this one among them.
create table mutes (
  id text primary key,
  scope jsonb not null,
  "from" timestamptz not null,
  "to" timestamptz not null,
  reason text not null,
  by text not null,
  created_at timestamptz not null,
  deleted_at timestamptz
);
