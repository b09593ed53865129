import type { ClientBase } from 'pg';

export type EditionName = 'plain' | 'timescaledb-apache' | 'timescaledb-community';

/**
 * What kind of database this is; decided by its catalog and licence setting, never by which functions exist. One whose tracks are
 * partitions already stays `plain`, also where somebody creates the extension afterwards.
 */
export interface Edition {
  name: EditionName;
  /** Such as `17.10`. */
  server: string;
  /** Version of the extension; null where it is not created in this database. */
  extension: string | null;
  /** The extension lies on the server but nobody has created it in this database. */
  extensionAvailable: boolean;
}

/** Oldest server that the migrations run on: partitioned tables with `attach` that does not block readers. */
export const OLDEST_SERVER = 14;

export async function detectEdition(db: ClientBase): Promise<Edition> {
  const { rows } = await db.query<{
    server: string;
    extension: string | null;
    available: boolean;
    license: string | null;
    partitioned: boolean | null;
  }>(`
    select current_setting('server_version') as server,
      (select extversion from pg_extension where extname = 'timescaledb') as extension,
      exists (select from pg_available_extensions where name = 'timescaledb') as available,
      current_setting('timescaledb.license', true) as license,
      (select relkind = 'p' from pg_class where oid = to_regclass('positions')) as partitioned`);
  const { server, extension, available, license, partitioned } = rows[0];
  const community = license === 'timescale';
  return {
    name: extension === null || partitioned ? 'plain' : community ? 'timescaledb-community' : 'timescaledb-apache',
    server: server.split(' ')[0],
    extension,
    extensionAvailable: available,
  };
}

/** One phrase for people: the start-up block, `doctor`, the health page. */
export function describeEdition(edition: Edition): string {
  const server = `PostgreSQL ${edition.server}`;
  switch (edition.name) {
    case 'plain':
      return `${server}, day partitions`;
    case 'timescaledb-apache':
      return `${server} with TimescaleDB ${edition.extension} (Apache edition), hypertable`;
    case 'timescaledb-community':
      return `${server} with TimescaleDB ${edition.extension} (Community edition), hypertable`;
  }
}
