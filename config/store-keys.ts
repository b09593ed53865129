import { z } from 'zod';
import { flag, key, optional, urlOf, wholeNumber } from './key.js';

const MIB = 1 << 20;
const GIB = 1 << 30;

/** The log, the database, and the files beside them: when something counts as kept, and for how long it is. */
export const storeKeys = {
  databaseUrl: optional('CHEJI_DATABASE_URL', 'postgres://user:password@host:port/database', urlOf(/^postgres(ql)?$/), {
    secret: 'in-url',
  }),
  ackLevel: key('CHEJI_ACK_LEVEL', 'fsync', 'write, fsync or stored', z.enum(['write', 'fsync', 'stored'])),
  spoolSegmentBytes: key('CHEJI_SPOOL_SEGMENT_BYTES', String(64 * MIB), 'bytes, 1 MiB to 1 GiB', wholeNumber(MIB, GIB)),
  /** null: 20 GiB or 70 % of the free space at start, whichever is less. */
  spoolMaxBytes: optional('CHEJI_SPOOL_MAX_BYTES', 'bytes, at least 16 MiB', wholeNumber(16 * MIB)),
  spoolFsyncMs: key('CHEJI_SPOOL_FSYNC_MS', '5', 'milliseconds, 1–10000', wholeNumber(1, 10_000)),
  /** Pictures, sounds and videos of terminals; beyond this the oldest go. */
  mediaMaxBytes: key('CHEJI_MEDIA_MAX_BYTES', String(10 * GIB), 'bytes, at least 1 MiB', wholeNumber(MIB)),
  retentionDays: key('CHEJI_RETENTION_DAYS', '183', 'days that tracks are kept, 1–36500', wholeNumber(1, 36_500)),
  /** The Rules on dynamic supervision have violations and their handling kept for three years: no less. */
  alertDays: key(
    'CHEJI_ALERT_RETENTION_DAYS',
    '1096',
    'days that alerts are kept after their last step, 1096–36500',
    wholeNumber(1096, 36_500),
  ),
  /** Three years as for the records of supervision; half a year is the least for logs (Cybersecurity Law). */
  auditDays: key(
    'CHEJI_AUDIT_RETENTION_DAYS',
    '1096',
    'days that the audit and commands are kept, 183–36500',
    wholeNumber(183, 36_500),
  ),
  /** The frame of each fix is kept with it. */
  keepRaw: key('CHEJI_KEEP_RAW', 'false', 'true: the frame that each fix came in is kept with it', flag),
  /** Tracks that are older are compressed, where the database can; null: never. */
  compressAfterDays: key(
    'CHEJI_COMPRESS_AFTER_DAYS',
    '7',
    'days, 2–36500, after which TimescaleDB (Community edition) compresses tracks, or 0 for never',
    z.union([z.literal('0').transform(() => null), wholeNumber(2, 36_500)]),
  ),
};
