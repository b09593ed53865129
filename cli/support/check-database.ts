import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Settings } from '../../config.js';
import { checkDatabaseUrl } from '../../store/check-database.js';
import { chooseAccount, findBinaries } from '../../store/embedded-binaries.js';
import { type Check, firstLine, result } from './checks.js';

/** The database that `serve` would use: there, reachable, of which kind, and old enough. */
export async function checkDatabase(settings: Settings): Promise<Check[]> {
  return settings.databaseUrl === null ? [checkEmbedded(settings.dataDir)] : await checkUrl(settings.databaseUrl);
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
