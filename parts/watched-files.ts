import type { Settings } from '../config.js';
import { HttpSource } from '../ingest/http-source.js';
import { Identity } from '../ingest/identity.js';
import type { IngestStats } from '../ingest/ingest-stats.js';
import type { Intake } from '../ingest/intake.js';
import type { Quarantine } from '../ingest/quarantine.js';
import type { ReceiveClock } from '../ingest/receive-clock.js';
import type { Uploads } from '../ingest/uploads.js';
import { type WatchedDir, watchDir } from '../ingest/watched-dir.js';
import { ais } from '../protocols/ais/index.js';
import type { Registry } from '../store/registry.js';

interface Parts {
  registry: Registry;
  intake: Intake;
  stats: IngestStats;
  quarantine: Quarantine;
  uploads: Uploads;
  clock: ReceiveClock;
  whenAccepted: (fn: () => void) => void;
  log(level: 'info' | 'warn', message: string): void;
}

/** Imports what is dropped into the directory of the settings; null where they name none. Rejects where it cannot be made. */
export async function watchFiles(settings: Settings, parts: Parts): Promise<WatchedDir | null> {
  const { watchDir: dir, registrationRequired, maxVehicles, sourceDatums } = settings;
  if (dir === null) return null;
  const { intake, whenAccepted, log } = parts;
  // Who may write into the directory may tell of any vehicle; the registry says which are served.
  const newcomers = { registrationRequired, maxVehicles };
  const identity = new Identity({ ...parts, key: '', auth: 'off', ...newcomers });
  const positions = new HttpSource({ ...parts, ...newcomers, datum: sourceDatums.file, source: 'file' });
  const feed = { ...parts, protocol: ais, identity };
  return watchDir({ dir, positions, intake, feed, whenAccepted, log });
}
