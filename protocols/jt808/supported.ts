import { ANSWERS } from './commands/exchange.js';
import { compressedUpload } from './messages/compressed-upload.js';
import { terminalGeneralResponse } from './messages/general-response.js';
import { heartbeat } from './messages/heartbeat.js';
import { locationBatch } from './messages/location-batch.js';
import { locationReport } from './messages/location-report.js';
import { LOCK_BLIND_LOCATION_ID, LOCK_LOCATION_ID } from './messages/lock-location.js';
import { mediaData } from './messages/media.js';
import { terminalResendRequest } from './messages/resend-parts.js';
import { serverTimeQuery } from './messages/server-time.js';
import { terminalAuth } from './messages/terminal-auth.js';
import { terminalDeregister } from './messages/terminal-deregister.js';
import { terminalRegister } from './messages/terminal-register.js';
import { REPORTS } from './reports.js';

/** Messages that a terminal may send before it has authenticated. */
export const BEFORE_AUTH: ReadonlySet<number> = new Set([terminalRegister.id, terminalAuth.id, serverTimeQuery.id]);

/** Messages that a conversation handles; the rest is answered as not supported. */
export const SUPPORTED: ReadonlySet<number> = new Set([
  ...ANSWERS.keys(),
  ...REPORTS.keys(),
  ...[
    terminalGeneralResponse,
    heartbeat,
    terminalDeregister,
    serverTimeQuery,
    terminalResendRequest,
    terminalRegister,
    terminalAuth,
    locationReport,
    locationBatch,
    mediaData,
    compressedUpload,
  ].map((message) => message.id),
  LOCK_LOCATION_ID,
  LOCK_BLIND_LOCATION_ID,
]);

/** Messages that may come packed (0x0901): what terminals tell, and nothing that concerns the conversation itself. */
export const PACKABLE: ReadonlySet<number> = new Set([locationReport.id, locationBatch.id, ...REPORTS.keys()]);

/** Messages that the 2011 edition does not have: who sends one follows 2013. */
export const SINCE_2013: ReadonlySet<number> = new Set([0x0704, 0x0705, 0x0107, 0x0108, 0x0805]);
