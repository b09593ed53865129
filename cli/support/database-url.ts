import type { Settings } from '../../config.js';
import { embeddedUrl } from '../../store/embedded-url.js';
import { InputError } from './command.js';

/** The database that the settings name, or the embedded one of a running server. */
export function databaseUrl(settings: Settings): string {
  if (settings.databaseUrl !== null) return settings.databaseUrl;
  try {
    return embeddedUrl(settings.dataDir);
  } catch {
    throw new InputError(
      `the database in ${settings.dataDir} is not running: start \`cheji serve\` first, or set CHEJI_DATABASE_URL or CHEJI_DATA_DIR`,
    );
  }
}
