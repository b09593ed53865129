import type { AlertFeed } from '../alerts/log/feed.js';
import type { Settings } from '../config.js';
import { AttachmentRequests } from '../ingest/attachment-requests.js';
import { AttachmentServer } from '../ingest/attachment-server.js';
import type { CommandDesk } from '../ingest/command-desk.js';
import type { Uploads } from '../ingest/uploads.js';
import type { Catalog } from '../model/catalog.js';
import type { MediaFiles } from '../store/media-files.js';

interface AttachmentParts {
  catalog: Catalog;
  alerts: AlertFeed;
  desk: CommandDesk;
  files: MediaFiles;
  uploads: Uploads;
  whenAccepted: (fn: () => void) => void;
  /** The log is too full for media. */
  paused: () => boolean;
  clock: () => number;
  log: (line: string) => void;
}

/**
 * Opens the port for files of alarms and asks terminals for them as alerts come; null where that is switched off.
 * Rejects where the port cannot be had.
 */
export async function openAttachmentPort(settings: Settings, parts: AttachmentParts): Promise<AttachmentServer | null> {
  const { attachmentPort: port, attachmentAddress: address } = settings;
  if (port === 0 || address === null) return null;
  const { catalog, alerts, desk, log } = parts;
  const requests = new AttachmentRequests({
    catalog,
    server: { address, port },
    give: (order) => desk.give(order),
    alert: (id) => alerts.get(id),
    log,
  });
  const server = await AttachmentServer.start({
    ...parts,
    host: settings.tcpHost,
    port,
    owner: (alertId, alarmKey) => requests.owner(alertId, alarmKey),
  });
  alerts.subscribe((transitions) => requests.hear(transitions));
  return server;
}
