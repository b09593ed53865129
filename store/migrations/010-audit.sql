-- Who did what (model/audit.ts): one row for each change of the log that somebody stands behind, written in the transaction of
-- its batch. A log that is read again finds its rows there. Nothing deletes them.
create table audit (
  seq bigint not null,             -- place in the log
  at timestamptz not null,
  actor text not null,
  action text not null,
  objects text[] not null,         -- kind/id; the first is what it is about
  note text,
  content jsonb,                   -- class identity (security sheet SEC-100): permitted drivers of vehicles
  primary key (at, seq)
);
create index audit_by_actor on audit (actor, at desc, seq desc);
create index audit_by_object on audit using gin (objects);
create index audit_by_subject on audit ((objects[1]), at desc, seq desc);
