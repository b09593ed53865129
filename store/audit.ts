import type { ClientBase, Pool } from 'pg';
import type { AuditEntry, AuditFilter, AuditPlace, AuditRecord } from '../model/audit.js';
import { ask } from './ask.js';
import { jsonText } from './json-text.js';

/** Brings entries into `audit`, inside the caller's transaction; those that are there already stay as they are. */
export async function putAudit(db: ClientBase, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length > 0) await db.query(PUT_ENTRIES, [jsonText(entries)]);
}

/** Deletes what was done before `time` (epoch ms). */
export async function dropAudit(pool: Pool, time: number): Promise<void> {
  await pool.query('delete from audit where at < $1', [isoTime(time)]);
}

/** The audit, as the database has it. Rejects with DatabaseAwayError where it cannot be asked. */
export class StoredAudit {
  constructor(readonly pool: Pool) {}

  /** At most `limit`, newest first; `after` is the last of the page before. */
  async list(filter: AuditFilter & { after?: AuditPlace; limit: number }): Promise<AuditRecord[]> {
    const { from, to, actor, object, after, limit } = filter;
    const values: unknown[] = [];
    const conditions = ['true'];
    if (from !== undefined) conditions.push(`at >= $${values.push(isoTime(from))}`);
    if (to !== undefined) conditions.push(`at < $${values.push(isoTime(to))}`);
    if (actor) conditions.push(`actor = any($${values.push(actor)})`);
    if (object) conditions.push(`objects && $${values.push(object)}::text[]`);
    if (after) {
      values.push(isoTime(after.at), after.seq);
      conditions.push(`(at, seq) < ($${values.length - 1}, $${values.length})`);
    }
    const text = `
      select a.*, before.content as before
      from (select * from audit where ${conditions.join(' and ')}
            order by at desc, seq desc limit $${values.push(limit)}) as a
      left join lateral (
        select content from audit b where b.objects[1] = a.objects[1] and (b.at, b.seq) < (a.at, a.seq)
        order by b.at desc, b.seq desc limit 1
      ) as before on true
      order by a.at desc, a.seq desc`;
    return (await ask<AuditRow>(this.pool, { text, values })).map(recordOf);
  }
}

interface AuditRow {
  seq: string;
  at: Date;
  actor: string;
  action: string;
  objects: string[];
  note: string | null;
  content: AuditEntry['content'];
  before: AuditEntry['content'];
}

function recordOf({ seq, at, ...row }: AuditRow): AuditRecord {
  return { ...row, seq: Number(seq), at: at.getTime() };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

const PUT_ENTRIES = `
  insert into audit (seq, at, actor, action, objects, note, content)
  select seq, to_timestamp(at / 1000), actor, action, array(select jsonb_array_elements_text(objects)), note,
    nullif(content, 'null')
  from jsonb_to_recordset($1::jsonb) as e (seq bigint, at double precision, actor text, action text, objects jsonb,
    note text, content jsonb)
  on conflict do nothing`;
