import { DATUMS } from '../model/datum.js';
import { QUALITY_NAMES } from '../model/quality.js';
import { SOURCE_NAMES } from '../model/source.js';
import { POSITION_COLUMNS } from './copy-rows.js';

const COLUMNS = POSITION_COLUMNS.join(', ');

/**
 * Every fix, wherever it lies: what all questions read, so that none has to know of late rows. A fix is in one of the
 * two at any moment that a statement sees.
 */
const ALL_POSITIONS = `
create view all_positions as
select ${COLUMNS} from positions union all select ${COLUMNS} from positions_late`;

/** The positions as people read them in psql: with the vehicle's name and plate, and words for numbers. */
const TRACKS = `
create view tracks as
select v.id as vehicle, v.plate, p.time, p.lon, p.lat, p.speed, p.heading, p.altitude, p.mileage,
  p.alarms::bigint & 4294967295 as alarms,
  p.alarm_word::bigint & 4294967295 as alarm_word,
  p.status_word::bigint & 4294967295 as status_word,
  (${textArray(SOURCE_NAMES)})[p.source + 1] as source,
  p.flags & 1 <> 0 as located,
  p.flags & 2 <> 0 as backfilled,
  case when p.flags & 4 <> 0 then p.flags & 8 <> 0 end as acc_on,
  (${textArray(DATUMS)})[(p.flags >> 4 & 3) + 1] as source_datum,
  array(select name from unnest(${textArray(QUALITY_NAMES)}) with ordinality as names (name, bit)
        where p.quality & (1 << (bit::integer - 1)) <> 0 order by bit) as quality,
  p.received_at, p.vehicle_no, p.sub_seq, p.items
from all_positions p left join vehicles v using (vehicle_no)`;

/** Trips of taxis by their meter (model/meter-trip.ts), as people read them; they are kept as they came, in uploads. */
const METER_TRIPS = `
create view meter_trips as
select u.id, u.vehicle_id as vehicle, u.vehicle_no,
  coalesce((u.content -> 'emptyToLoaded' ->> 'time')::timestamptz, (meter ->> 'on')::timestamptz) as start_time,
  coalesce((u.content -> 'loadedToEmpty' ->> 'time')::timestamptz, (meter ->> 'off')::timestamptz) as end_time,
  (meter ->> 'on')::timestamptz as meter_on, (meter ->> 'off')::timestamptz as meter_off,
  (meter ->> 'km')::double precision as km, (meter ->> 'emptyKm')::double precision as empty_km,
  (meter ->> 'amountYuan')::double precision as fare_yuan, (meter ->> 'extraYuan')::double precision as extra_yuan,
  meter ->> 'waitingHHmm' as waiting, meter ->> 'paymentName' as payment, (meter ->> 'tripNumber')::bigint as meter_number,
  meter ->> 'driverCert' as driver, u.content ->> 'ratingName' as rating,
  nullif((u.content ->> 'callOrderId')::bigint, 0) as order_id, u.received_at
from uploads u cross join lateral (select u.content -> 'meter' as meter) as record
where u.kind = 'trip'`;

/** All views; one that reads another comes after it. */
export const VIEWS = [
  { name: 'all_positions', sql: ALL_POSITIONS },
  { name: 'tracks', sql: TRACKS },
  { name: 'meter_trips', sql: METER_TRIPS },
] as const;

function textArray(names: readonly string[]): string {
  return `array[${names.map((name) => `'${name}'`).join(', ')}]::text[]`;
}
