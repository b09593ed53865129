import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Settings } from '../../config.js';
import { keepingOf } from '../../parts/keeping.js';
import { checkDatabaseUrl } from '../../store/check-database.js';
import { describeEdition, detectEdition } from '../../store/edition.js';
import { chooseAccount, findBinaries } from '../../store/embedded-binaries.js';
import { embeddedUrl } from '../../store/embedded-url.js';
import { type StoreSizes, storeSizes } from '../../store/sizes.js';
import type { UpkeepOptions } from '../../store/upkeep.js';
import { type Check, firstLine, result } from './checks.js';

/** The database that `serve` would use: there, reachable, of which kind, and old enough. */
export async function checkDatabase(settings: Settings): Promise<Check[]> {
  const checks =
    settings.databaseUrl === null ? [checkEmbedded(settings.dataDir)] : await checkUrl(settings.databaseUrl);
  return [...checks, ...(await checkStore(settings))];
}

/** How much is kept and since when; nothing where the database is not there to be asked, or empty. */
async function checkStore(settings: Settings): Promise<Check[]> {
  let db: Client | null = null;
  try {
    db = new Client({ connectionString: urlOf(settings), connectionTimeoutMillis: 5000 });
    await db.connect();
    const { rows } = await db.query<{ made: boolean }>("select to_regclass('all_positions') is not null as made");
    if (!rows[0].made) return [];
    const edition = result('edition', 'ok', describeEdition(await detectEdition(db)), '');
    return [edition, ...describeStore(await storeSizes(db), keepingOf(settings))];
  } catch {
    return []; // the checks before this one say what is wrong
  } finally {
    await db?.end().catch(() => {});
  }
}

/** Throws where the embedded database is not running. */
function urlOf(settings: Settings): string {
  return settings.databaseUrl ?? embeddedUrl(settings.dataDir);
}

/** A day more than the retention may be there until its day is over, and another until somebody looks. */
const LATE_DAYS = 2;

export function describeStore(sizes: StoreSizes, keeping: UpkeepOptions, now = Date.now()): Check[] {
  const { positions, others, totalBytes, oldestAlert, oldestAct } = sizes;
  const { compression } = positions;
  const perFix = positions.rows > 0 ? `, ${bytesPerFix(positions.bytes / positions.rows)}` : '';
  const fixes = `about ${count(positions.rows)} fixes in ${positions.parts} days, ${size(positions.bytes)}${perFix}`;
  const ratio = compression
    ? `${compression.parts} of ${positions.parts} days, to 1/${compression.ratio.toFixed(1)}, ${bytesPerFix(compression.bytesPerFix)}`
    : 'no day is compressed';
  const large = others.slice(0, 3).map(({ name, bytes }) => `${name} ${size(bytes)}`);
  const late = others.find(({ name }) => name === 'positions_late')?.rows ?? 0;
  const checks = [
    result('tracks', 'ok', fixes, ''),
    result('compression', 'ok', ratio, ''),
    result('tables', 'ok', `${size(totalBytes)} in all; ${large.join(', ')}`, ''),
  ];
  if (late > 0) checks.push(result('late fixes', 'ok', `about ${count(late)} wait to be folded in`, ''));
  if (positions.oldest !== null) checks.push(oldest('oldest fix', positions.oldest, keeping.retentionDays, now));
  // An alert whose condition holds, or that somebody has to do with, may be older than alerts are kept.
  if (oldestAlert !== null) checks.push(result('oldest alert', 'ok', `${oldestAlert}, ${kept(keeping.alertDays)}`, ''));
  if (oldestAct !== null) checks.push(oldest('oldest of the audit', oldestAct, keeping.auditDays, now));
  return checks;
}

/** A warning where it should be gone. `days` null: it stays for ever. */
function oldest(name: string, time: string, days: number | null, now: number): Check {
  const age = (now - Date.parse(time)) / 86_400_000;
  return result(
    name,
    days !== null && age > days + LATE_DAYS ? 'warning' : 'ok',
    `${time}, ${kept(days)}`,
    'what is old is dropped while cheji serve runs; see its log for what keeps it from that',
  );
}

function kept(days: number | null): string {
  return days === null ? 'kept for ever' : `kept for ${days} days`;
}

function count(rows: number): string {
  return rows.toLocaleString('en');
}

function bytesPerFix(bytes: number): string {
  return `${bytes.toFixed(bytes < 100 ? 1 : 0)} bytes per fix`;
}

function size(bytes: number): string {
  const mib = bytes / 2 ** 20;
  return mib < 1024 ? `${mib.toFixed(1)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}

function checkEmbedded(dataDir: string): Check {
  const notes: string[] = [];
  try {
    const account = chooseAccount(join(dataDir, 'postgres'));
    const bin = findBinaries(account, (note) => notes.push(note));
    const { status, stdout, error } = spawnSync(join(bin, 'bin/postgres'), ['--version'], {
      ...account,
      encoding: 'utf8',
    });
    if (status !== 0) throw error ?? new Error(`${bin}/bin/postgres does not run here`);
    const found = ['embedded', stdout.trim(), account ? `as uid ${account.uid}` : '', ...notes].filter(Boolean);
    return result('database', 'ok', found.join(', '), '');
  } catch (error) {
    return result('database', 'broken', `embedded: ${firstLine(error)}`, 'run npm ci again, or set CHEJI_DATABASE_URL');
  }
}

async function checkUrl(url: string): Promise<Check[]> {
  const where = new URL(url).host;
  const checks = await checkDatabaseUrl(url);
  return checks.map(({ check, outcome, detail, mend }) =>
    check === 'reachable'
      ? result('database', outcome, `${where}: ${detail}`, mend)
      : result(`database ${check}`, outcome, detail, mend),
  );
}
