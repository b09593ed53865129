-- What the log says, in tables. Numbers without a sign (alarm words, status words, quality) are kept as their bit
-- pattern; the view `tracks` (store/views.ts) shows everything as people read it.

-- The registry as of writer_progress.seq. Rows of positions keep their number for ever, so no foreign key: a vehicle
-- that is deleted leaves its track.
create table vehicles (
  vehicle_no integer primary key,
  id text not null,
  plate text,
  plate_color integer,           -- JT/T 415 colour code
  category text not null,
  company text,
  region text,
  created_at timestamptz not null,
  deleted_at timestamptz
);
create index vehicles_by_id on vehicles (id);
create index vehicles_by_plate on vehicles (plate);

create table terminals (
  protocol text not null,
  number text not null,          -- without leading zeros
  vehicle_no integer,            -- the vehicle it sits in now
  facts jsonb,                   -- what it said of itself when it registered
  primary key (protocol, number)
);
create index terminals_by_vehicle on terminals (vehicle_no);

create table fences (
  fence_no integer primary key,
  id text not null,
  revision bigint not null,
  geometry jsonb not null,       -- GeoJSON geometry
  properties jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

-- One row per fix. `time` is the terminal's clock, in UTC. A hypertable with TimescaleDB, else a partition per UTC day.
-- Columns stand widest first, so that rows have no padding.
do $$
declare
  shape constant text := $shape$
    time timestamptz not null,
    received_at timestamptz not null,
    lon double precision,        -- degrees east, WGS-84
    lat double precision,        -- degrees north, WGS-84
    mileage double precision,    -- km, odometer
    vehicle_no integer not null,
    sub_seq integer not null,    -- tells apart fixes of one vehicle in the same second
    alarms integer not null,     -- alarm bits of model/alarm.ts
    alarm_word integer not null, -- the source's own alarm word
    status_word integer not null,
    tile integer,                -- quadkey of zoom 15 as a number, store/tile.ts
    heading integer,             -- degrees clockwise from north
    speed real,                  -- km/h
    altitude smallint,           -- metres
    quality smallint not null,   -- bits of model/quality.ts
    source smallint not null,    -- model/source.ts
    flags smallint not null,     -- bits of model/position.ts
    items bytea,                 -- additional items as the source sent them
    constraint positions_time check (time >= '2000-01-01 00:00+00' and time < '2100-01-01 00:00+00'),
    primary key (vehicle_no, time, source, sub_seq)
  $shape$;
begin
  if exists (select from pg_extension where extname = 'timescaledb') then
    execute format('create table positions (%s)', shape);
    perform create_hypertable('positions', by_range('time', interval '1 day'), create_default_indexes => false);
  else
    execute format('create table positions (%s) partition by range (time)', shape);
  end if;
end $$;

-- Makes the partition of one UTC day where it is missing. Attaching, unlike `create table … partition of`, does not
-- stop readers and writers of the other days. Only for a partitioned `positions`.
create function ensure_positions_day(day date) returns void language plpgsql as $$
declare
  partition_name constant text := 'positions_' || to_char(day, 'YYYYMMDD');
  day_start constant text := to_char(day, 'YYYY-MM-DD') || ' 00:00+00';
  day_end constant text := to_char(day + 1, 'YYYY-MM-DD') || ' 00:00+00';
begin
  if exists (select from pg_inherits join pg_class on pg_class.oid = inhrelid
             where inhparent = 'positions'::regclass and relname = partition_name) then
    return;
  end if;
  execute format('create table %I (like positions including defaults including constraints including indexes)',
                 partition_name);
  execute format('alter table positions attach partition %I for values from (%L) to (%L)',
                 partition_name, day_start, day_end);
end $$;

-- A fix whose key is taken by a fix with another payload. The first stays in positions, the others come here.
create table position_conflicts (
  like positions,
  stored_hash text not null,     -- payload that stands in positions
  payload_hash text not null,    -- payload of this row
  primary key (vehicle_no, time, source, sub_seq, payload_hash)
);

-- Records of the log that the database refused three times, whole, with its reason.
create table quarantine (
  kind text not null,            -- fix, change, alert
  seq bigint not null,           -- place in the spool; for an alert its number in the alert log
  node text not null,
  quarantined_at timestamptz not null default now(),
  sqlstate text not null,
  error text not null,
  record text not null,          -- the record as JSON
  primary key (kind, seq, node)
);

-- How far the log of a node is in the tables. Changes in the same transaction as the rows, so a row is never counted
-- twice and never missed. Counts are fixes since the log began:
--   fixes in the log up to seq = stored_new + duplicate + quarantined + missed
create table writer_progress (
  node text primary key,
  seq bigint not null,           -- last record of the spool that is in the tables
  alert_number bigint not null,  -- last transition of the alert log that is in the tables
  stored_new bigint not null,
  duplicate bigint not null,     -- key was taken already, or the intake knew it as a repeat
  conflict bigint not null,      -- those among the duplicates whose payload was another one
  quarantined bigint not null,
  missed bigint not null,        -- gone from the log before this database had them
  updated_at timestamptz not null default now()
);
