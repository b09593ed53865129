import type { Pool } from 'pg';
import type { Upload, UploadFilter, UploadPlace } from '../model/upload.js';
import { ask } from './ask.js';

/** What terminals reported besides fixes, as the database has it. Rejects with DatabaseAwayError where it cannot be asked. */
export class StoredUploads {
  constructor(readonly pool: Pool) {}

  /** At most `limit`, newest first; `after` is the last of the page before. */
  async list(filter: UploadFilter & { vehicleNo?: number; after?: UploadPlace; limit: number }): Promise<Upload[]> {
    const { vehicleNo, kind, from, to, alert, after, limit } = filter;
    const values: unknown[] = [];
    const conditions = ['true'];
    if (vehicleNo !== undefined) conditions.push(`vehicle_no = $${values.push(vehicleNo)}`);
    if (kind) conditions.push(`kind = any($${values.push(kind)})`);
    if (from !== undefined) conditions.push(`time >= $${values.push(new Date(from).toISOString())}`);
    if (to !== undefined) conditions.push(`time < $${values.push(new Date(to).toISOString())}`);
    if (alert !== undefined) conditions.push(`content ->> 'alertId' = $${values.push(alert)}`);
    if (after) {
      values.push(new Date(after.time).toISOString(), after.id);
      conditions.push(`(time, id) < ($${values.length - 1}, $${values.length})`);
    }
    const text = `select * from uploads where ${conditions.join(' and ')}
                  order by time desc, id desc limit $${values.push(limit)}`;
    return (await ask<UploadRow>(this.pool, { text, values })).map(uploadOf);
  }

  async one(id: string): Promise<Upload | undefined> {
    const rows = await ask<UploadRow>(this.pool, { text: 'select * from uploads where id = $1', values: [id] });
    return rows.map(uploadOf)[0];
  }
}

interface UploadRow {
  id: string;
  vehicle_no: number;
  vehicle_id: string;
  kind: Upload['kind'];
  time: Date;
  received_at: Date;
  source: Upload['source'];
  content: Record<string, unknown>;
}

function uploadOf(row: UploadRow): Upload {
  return {
    id: row.id,
    vehicleNo: row.vehicle_no,
    vehicleId: row.vehicle_id,
    kind: row.kind,
    time: row.time.getTime(),
    receivedTime: row.received_at.getTime(),
    source: row.source,
    content: row.content,
  };
}
