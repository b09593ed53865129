-- What was told to terminals, and what became of it (model/command.ts): the record of who did what, with the answer.
create table commands (
  id text collate "C" primary key, -- greater for later ones; pages of lists go by its bytes
  vehicle_id text not null,
  protocol text not null,
  terminal text not null,
  type text not null,
  params jsonb not null,
  batch text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  never_late boolean not null,
  given_by text not null,
  state text not null,
  attempts integer not null,
  history jsonb not null,
  answer jsonb,
  reason text,
  ended_at timestamptz
);
create index commands_by_vehicle on commands (vehicle_id, id desc);
create index commands_by_batch on commands (batch, id desc) where batch is not null;
