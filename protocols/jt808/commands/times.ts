import type { CommandProblem } from '../../../model/command.js';
import { msToGmt8Bcd } from '../../../model/units.js';

/** No time in particular. */
export const ANY_TIME_BCD = '000000000000';

/** RFC 3339 to the digits of BCD[6] in GMT+8. */
export function timeBcd(time: string): string {
  const out = Buffer.alloc(6);
  msToGmt8Bcd(Date.parse(time), out, 0);
  return out.toString('hex');
}

/** From and until as fields of a message; zeros for any time. */
export function periodBcd(from: string | undefined, to: string | undefined): { startBcd: string; endBcd: string } {
  return {
    startBcd: from === undefined ? ANY_TIME_BCD : timeBcd(from),
    endBcd: to === undefined ? ANY_TIME_BCD : timeBcd(to),
  };
}

/** A period has both ends, in order, or none. */
export function periodProblem({ from, to }: { from?: string; to?: string }): CommandProblem | null {
  if (from === undefined && to === undefined) return null;
  if (from === undefined) return { path: 'from', message: 'is missing: a period has both ends' };
  if (to === undefined) return { path: 'to', message: 'is missing: a period has both ends' };
  return Date.parse(from) < Date.parse(to) ? null : { path: 'to', message: 'must be later than from' };
}
