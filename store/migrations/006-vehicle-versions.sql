-- What a vehicle was when: each row holds from valid_from until valid_to. The first version of a vehicle holds from the
-- beginning, because nothing else is known of the time before; so every moment has exactly one.
create table vehicle_versions (
  vehicle_no integer not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null,
  id text not null,
  plate text,
  plate_color integer,
  category text not null,
  company text,
  region text,
  primary key (vehicle_no, valid_from)
);

-- Takes note of a vehicle as it is from `at` on. The same again changes nothing, and neither does what is older than the
-- newest version: the log is read again after a restart.
create function put_vehicle_version(no integer, at timestamptz, version vehicle_versions) returns void
language plpgsql as $$
declare
  newest vehicle_versions;
begin
  select * into newest from vehicle_versions where vehicle_no = no and valid_to = 'infinity';
  if found then
    if at <= newest.valid_from or (newest.id, newest.plate, newest.plate_color, newest.category, newest.company, newest.region)
       is not distinct from (version.id, version.plate, version.plate_color, version.category, version.company, version.region) then
      return;
    end if;
    update vehicle_versions set valid_to = at where vehicle_no = no and valid_from = newest.valid_from;
  end if;
  insert into vehicle_versions values (no, case when newest.vehicle_no is null then '-infinity' else at end, 'infinity',
    version.id, version.plate, version.plate_color, version.category, version.company, version.region);
end $$;

-- Vehicles of before, as they are now.
insert into vehicle_versions
select vehicle_no, '-infinity', 'infinity', id, plate, plate_color, category, company, region from vehicles;
