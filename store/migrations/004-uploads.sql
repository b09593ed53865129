-- What terminals report besides fixes and alarms (model/upload.ts). Files of media lie in the data directory under the
-- id of their row.
create table uploads (
  id text collate "C" primary key, -- the same for a report that comes again; pages of lists go by its bytes
  vehicle_no integer not null,
  vehicle_id text not null,
  kind text not null,              -- model/upload.ts
  time timestamptz not null,       -- by the terminal's clock, or of receipt where it names no time
  received_at timestamptz not null,
  source text not null,            -- model/source.ts
  content jsonb not null           -- class identity for kind driver (security sheet SEC-100), else vehicle
);
create index uploads_by_vehicle on uploads (vehicle_no, time desc, id desc);
create index uploads_by_kind on uploads (vehicle_no, kind, time desc, id desc);
create index uploads_files_by_time on uploads (time desc, id desc) where kind in ('media', 'attachment');
create index uploads_by_alert on uploads ((content ->> 'alertId')) where kind = 'attachment';
