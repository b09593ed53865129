-- What follows from the fixes: trips, stops and hourly sums, made by tracks/digest.ts and made anew where late fixes
-- arrive. They may be deleted at any time without loss; positions is what they come from.

-- Which vehicles have news, one row per batch of the writer, in the transaction of that batch. The digest deletes them.
create table track_news (
  number bigint generated always as identity primary key,
  vehicle_nos integer[] not null,
  since double precision[] not null -- earliest new fix of each, epoch ms
);

create table trips (
  vehicle_no integer not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  start_lon double precision not null,
  start_lat double precision not null,
  end_lon double precision not null,
  end_lat double precision not null,
  ended text,                    -- stop, gap; null: it may go on
  distance_m double precision not null,
  odometer_km double precision,
  max_speed real,                -- km/h
  fixes integer not null,
  primary key (vehicle_no, start_time)
);

create table stops (
  vehicle_no integer not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  seen_until timestamptz not null, -- last fix that was still there
  lon double precision not null,
  lat double precision not null,
  rest_lon double precision not null, -- where its last rest began; the digest goes on from there
  rest_lat double precision not null,
  open boolean not null,
  silent_ms double precision not null,
  idle_ms double precision not null,
  ignition_off boolean not null,
  fixes integer not null,
  primary key (vehicle_no, start_time)
);

-- Sums that hours add up to days, and vehicles to companies and regions.
create table vehicle_hours (
  vehicle_no integer not null,
  hour timestamptz not null,
  fixes integer not null,
  qualified integer not null,
  online_minutes integer not null,
  distance_m double precision not null,
  complete_m double precision not null,
  odometer_km double precision not null,
  jumps jsonb,                   -- odometer: [{at, fromKm, toKm}]
  moving_ms double precision not null,
  max_speed real,
  speed_profile integer[] not null,
  drift integer not null,
  primary key (vehicle_no, hour)
);
create index vehicle_hours_by_hour on vehicle_hours (hour);

-- Who was in these tiles at that time, answered from the index alone: an hour of a city is spread over all the pages of
-- that hour, of which a small area would read nearly every one. And all that was at a time, for a playback.
create index positions_by_tile on positions (tile, time) include (vehicle_no, lon, lat, quality);
create index positions_by_time on positions using brin (time);
