import { readCursor } from '../../alerts/log/feed.js';
import type { AlertSource } from '../deps.js';
import type { Gap, GapReason } from './server-messages.js';

/** The end of the log, in place of a cursor. */
export const NOW = 'now';

/** Where a reader of the alert log begins, and what it is told of that; the same on every way. */
export interface Beginning {
  /** Number of the step that it goes on behind. */
  at: number;
  /** Nothing is missing between the cursor that was given and this place. */
  recovered: boolean;
  /** What is missing, where a cursor was given and is not continued after. */
  gap?: Gap;
}

/** `cursor`: one that came with an alert, or `now`; undefined where none was given, so that nobody can say what is missing. */
export function beginningAt(alerts: AlertSource, cursor: string | undefined): Beginning {
  if (cursor === undefined) return { at: alerts.last, recovered: false };
  if (cursor === NOW) return { at: alerts.last, recovered: true };
  const at = alerts.placeOf(cursor);
  if (at !== null) return { at, recovered: true };
  const gap = { from: cursor, to: alerts.cursor(alerts.last), reason: whyNot(alerts, cursor) };
  return { at: alerts.last, recovered: false, gap };
}

function whyNot({ epoch, last }: AlertSource, cursor: string): GapReason {
  const given = readCursor(cursor);
  if (given === null) return 'unknown';
  if (given.epoch !== epoch) return 'restart';
  return given.number <= last ? 'expired' : 'unknown';
}
