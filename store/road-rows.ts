import type { ClientBase } from 'pg';
import type { Change } from '../model/change.js';
import { conditionalTexts, type Road } from '../model/road.js';
import { jsonText } from './json-text.js';

type RoadChange = Extract<Change, { type: 'roads-put' | 'roads-delete' | 'road-set-delete' }>;

/** The roads of one batch of changes. Revisions only grow, so who is older than its removal is gone, in whatever order rows are written. */
export class RoadRows {
  readonly #roads = new Map<string, RoadRow & { at: number }>();
  readonly #gone: { id: string; before: number; at: number }[] = [];
  readonly #setsGone: { set: string; before: number; at: number }[] = [];

  add(change: RoadChange): void {
    const { at, revision } = change;
    switch (change.type) {
      case 'roads-put':
        for (const road of change.roads) this.#roads.set(road.id, { ...rowOf(road), at });
        break;
      case 'roads-delete':
        for (const id of change.ids) this.#gone.push({ id, before: revision, at });
        break;
      case 'road-set-delete':
        this.#setsGone.push({ set: change.set, before: change.before, at });
        break;
    }
  }

  /** Inside the caller's transaction. */
  async apply(db: ClientBase): Promise<void> {
    if (this.#roads.size > 0) await db.query(PUT_ROADS, [jsonText([...this.#roads.values()])]);
    if (this.#gone.length > 0) await db.query(DELETE_ROADS, [jsonText(this.#gone)]);
    if (this.#setsGone.length > 0) await db.query(DELETE_SETS, [jsonText(this.#setsGone)]);
  }
}

type RoadRow = Omit<Road, 'conditional' | 'limits'> & { limits: Record<string, number | string | null> };

/** Tags with conditions stand beside the others as they are written. */
function rowOf({ conditional, ...road }: Road): RoadRow {
  return { ...road, limits: { ...road.limits, ...conditionalTexts({ conditional }) } };
}

const PUT_ROADS = `
  insert into roads (id, road_set, revision, name, highway, one_way, limits, lines, updated_at)
  select id, set, revision, name, highway, "oneWay", limits, lines, to_timestamp(at / 1000)
  from jsonb_to_recordset($1::jsonb) as r (id text, set text, revision bigint, name text, highway text, "oneWay" text,
    limits jsonb, lines jsonb, at double precision)
  on conflict (id) do update set road_set = excluded.road_set, revision = excluded.revision, name = excluded.name,
    highway = excluded.highway, one_way = excluded.one_way, limits = excluded.limits, lines = excluded.lines,
    updated_at = excluded.updated_at, deleted_at = null`;

const DELETE_ROADS = `
  update roads set deleted_at = to_timestamp(gone.at / 1000)
  from jsonb_to_recordset($1::jsonb) as gone (id text, before bigint, at double precision)
  where roads.id = gone.id and revision < before and deleted_at is null`;

const DELETE_SETS = `
  update roads set deleted_at = to_timestamp(gone.at / 1000)
  from jsonb_to_recordset($1::jsonb) as gone (set text, before bigint, at double precision)
  where road_set = gone.set and revision < before and deleted_at is null`;
