import type { ClientBase } from 'pg';
import type { Vehicle } from '../model/vehicle.js';
import { jsonText } from './json-text.js';

/** A vehicle as it was from `at` (epoch ms) on. */
export interface VehicleVersion
  extends Pick<Vehicle, 'no' | 'id' | 'plate' | 'plateColor' | 'category' | 'company' | 'region'> {
  at: number;
}

/** Keeps what vehicles were when, in the order of the log. Inside the caller's transaction. */
export async function putVehicleVersions(db: ClientBase, versions: readonly VehicleVersion[]): Promise<void> {
  await db.query(PUT_VERSIONS, [jsonText(versions)]);
}

const PUT_VERSIONS = `
  select put_vehicle_version(no, to_timestamp(at / 1000),
    row(no, null, null, id, plate, "plateColor", category, company, region)::vehicle_versions)
  from (
    select v.*
    from jsonb_array_elements($1::jsonb) with ordinality as item (version, place),
      jsonb_to_record(item.version) as v (no integer, at double precision, id text, plate text, "plateColor" integer,
        category text, company text, region text)
    order by place
  ) as in_order`;
