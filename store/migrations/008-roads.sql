-- Roads and their limits as they are now; the log is what tells of them, and rules read them in memory.
create table roads (
  id text primary key,
  road_set text not null,        -- what was imported together
  revision bigint not null,
  name text,
  highway text,                  -- OpenStreetMap's value
  one_way text,                  -- forward, backward; null: both ways
  limits jsonb not null,         -- tag of OpenStreetMap to km/h; null: stated that there is none
  lines jsonb not null,          -- each line as lon, lat, lon, lat …, WGS-84
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create index roads_by_set on roads (road_set);
